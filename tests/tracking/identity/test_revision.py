"""What was decided a moment too early."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from keyed_people import Keyed, bits, people, shuffled, take
from seen_people import Actor

from livemocap.messages import TRACK_OBSERVED, TRACK_TENTATIVE
from tracking.identity.foresight import Foresight
from tracking.identity.revision import Revision
from tracking.people import People
from tracking.stage import Chain


class HeldBack:
    """A stage that does nothing but wait."""

    look_ahead_s = 0.15

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._held: list[People] = []

    def push(self, item: People) -> list[People]:
        self._held.append(item)
        late = item.t_s - self._held[0].t_s > self.look_ahead_s - 1e-9
        return [self._held.pop(0)] if late else []

    def flush(self) -> list[People]:
        rest = self._held
        self.reset()
        return rest


def chain(aliases: dict[int, int]) -> Chain:
    foresight = Foresight()
    return Chain(foresight, HeldBack(), Revision(foresight, aliases))


def revised(images: Sequence[People], aliases: dict[int, int] | None = None) -> list[People]:
    late = chain(aliases or {})
    return [result for one in images for result in late.push(one)] + late.flush()


def adopted(t_s: float) -> list[Keyed]:
    """Somebody is away for a second, comes back as a newcomer on trial, and is known at 2.1 s."""
    somebody = Actor(0.0, -4.0)
    if t_s < 1:
        return [Keyed(1, somebody, 7)]
    if t_s < 1.99:
        return []
    late = t_s > 2.09
    return [Keyed(1, somebody, 7) if late else Keyed(5, somebody, 0, TRACK_TENTATIVE)]


def test_a_newcomer_who_is_adopted_was_that_person_from_the_first_sighting_on() -> None:
    late, results = chain(aliases := {}), []
    for one in take(adopted, 3.0):
        if one.t_s > 2.09:
            aliases[5] = 1
        results += late.push(one)
    results += late.flush()
    listed = [(one.keys.tolist(), one.ids.tolist()) for one in results]
    assert listed == [([1], [7])] * 30 + [([], [])] * 30 + [([1], [7])] * 30


def test_somebody_believed_a_moment_later_is_shown_from_the_first_sighting_on() -> None:
    def scene(t_s: float) -> list[Keyed]:
        sure = t_s > 0.09
        state = TRACK_OBSERVED if sure else TRACK_TENTATIVE
        return [Keyed(3, Actor(0.0, -4.0), 2 if sure else 0, state)]

    result = revised(take(scene, 1.0))
    assert {(one.ids[0], one.states[0]) for one in result} == {(2, TRACK_OBSERVED)}


def test_a_glimpse_of_nobody_is_left_out() -> None:
    def scene(t_s: float) -> list[Keyed]:
        ghost = Keyed(2, Actor(1.0, -4.0), 2, TRACK_TENTATIVE)
        return [Keyed(1, Actor(-1.0, -4.0))] + ([ghost] if 0.5 < t_s < 0.55 else [])

    assert {key for one in revised(take(scene, 1.0)) for key in one.keys.tolist()} == {1}


def test_somebody_shown_for_longer_than_the_look_ahead_stays() -> None:
    def scene(t_s: float) -> list[Keyed]:
        return [Keyed(1, Actor(0.0, -4.0), 1, TRACK_TENTATIVE)] if t_s < 0.5 else []

    assert sum(len(one.keys) for one in revised(take(scene, 1.0))) == 15


def test_the_order_of_people_does_not_matter() -> None:
    def scene(t_s: float) -> list[Keyed]:
        return [Keyed(1, Actor(t_s, -4.0)), *adopted(t_s + 1.5), Keyed(9, Actor(-1, -5.0))][:3]

    images = [one for one in take(scene, 1.0) if len(set(one.keys.tolist())) == len(one.keys)]
    turned = [shuffled(one, range(len(one.keys))[::-1]) for one in images]
    assert bits(revised(turned)) == bits(revised(images))


def test_nobody_waits_for_it_and_no_image_is_lost() -> None:
    late, count = chain({}), 0
    assert late.look_ahead_s == HeldBack.look_ahead_s
    for one in take(adopted, 3.0):
        for result in late.push(one):
            count += 1
            assert 0.15 - 1e-6 <= one.t_s - result.t_s < 0.15 + 1 / 30
    assert count + len(late.flush()) == 90


def test_a_second_take_knows_nothing_of_the_first() -> None:
    late, images = chain({}), take(lambda t_s: [Keyed(1, Actor(t_s, -4.0))], 1.0)
    runs = [[r for one in images for r in late.push(one)] + late.flush() for _ in range(2)]
    assert bits(runs[0]) == bits(runs[1])


def test_nothing_at_all_comes_back_as_nothing() -> None:
    assert revised([]) == []
    result = revised([people([], k / 30, k) for k in range(9)])
    assert [len(one.keys) for one in result] == [0] * 9
    assert np.array_equal([one.t_s for one in result], np.arange(9) / 30)
