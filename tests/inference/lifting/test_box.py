import numpy as np
import pytest

from inference.lifting.box import HEIGHT, box_view, person_boxes, seen_points

SIZE = (1280, 720)
K = np.array([[900.0, 0, 640], [0, 900, 360], [0, 0, 1]])
STANDING = np.array(
    # m about the hips, camera axes (y down): nose, eyes, ears, shoulders, elbows, wrists, ...
    [
        [0, -0.72, -0.10], [0.03, -0.75, -0.08], [-0.03, -0.75, -0.08], [0.07, -0.74, 0],
        [-0.07, -0.74, 0], [0.18, -0.52, 0], [-0.18, -0.52, 0.02], [0.25, -0.26, 0.03],
        [-0.25, -0.26, 0.01], [0.27, 0, -0.1], [-0.27, 0, -0.05], [0.1, 0, 0], [-0.1, 0, 0],
        [0.11, 0.43, -0.03], [-0.11, 0.43, 0.02], [0.12, 0.85, 0.04], [-0.12, 0.85, 0],
    ]
)  # fmt: skip


def seen(place: tuple[float, float, float], body: np.ndarray = STANDING) -> np.ndarray:
    points = (body + np.array(place)) @ K.T
    return np.concatenate([points[:, :2] / points[:, 2:], np.ones((17, 1))], -1)


def test_an_upright_person_is_as_tall_near_and_far_in_the_middle_and_at_the_edge() -> None:
    people = np.stack([seen((0, 0, 3)), seen((0, 0, 12)), seen((2.6, 0.3, 5)), seen((-2, -0.5, 4))])
    view = box_view(people, K, SIZE)
    tall = np.ptp(view.keypoints[..., 1], axis=-1)
    np.testing.assert_allclose(tall, HEIGHT, rtol=0.05)
    middle = (view.keypoints[..., :2].max(-2) + view.keypoints[..., :2].min(-2)) / 2
    np.testing.assert_allclose(middle, 0, atol=0.02)


def test_keypoints_are_those_of_a_camera_turned_by_R_with_the_focal_length_it_tells() -> None:
    place = np.array([1.7, -0.6, 3.5])
    view = box_view(seen(tuple(place)), K, SIZE)
    turned = (STANDING + place) @ view.R_cam_view
    xy = turned[:, :2] / turned[:, 2:] * view.focal
    np.testing.assert_allclose(view.keypoints[:, :2], xy, atol=1e-6)


def test_the_camera_is_a_rotation_that_looks_at_the_box_and_keeps_x_level() -> None:
    people = np.stack([seen((2, 1, 4)), seen((-2, -1, 4))])
    R = box_view(people, K, SIZE).R_cam_view
    np.testing.assert_allclose(
        R @ R.swapaxes(-1, -2), np.broadcast_to(np.eye(3), R.shape), atol=1e-12
    )
    np.testing.assert_allclose(np.linalg.det(R), 1)
    np.testing.assert_allclose(R[:, 1, 0], 0)
    centres = person_boxes(seen_points(people, SIZE)).centre_px
    ahead = R[..., 2] @ K.T
    np.testing.assert_allclose(ahead[:, :2] / ahead[:, 2:], centres)


def test_people_of_an_image_are_each_as_if_alone_and_a_clip_is_as_its_frames() -> None:
    people = np.stack([seen((0, 0, 3)), seen((1, 0, 5)), np.full((17, 3), np.nan)])
    together = box_view(people, K, SIZE)
    for i, person in enumerate(people):
        np.testing.assert_array_equal(together.keypoints[i], box_view(person, K, SIZE).keypoints)


@pytest.mark.parametrize("visible", [0, 1, 3])
def test_of_somebody_with_few_visible_points_nothing_is_known_and_all_is_zero(visible: int) -> None:
    person = seen((0, 0, 3))
    person[5 + visible :, 2] = 0
    view = box_view(person, K, SIZE)
    assert not view.known
    assert not view.keypoints.any()
    np.testing.assert_array_equal(view.R_cam_view, np.eye(3))


def test_a_face_alone_is_no_pose() -> None:
    person = seen((0, 0, 3))
    person[5:, 2] = 0
    assert not box_view(person, K, SIZE).known


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_no_number_in_a_keypoint_spoils_the_others(bad: float, number: int) -> None:
    person = seen((0, 0, 3))
    person[9, number] = bad
    hidden = seen((0, 0, 3))
    hidden[9, 2] = 0
    expected = box_view(hidden, K, SIZE).keypoints
    view = box_view(person, K, SIZE)
    if number < 2 or not bad > 0:
        np.testing.assert_array_equal(view.keypoints, expected)
    assert np.isfinite(view.keypoints).all()
    assert np.isfinite(view.R_cam_view).all()
    assert view.keypoints[9, 2] <= 1


def test_hidden_legs_do_not_make_somebody_taller() -> None:
    whole, half = seen((0, 0, 3)), seen((0, 0, 3))
    half[13:, 2] = 0
    heights = [person_boxes(seen_points(p, SIZE)).height_px for p in (whole, half)]
    assert heights[1] == pytest.approx(heights[0], rel=0.15)
    tall = box_view(half, K, SIZE).keypoints
    assert np.ptp(tall[:13, 1]) == pytest.approx(0.45 * HEIGHT, rel=0.2)


def test_a_person_lying_down_is_as_long_as_they_are_tall() -> None:
    lying = STANDING[:, [1, 0, 2]]
    heights = [
        person_boxes(seen_points(seen((0, 0, 4), body), SIZE)).height_px
        for body in (STANDING, lying)
    ]
    assert heights[1] == pytest.approx(heights[0], rel=0.05)


def test_keypoints_that_a_detector_doubts_or_puts_far_outside_count_as_hidden() -> None:
    person = seen((0, 0, 3))
    person[9, 2], person[10, 0] = 0.01, 5000
    view = box_view(person, K, SIZE)
    assert not view.keypoints[[9, 10]].any()
    assert view.keypoints[[7, 8], 2].all()


def test_boxes_of_ones_own_decide_centre_and_scale() -> None:
    person = seen((0.4, 0, 3))
    boxes = person_boxes(seen_points(person, SIZE))
    lowered = person.copy()
    lowered[9, 1] += 200  # a wrist goes astray; the box is still the one of before
    moved = box_view(lowered, K, SIZE, boxes=boxes).keypoints
    still = box_view(person, K, SIZE).keypoints
    np.testing.assert_allclose(np.delete(moved, 9, 0), np.delete(still, 9, 0), atol=1e-6)


def test_nobody_gives_nothing() -> None:
    view = box_view(np.zeros((0, 17, 3)), K, SIZE)
    assert view.keypoints.shape == (0, 17, 3)
    assert view.known.shape == (0,)
