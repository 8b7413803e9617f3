"""Who people are, thought over while they are in view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from keyed_people import Keyed, Scene, people, shuffled, take
from seen_people import Actor

from tracking.identity.evidence import Evidence
from tracking.identity.second_thoughts import SecondThoughts
from tracking.people import People

AHEAD_S = 0.15


def thought_over(
    images: Sequence[People], thoughts: SecondThoughts | None = None
) -> list[dict[int, int]]:
    """Of each image the id of each key, as it is known when the image is shown."""
    thoughts = thoughts or SecondThoughts({}, AHEAD_S)
    shown, result = list(images), []
    for one in images:
        assert thoughts.push(one) == [one]
        while shown and one.t_s - shown[0].t_s >= AHEAD_S - 1e-9:
            first = shown.pop(0)
            ids = thoughts.ids(first).tolist()
            result.append(dict(zip(first.keys.tolist(), ids, strict=True)))
    return result


def passing(exchanged: bool) -> Scene:
    """Two people of different build pass each other; key 1 is the small one's at first."""

    def scene(t_s: float) -> list[Keyed]:
        small, tall = Actor(t_s - 1.5, -4.0, betas=-1.0), Actor(1.5 - t_s, -4.3, betas=1.0)
        if abs(t_s - 1.5) < 0.15:
            return [Keyed(1, small)]
        if t_s < 1.5 or not exchanged:
            return [Keyed(1, small), Keyed(2, tall)]
        return [Keyed(2, small), Keyed(1, tall)]

    return scene


def back_under_another_key(betas: float, gap_s: float = 2.0) -> Scene:
    """Somebody of betas -1 is away for a while; then somebody is where the first one left."""

    def scene(t_s: float) -> list[Keyed]:
        tall = Keyed(3, Actor(-1.5, -5.0, betas=1.0))
        if t_s < 2:
            return [Keyed(1, Actor(0.3 * t_s, -4.0, betas=-1.0)), tall]
        if t_s < 2 + gap_s:
            return [tall]
        return [Keyed(2, Actor(0.6, -4.0, betas=betas)), tall]

    return scene


def test_people_who_were_exchanged_get_their_own_ids_back() -> None:
    shown = thought_over(take(passing(exchanged=True), 4.0))
    assert shown[30] == {1: 1, 2: 2}
    assert shown[-1] == {1: 2, 2: 1}


def test_people_who_were_not_exchanged_keep_their_ids() -> None:
    shown = thought_over(take(passing(exchanged=False), 4.0))
    assert all(key == track_id for one in shown for key, track_id in one.items())


def test_somebody_back_under_another_key_gets_the_id_of_before() -> None:
    assert thought_over(take(back_under_another_key(-1.0), 6.0))[-1] == {2: 1, 3: 3}


def test_somebody_of_another_build_keeps_a_new_id() -> None:
    assert thought_over(take(back_under_another_key(1.5), 6.0))[-1] == {2: 2, 3: 3}


def test_an_id_is_shown_once_in_an_image() -> None:
    for scene in (passing(exchanged=True), back_under_another_key(-1.0)):
        for one in thought_over(take(scene, 6.0)):
            assert len(set(one.values())) == len(one)


def test_ids_that_a_user_has_changed_are_believed() -> None:
    images = take(passing(exchanged=False), 4.0)
    other = {1: 2, 2: 1}
    said = [
        replace(one, ids=np.array([other[key] for key in one.keys.tolist()]))
        if one.t_s > 2.5
        else one
        for one in images
    ]
    assert thought_over(said)[-1] == other


def test_what_a_user_has_said_is_not_undone_by_what_was_seen_before() -> None:
    images = take(passing(exchanged=True), 6.0)
    first = next(k for k, one in enumerate(thought_over(images)) if one == {1: 2, 2: 1})
    other, said_s = {1: 2, 2: 1}, images[first].t_s + AHEAD_S - 0.05
    thoughts = SecondThoughts({}, AHEAD_S)
    said = [
        replace(one, ids=np.array([other[key] for key in one.keys.tolist()]))
        if one.t_s > said_s
        else one
        for one in images
    ]
    assert thought_over(said, thoughts)[-1] == other
    assert thoughts.exchanges == 0


def test_an_id_that_a_user_has_given_to_somebody_away_is_shown_once() -> None:
    said: dict[int, int] = {}
    thoughts = SecondThoughts({}, AHEAD_S, said=said)
    for k, one in enumerate(take(back_under_another_key(-1.0), 6.0)):
        if k == 90:
            said.update({1: 3, 3: 1})
        if k >= 90:
            one = replace(one, ids=np.where(one.keys == 3, 1, one.ids))
        thoughts.push(one)
        assert not said
    assert thoughts.ids(one).tolist() == [2, 1]


