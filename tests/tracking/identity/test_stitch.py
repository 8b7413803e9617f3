"""Who is who over a whole take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from keyed_people import Keyed, Scene, bits, people, shuffled, take
from seen_people import Actor

from livemocap.messages import TRACK_TENTATIVE
from tracking.identity.stitch import Stitch
from tracking.people import People


def stitched(images: Sequence[People]) -> list[People]:
    stitch = Stitch()
    assert [result for one in images for result in stitch.push(one)] == []
    return list(stitch.flush())


def partition(images: Sequence[People]) -> set[frozenset[tuple[int, float]]]:
    """Who is one person: sightings as (time, lateral place), whatever they are called."""
    members: dict[int, set[tuple[int, float]]] = {}
    for one in images:
        for key, place in zip(one.keys.tolist(), one.places.tolist(), strict=True):
            sighting = round(abs(one.t_s) * 1e3), round(place[0], 6)
            members.setdefault(key, set()).add(sighting)
    return {frozenset(sightings) for sightings in members.values()}


def exchanged_at_the_crossing(t_s: float) -> list[Keyed]:
    """Two people of different build pass each other, and their tracks are exchanged there."""
    small, tall = Actor(t_s - 1.5, -4.0, betas=-1.0), Actor(1.5 - t_s, -4.3, betas=1.0)
    if abs(t_s - 1.5) < 0.15:
        return [Keyed(1, small)]
    return [Keyed(1, small), Keyed(2, tall)] if t_s < 1.5 else [Keyed(2, small), Keyed(1, tall)]


def away(gap_s: float, betas_after: float, key_after: int) -> Scene:
    """Somebody is in view for 2 s, away, and then somebody is, where the first one left."""

    def scene(t_s: float) -> list[Keyed]:
        if t_s < 2:
            return [Keyed(1, Actor(0.3 * t_s, -4.0, betas=-1.0))]
        if t_s < 2 + gap_s:
            return []
        return [Keyed(key_after, Actor(0.3 * min(t_s, 4), -4.0, betas=betas_after))]

    return scene


def ids_of(images: Sequence[People]) -> set[int]:
    return {track_id for one in images for track_id in one.ids.tolist()}


def test_people_whose_tracks_were_exchanged_at_a_crossing_get_their_own_back() -> None:
    result = stitched(take(exchanged_at_the_crossing, 3.0))
    betas = {key: set() for key in (1, 2)}
    for one in result:
        for key, row in zip(one.keys.tolist(), one.rows.tolist(), strict=True):
            betas[key].add(float(one.frame.betas[row, 0]))
    assert sorted(betas.values(), key=min) == [{-1.0}, {1.0}]
    assert ids_of(result) == {1, 2}


def test_two_tracks_of_one_person_become_one() -> None:
    for gap_s in (0.4, 2.0):
        result = stitched(take(away(gap_s, -1.0, 2), 3.5 + gap_s))
        assert ids_of(result) == {1}  # most of what is seen is the first track's


def test_somebody_of_the_same_build_is_known_after_half_a_minute() -> None:
    alone = away(30.0, -1.0, 2)
    tall = Keyed(3, Actor(-1.5, -5.0, betas=1.0))
    result = stitched(take(lambda t_s: [tall, *alone(t_s)], 33.5, fps=10))
    assert ids_of(result) == {1, 3}
    assert sum(one.fresh[one.ids == 1].sum() for one in result) == 2


def test_somebody_of_the_same_build_is_known_after_minutes() -> None:
    alone = away(80.0, -1.0, 2)
    tall = Keyed(3, Actor(-1.5, -5.0, betas=1.0))
    result = stitched(take(lambda t_s: [tall, *alone(t_s)], 83.5, fps=5))
    assert ids_of(result) == {1, 3}


def test_somebody_of_another_build_after_minutes_is_somebody_else() -> None:
    alone = away(80.0, 1.5, 2)
    other = Keyed(3, Actor(-1.5, -5.0, betas=-2.5))
    result = stitched(take(lambda t_s: [other, *alone(t_s)], 83.5, fps=5))
    assert ids_of(result) == {1, 2, 3}


def test_ids_that_association_never_gave_come_from_where_its_own_do() -> None:
    for number in (40, 70):
        stitch = Stitch(lambda number=number: number)
        for one in take(lambda t_s: [Keyed(1, Actor(0.0, -4.0), 0)], 1.0):
            stitch.push(one)
        assert ids_of(stitch.flush()) == {number}


def test_somebody_of_another_build_is_somebody_else_though_the_track_went_on() -> None:
    result = stitched(take(away(1.0, 1.2, 1), 5.0))
    assert len(ids_of(result)) == 2


def test_everybody_keeps_one_shape_for_the_whole_take() -> None:
    result = stitched(take(away(0.4, -0.9, 2), 4.0))
    assert len({one.betas.tobytes() for one in result if len(one.keys)}) == 1


def test_posters_and_glimpses_are_nobody() -> None:
    def scene(t_s: float) -> list[Keyed]:
        poster = Keyed(2, Actor(-1.5, -5.0, score=0.4), track_id=0, state=TRACK_TENTATIVE)
        crowd = [Keyed(1, Actor(0.0, -4.0)), poster]
        return crowd + ([Keyed(3, Actor(1.5, -5.0))] if 1.0 < t_s < 1.1 else [])

    assert ids_of(stitched(take(scene, 2.0))) == {1}


def test_whoever_was_shown_for_long_is_somebody_whatever_the_scores() -> None:
    def scene(t_s: float) -> list[Keyed]:
        pair = [Keyed(k, Actor(2.0 * k - 3, -6.0, score=0.45)) for k in (1, 2)]
        return [replace(k, track_id=0, state=TRACK_TENTATIVE) if t_s < 0.5 else k for k in pair]

    assert ids_of(stitched(take(scene, 2.0))) == {1, 2}


def test_three_people_in_shots_between_hard_cuts_are_told_apart_by_their_looks() -> None:
    shots = (0, 1, 2, 1)  # betas that never vary, and everybody at the same place

    def scene(t_s: float) -> list[Keyed]:
        shot = int(t_s / 1.5)
        return [Keyed(shot + 1, Actor(0.0, -4.0, betas=-0.4, look=shots[shot]))]

    images = take(scene, 6.0)
    images = [replace(one, cut=k % 45 == 0) for k, one in enumerate(images)]
    result = stitched(images)
    assert [int(one.ids[0]) for one in result[20::45]] == [1, 2, 3, 2]


def test_betas_alike_in_everybody_make_nobody_of_two_the_same() -> None:
    def scene(t_s: float) -> list[Keyed]:
        if 2 < t_s < 12:
            return []
        return [Keyed(1 + (t_s > 5), Actor(0.0, -4.0, betas=-0.4))]

    assert ids_of(stitched(take(scene, 14.0, fps=10))) == {1, 2}


def test_nobody_is_followed_across_a_hard_cut_on_no_evidence() -> None:
    images = take(lambda t_s: [Keyed(1, Actor(0.2 * t_s, -4.0, betas=-0.4))], 3.0)
    images[45] = replace(images[45], cut=True)
    assert len(ids_of(stitched(images))) == 2


def test_predictions_are_left_to_whoever_fills_gaps() -> None:
    images = take(away(1.0, -1.0, 1), 4.0)
    unseen = replace(images[59], rows=np.array([-1]), t_s=2.0, frame=images[60].frame)
    assert not len(stitched([*images[:60], unseen, *images[61:]])[60].keys)


def test_the_order_of_people_does_not_matter() -> None:
    images = take(exchanged_at_the_crossing, 3.0)
    turned = [shuffled(one, range(len(one.keys))[::-1]) for one in images]
    assert bits(stitched(turned)) == bits(stitched(images))


def test_time_the_other_way_round_tells_the_same_people_apart() -> None:
    for scene in (exchanged_at_the_crossing, away(0.4, -1.0, 2), away(1.0, 1.2, 1)):
        images = take(scene, 4.0)
        reversed_images = [replace(one, t_s=-one.t_s) for one in images[::-1]]
        assert partition(stitched(reversed_images)) == partition(stitched(images))


def test_a_take_without_people_and_no_take_at_all_come_back_as_they_are() -> None:
    assert [len(one.keys) for one in stitched([people([], k / 30, k) for k in range(3)])] == [0] * 3
    assert stitched([]) == []


def test_a_second_take_knows_nothing_of_the_first() -> None:
    stitch = Stitch()
    first = take(exchanged_at_the_crossing, 3.0)
    for one in first[:60]:
        stitch.push(one)
    stitch.flush()
    for one in first:
        stitch.push(one)
    assert bits(list(stitch.flush())) == bits(stitched(first))
