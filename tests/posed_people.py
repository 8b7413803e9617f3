"""Made-up people with a known pose, and what perfect nets would see of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.body_model import default_body
from inference.landmarks.markers import markers
from inference.landmarks.observation import Array, PersonLandmarks
from inference.landmarks.pose_space import BODY, pose_space
from inference.landmarks.solver import Bones, Estimate, Solver
from livemocap.coords import assumed_intrinsics, project
from livemocap.rotation import matrix_from_rotvec, shortest_arc
from livemocap.skeleton import joint_positions

IMAGE_SIZE = (1280, 720)
K = assumed_intrinsics(*IMAGE_SIZE)
FACING_CAMERA = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True)
class Posed:
    """One person's truth, P = 1."""

    estimate: Estimate
    rotations: Array
    """(22, 3, 3) global."""
    joints: Array
    """(22, 3) m."""
    markers: Array
    """(K, 3) m."""


def posed(rng: np.random.Generator, pelvis: tuple[float, float, float] = (0, 0, 4)) -> Posed:
    """A person of average build in a random everyday pose, more or less facing the camera."""
    space = pose_space()
    angles = space.mean + 0.6 * space.sd * rng.standard_normal(len(space.mean))
    angles = np.clip(angles, space.low + 0.02, space.high - 0.02)[None]
    turn = matrix_from_rotvec(np.array([0, rng.uniform(-1, 1), 0]))
    estimate = Estimate(angles, (FACING_CAMERA @ turn)[None], np.array([pelvis], float))
    rest = average_rest()
    bones = Bones(rest[None, :22], markers().in_frames(rest)[None])
    solver = Solver(space, markers())
    _, G = solver.rotations(estimate)
    joints = joint_positions(G, bones.rest, estimate.pelvis, BODY)
    return Posed(estimate, G[0], joints[0], solver.points(estimate, bones)[0])


def average_rest() -> Array:
    return default_body().rest_joints(np.zeros(10)).astype(float)


def seen(person: Posed, engine_id: int = 1, t_s: float = 0.0, is_new: bool = True):
    """What flawless nets would answer: every landmark that has a marker, exactly."""
    rows = markers().landmarks
    points_px, world = np.full((33, 2), 1.0), np.zeros((33, 3))
    points_px[rows] = project(K, person.markers)
    middle = points_px[[11, 12, 23, 24]].mean(0)
    ray = np.append((middle - K[:2, 2]) / K[0, 0], 1.0)
    hips = person.markers[markers().index("left_hip", "right_hip")].mean(0)
    world[rows] = (person.markers - hips) @ shortest_arc([0, 0, 1.0], ray)
    visible = np.ones(33)
    low, high = points_px[rows].min(0), points_px[rows].max(0)
    return PersonLandmarks(
        engine_id=engine_id,
        is_new=is_new,
        t_s=t_s,
        score=0.9,
        box_px=np.concatenate([low, high]),
        detection_px=np.zeros((17, 3)),
        points_px=points_px,
        visibility=visible,
        presence=visible,
        world=world,
        appearance=np.zeros(4),
    )