def test_somebody_forgotten_here_can_still_be_who_somebody_exchanged_is() -> None:
    aliases: dict[int, int] = {}
    ids = {1: 1, 2: 2, 9: 9}

    def hand_over(owners: Mapping[int, int], known: Evidence, nobody: set[int]) -> bool:
        ids.update({key: ids[owner] for key, owner in dict(owners).items()} | {9: 9})
        return True

    thoughts = SecondThoughts(aliases, AHEAD_S, hand_over)
    for one in take(passing(exchanged=True), 6.0):
        keys = one.keys
        if one.t_s > 3.0:  # a user has merged them into somebody away for very long
            aliases[1] = 9
            keys = np.where(keys == 1, 9, keys)
        thoughts.push(replace(one, keys=keys, ids=np.array([ids[key] for key in keys.tolist()])))
    assert thoughts.exchanges == 1
    assert ids == {1: 2, 2: 1, 9: 9}


def test_a_newcomer_who_was_adopted_is_weighed_as_the_earlier_person() -> None:
    aliases: dict[int, int] = {}
    thoughts = SecondThoughts(aliases, AHEAD_S)
    for one in take(back_under_another_key(-1.0), 6.0):
        if one.t_s > 4.2:
            aliases[2] = 1
            keys = np.where(one.keys == 2, 1, one.keys)
            one = replace(one, keys=keys, ids=keys)
        thoughts.push(one)
        if one.t_s > 4.2:
            assert thoughts.ids(one).tolist() == one.keys.tolist()


def test_what_is_remembered_is_told_of_every_change() -> None:
    told: list[tuple[dict[int, int], set[int]]] = []

    def hand_over(owners: Mapping[int, int], known: Evidence, nobody: set[int]) -> bool:
        assert len(known.seen_s) == len(owners)
        told.append((dict(owners), nobody))
        return False

    thought_over(take(passing(exchanged=True), 4.0), SecondThoughts({}, AHEAD_S, hand_over))
    thought_over(take(back_under_another_key(-1.0), 6.0), SecondThoughts({}, AHEAD_S, hand_over))
    assert told == [({1: 2, 2: 1}, set()), ({1: 2, 2: 1}, {1})]


@pytest.mark.parametrize("order", [(1, 0)])
def test_the_order_of_people_does_not_matter(order: tuple[int, int]) -> None:
    images = take(passing(exchanged=True), 4.0)
    turned = [shuffled(one, order) if len(one.keys) == 2 else one for one in images]
    assert thought_over(turned) == thought_over(images)


def test_a_long_stream_is_remembered_in_bounded_memory() -> None:
    thoughts, sizes = SecondThoughts({}, AHEAD_S), []
    for k in range(1400):
        t_s = k * 0.1
        there = k // 20  # somebody else every 2 s
        passer = Keyed(10 + there, Actor(0.1 * (k % 20) - 1, -4.0, betas=float(there % 3)))
        thoughts.push(people([Keyed(1, Actor(0.0, -5.0)), passer], t_s, k))
        sizes.append(thoughts.remembered)
    assert max(sizes[1100:]) <= max(sizes[800:1100]) * 1.05


def test_people_who_stay_close_are_remembered_in_bounded_memory() -> None:
    thoughts, sizes = SecondThoughts({}, AHEAD_S), []
    for k in range(1400):
        side = Keyed(1, Actor(0.0, -4.0)), Keyed(2, Actor(0.05, -4.05))
        thoughts.push(people(side, k * 0.1, k))
        sizes.append(thoughts.remembered)
    assert max(sizes[1100:]) <= max(sizes[:1100])


def test_images_without_people_and_another_engine_are_taken() -> None:
    thoughts = SecondThoughts({}, AHEAD_S)
    nobody = people([], 0.0)
    assert thoughts.push(nobody) == [nobody]
    assert thoughts.ids(nobody).tolist() == []
    for k, betas in enumerate((10, 10, 16, 16)):
        one = people([Keyed(k, Actor(0.0, -4.0))], 0.1 * k, k)
        frame = replace(one.frame, betas=np.zeros((1, betas), np.float32))
        thoughts.push(replace(one, frame=frame))
        assert thoughts.ids(one).tolist() == one.ids.tolist()
