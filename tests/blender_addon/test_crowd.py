"""People of all cameras, and how a restarted worker is noticed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from track_stream import frame_at

from blender_addon.stream.crowd import FORGET_CAMERA_S, Crowd
from livemocap.messages import TRACK_OBSERVED, TRACK_PREDICTED, TRACK_TENTATIVE


def test_people_of_all_cameras_are_there_and_those_of_new_frames_are_fresh() -> None:
    crowd, first = Crowd(), frame_at(0, people=2)
    other = replace(first, camera_id="other", track_ids=np.array([8, 9]))
    assert crowd.update([first, other], 0.0) == {1, 2, 8, 9}
    assert crowd.update([other], 0.1) == {8, 9}
    assert set(crowd.people) == set(crowd.seen) == {1, 2, 8, 9}
    crowd.update([other], 0.1 + FORGET_CAMERA_S)
    assert set(crowd.people) == {8, 9}


def test_who_is_only_tentative_is_not_there_and_who_is_predicted_is_said_to_be() -> None:
    crowd = Crowd()
    states = np.array([TRACK_TENTATIVE, TRACK_PREDICTED, TRACK_OBSERVED], np.uint8)
    crowd.update([replace(frame_at(0), states=states)], 0.0)
    assert {i: seen.observed for i, seen in crowd.seen.items()} == {2: False, 3: True}


def test_people_are_ordered_as_the_camera_sees_them() -> None:
    crowd, frame = Crowd(), frame_at(0)
    pelvis = np.array([[2, 1, 4], [-1, 1, 1], [0.5, 1, 2]], np.float32)
    crowd.update([replace(frame, pelvis=pelvis)], 0.0)
    assert sorted(crowd.seen, key=lambda i: crowd.seen[i].across) == [2, 3, 1]
    behind = np.diag([-1.0, 1, -1, 1]).astype(np.float32)  # a camera that looks back at them
    behind[2, 3] = 10
    crowd.update([replace(frame, pelvis=pelvis, T_world_cam=behind)], 0.1)
    assert sorted(crowd.seen, key=lambda i: crowd.seen[i].across) == [1, 3, 2]


def test_a_worker_has_restarted_if_the_connection_was_lost_or_numbers_fell_after_a_silence() -> (
    None
):
    crowd = Crowd()
    crowd.connection_lost()  # there was none yet
    crowd.update([frame_at(10)], 0.0)
    assert not crowd.restarted
    crowd.update([frame_at(0)], 0.1)
    assert not crowd.restarted, "a clip is played again"
    crowd.connection_lost()
    crowd.update([frame_at(20)], 1.0)
    assert crowd.restarted
    crowd.update([frame_at(21)], 1.1)
    assert not crowd.restarted
    crowd.update([frame_at(0)], 3.0)
    assert crowd.restarted
