"""What was found in a video as arrays, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livemocap.lifter import H36M17, Lifted, coco_keypoints
from livemocap.messages import PoseFrame, TrackFrame
from livemocap.rotation import Array
from livemocap.skeleton import COCO17
from tracking.people import People, carried

from .people import camera_points, world_points


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """N people in T images. docs/lifting.md explains each array to users."""

    times_s: Array
    """(T,) from the video's start."""
    ids: Array
    """(N,)."""
    keypoints_px: Array
    """(T, N, 17, 3) COCO: x, y and confidence, zeros where not seen."""
    joints_cam: Array
    """(T, N, 17, 3) m, H36M17 about the hip in the camera's axes, as lifted; NaN if not known."""
    joints_world: Array
    """(T, N, 17, 3) m in the world of the view; NaN where somebody is not there."""
    K: Array
    """(T, 3, 3) px."""
    T_world_cam: Array
    """(T, 4, 4)."""
    size_px: tuple[int, int]

    def write(self, path: Path, lifter: str, view: str) -> None:
        """A .npz without pickles."""
        np.savez_compressed(
            path,
            times_s=self.times_s,
            ids=self.ids,
            keypoints_px=self.keypoints_px,
            joints_cam=self.joints_cam,
            joints_world=self.joints_world,
            K=self.K,
            T_world_cam=self.T_world_cam,
            size_px=np.array(self.size_px),
            keypoint_names=np.array(COCO17),
            joint_names=np.array(H36M17.names),
            lifter=np.array(lifter),
            view=np.array(view),
        )


def found_in(
    poses: Sequence[PoseFrame],
    tracks: Sequence[TrackFrame],
    ids: Sequence[int],
    answers: Sequence[tuple[People, Lifted]] | None,
) -> Found:
    """Collect it.

    Args:
        tracks: one for each of `poses`, in the world of the view.
        answers: what a lifter said; without one, what the tracks' skeletons have.
    """
    T, N = len(tracks), len(ids)
    keypoints = np.zeros((T, N, len(COCO17), 3), np.float32)
    camera = np.full((T, N, len(H36M17.names), 3), np.nan, np.float32)
    world = camera.copy()
    who = np.array(ids, np.int64)
    for t, (pose, track) in enumerate(zip(poses, tracks, strict=True)):
        rows = carried(track.track_ids, who)
        here = rows >= 0
        world[t, here] = world_points(track)[rows[here]]
        seen = here.copy()
        seen[here] = track.detections[rows[here]] >= 0
        points = coco_keypoints(pose.keypoints_px, pose.keypoint_layout)
        keypoints[t, seen] = points[track.detections[rows[seen]]]
        if answers is None:
            camera[t, seen] = camera_points(track)[rows[seen]]
        else:
            camera[t] = _answer(*answers[t], who)
    return Found(
        times_s=np.array([track.t_capture_ns for track in tracks]) * 1e-9,
        ids=who,
        keypoints_px=keypoints,
        joints_cam=camera,
        joints_world=world,
        K=np.array([track.K for track in tracks]).reshape(-1, 3, 3),
        T_world_cam=np.array([track.T_world_cam for track in tracks]).reshape(-1, 4, 4),
        size_px=(tracks[0].width, tracks[0].height) if tracks else (0, 0),
    )


def _answer(people: People, lifted: Lifted, who: Array) -> Array:
    """(N, 17, 3) what the lifter said of each id."""
    keys = np.where(people.ids > 0, people.ids, -1)
    row = carried(keys, who)
    row[row >= 0] = carried(lifted.keys, people.keys)[row[row >= 0]]
    joints = np.full((len(who), len(H36M17.names), 3), np.nan, np.float32)
    joints[row >= 0] = lifted.joints[row[row >= 0]]
    return joints
