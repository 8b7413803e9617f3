"""What counts as seen: inside the image, not behind anybody, and where both answers agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from aios_people import SIZE, Actor, changed, detected, image, standing

from inference.aios.detected import Detected
from inference.aios.people import people_of
from inference.aios.predicted_body import PredictedBody
from inference.aios.visibility import Bodies, hidden, joint_visibility
from livemocap.skeleton import COCO17, SMPLX

BODY = PredictedBody.stand_in()
WRISTS = SMPLX.indices("left_wrist", "right_wrist")
LEFT_FINGERS, RIGHT_FINGERS = slice(25, 40), slice(40, 55)
TRUNK = SMPLX.indices("pelvis", "spine1", "spine2", "spine3", "left_hip", "right_hip")


def seen(found: Detected, size: tuple[int, int] = SIZE) -> np.ndarray:
    """(P, 55)."""
    return people_of(found, image(size), BODY).joint_visibility


def of(*actors: Actor) -> np.ndarray:
    return seen(detected(actors, BODY))


def at(x: float, z: float) -> Actor:
    return Actor((x, -0.1, z), standing())


def test_somebody_alone_in_the_middle_is_seen_from_head_to_foot() -> None:
    assert of(at(0, 5)).min() > 0.99


def test_what_the_image_cuts_off_is_not_seen() -> None:
    visibility = of(Actor((0, 1.2, 5.0), standing()))[0]
    assert visibility[SMPLX.indices("left_ankle", "right_ankle", "left_foot")].max() == 0
    assert visibility[SMPLX.indices("head", "left_shoulder", "left_wrist")].min() > 0.99


def test_the_trunk_of_who_stands_behind_somebody_is_hidden_their_hands_are_not() -> None:
    front, back = of(at(0, 5), at(0, 5.6))
    assert front.min() > 0.99
    assert back[TRUNK].max() < 0.05
    shifted = of(at(0, 5), at(0.55, 5.6))[1]
    assert shifted[SMPLX.index("right_hip")] > 0.99
    assert shifted[SMPLX.index("left_wrist")] > 0.99


def test_who_stands_first_in_the_list_makes_no_difference() -> None:
    people = [at(0, 5), at(0.2, 5.6), at(-0.3, 6)]
    forwards, backwards = of(*people), of(*people[::-1])
    np.testing.assert_allclose(forwards, backwards[::-1])
    assert forwards[1:].min() < 0.05


def test_with_hardly_any_depth_between_them_nobody_is_surely_hidden() -> None:
    back = of(at(0, 5), at(0, 5.05))[1]
    assert 0.5 < back[TRUNK].min() < 1


def test_people_side_by_side_hide_nothing() -> None:
    assert of(at(-1, 5), at(1, 5.6)).min() > 0.99


def test_own_limbs_hide_nothing() -> None:
    arms_before_the_chest = standing()
    arms_before_the_chest[SMPLX.index("left_shoulder")] = [0, -1.5, 0]
    arms_before_the_chest[SMPLX.index("right_shoulder")] = [0, 1.5, 0]
    assert of(Actor((0, -0.1, 5), arms_before_the_chest)).min() > 0.99


def test_where_the_points_disagree_with_the_body_only_that_limb_is_doubted() -> None:
    found = detected([at(-1, 5), at(1, 5)], BODY)
    points = found.keypoints[0].copy()
    points[COCO17.index("left_wrist")] += [0, 0.3]
    one, other = seen(changed(found, 0, keypoints=points))
    assert one[SMPLX.index("left_wrist")] < 0.05
    assert one[LEFT_FINGERS].max() < 0.05
    assert one[RIGHT_FINGERS].min() > 0.99
    assert one[SMPLX.indices("left_elbow", "left_ankle", "head")].min() > 0.99
    assert other.min() > 0.99


def test_a_small_disagreement_says_nothing() -> None:
    found = detected([at(0, 5)], BODY)
    height = found.boxes[0, 0, 3]
    moved = found.keypoints[0] + np.array([0, 0.04 * height], np.float32)
    assert seen(changed(found, 0, keypoints=moved)).min() > 0.99


def test_a_hand_s_fingers_are_judged_by_their_own_tips() -> None:
    found = detected([at(0, 5)], BODY)
    points = found.keypoints[0].copy()
    points[17 + 2] += [0.2, 0]  # the left index finger's tip
    visibility = seen(changed(found, 0, keypoints=points))[0]
    assert visibility[SMPLX.index("left_index3")] < 0.05
    assert visibility[SMPLX.index("left_index1")] < 0.05
    assert visibility[SMPLX.index("left_thumb3")] > 0.99


def test_nobody_has_no_visibility() -> None:
    none = Bodies(np.zeros((0, 55, 2)), np.zeros((0, 55)), 1000.0)
    assert joint_visibility(none, np.zeros((0, 35, 2)), SIZE).shape == (0, 55)


def test_a_limb_covers_as_much_as_its_thickness_at_its_distance() -> None:
    """One joint far behind, at growing distances from an upright thigh."""
    px_m, thigh_m, depth = 1000.0, 0.09, 2.0
    away_px = [0, 0.9 * thigh_m * px_m / depth, 1.1 * thigh_m * px_m / depth]
    assert [_behind_a_thigh(px, px_m, depth) for px in away_px] == [1, 1, 0]


def _behind_a_thigh(away_px: float, px_m: float, depth: float) -> float:
    pixels, depths = np.full((2, 55, 2), -1e4), np.full((2, 55), depth)
    pixels[0, SMPLX.indices("left_hip", "left_knee")] = [[500, 300], [500, 500]]
    pixels[0, SMPLX.index("pelvis")], pixels[1, 0] = [490, 290], [500 + away_px, 400]
    depths[1] = depth + 1
    return float(hidden(Bodies(pixels, depths, px_m))[1, 0])


def alone(people: Sequence[Actor]) -> list[np.ndarray]:
    return [of(person)[0] for person in people]


def test_who_is_far_from_everybody_is_seen_as_if_alone() -> None:
    people = [at(-1.5, 5), at(1.5, 5)]
    np.testing.assert_allclose(of(*people), alone(people))
