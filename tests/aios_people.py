"""A stand-in for AiOS's network that knows who is there: real poses, seen as the network would."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from inference.aios.detected import Detected
from inference.aios.predicted_body import PredictedBody
from inference.aios.preprocess import network_size
from inference.engine import EngineImage
from livemocap.coords import assumed_intrinsics, project
from livemocap.rotation import matrix_from_rotvec, rotvec_from_matrix
from livemocap.skeleton import COCO17, SMPLX, global_rotations, joint_positions

SIZE = (720, 1280)
"""(h, w) of the camera's images."""
K = assumed_intrinsics(SIZE[1], SIZE[0]).astype(np.float32)
FACING = np.diag([1.0, -1, -1])
HAND_POINTS = ("wrist", "thumb3", "index3", "middle3", "ring3", "pinky3")


@dataclass(frozen=True)
class Actor:
    """Somebody in front of the real camera."""

    pelvis: tuple[float, float, float]
    """m."""
    rotvecs: np.ndarray = field(default_factory=lambda: standing())
    """(55, 3) rad; fingers as the network gives them."""
    score: float = 0.9
    betas: float = 0.0
    token: int = 0


def standing(turn_rad: float = 0.0) -> np.ndarray:
    """(55, 3): upright, arms out, facing the camera but for `turn_rad`."""
    rotvecs = np.zeros((55, 3))
    turned = FACING @ matrix_from_rotvec(np.array([0, turn_rad, 0]))
    rotvecs[0] = rotvec_from_matrix(turned)
    return rotvecs


def random_pose(seed: int) -> np.ndarray:
    """(55, 3): upright, every joint bent a little, eyes straight ahead."""
    rng = np.random.default_rng(seed)
    rotvecs = standing(rng.uniform(-1, 1))
    rotvecs[1:] = rng.normal(0, 0.25, (54, 3))
    rotvecs[SMPLX.indices("left_eye", "right_eye")] = 0
    return rotvecs


def joints_of(actor: Actor, body: PredictedBody) -> tuple[np.ndarray, np.ndarray]:
    """(55, 3) m from the pelvis, in the camera's axes, and the pelvis at rest (3,)."""
    betas = np.full(10, actor.betas if body.is_smplx else 0.0)
    rest = body.model.rest_joints(betas).astype(float)
    local = matrix_from_rotvec(actor.rotvecs)
    if body.is_smplx:
        local[25:] = matrix_from_rotvec(actor.rotvecs[25:] + body.model.hand_mean)
    return joint_positions(global_rotations(local, SMPLX), rest, np.zeros(3), SMPLX), rest[0]


def detected(
    actors: Sequence[Actor],
    body: PredictedBody,
    size: tuple[int, int] = SIZE,
    intrinsics: np.ndarray = K,
) -> Detected:
    """What a network without errors says of them."""
    (h, w), (oh, ow) = size, network_size(*size)
    depth_scale = 5000 * w / (intrinsics[0, 0] * ow)
    rows = []
    for actor in actors:
        offsets, rest_pelvis = joints_of(actor, body)
        at_px = project(intrinsics, np.array(actor.pelvis)) * [ow / w, oh / h]
        depth = actor.pelvis[2] * depth_scale
        pelvis = np.append((at_px - [ow / 2, oh / 2]) / 5000 * depth, depth)
        joints = offsets + pelvis
        units = (5000 * joints[:, :2] / joints[:, 2:] + [ow / 2, oh / 2]) / [ow, oh]
        rows.append((pelvis - rest_pelvis, units))
    transl = np.array([row[0] for row in rows]).reshape(-1, 3)
    units = np.array([row[1] for row in rows]).reshape(-1, 55, 2)
    scale = 1 / transl[:, 2:]
    local = matrix_from_rotvec(np.array([a.rotvecs for a in actors]).reshape(-1, 55, 3))
    order = [*range(22), *range(25, 55), SMPLX.index("jaw")]
    body_box = boxes_around(units[:, :22])
    return Detected(
        size=(oh, ow),
        scores=np.array([a.score for a in actors], np.float32),
        rotations=local[:, order].astype(np.float32),
        betas=np.array([[a.betas] * 10 for a in actors], np.float32).reshape(-1, 10),
        expression=np.full((len(actors), 10), 0.5, np.float32),
        camera=np.concatenate([scale, transl[:, :2] * scale], 1).astype(np.float32),
        boxes=np.stack([body_box] * 4, 1).astype(np.float32),
        keypoints=units[:, _POINT_JOINTS].astype(np.float32),
        tokens=np.array([a.token or i for i, a in enumerate(actors, 1000)], np.int64),
    )


def boxes_around(points: np.ndarray) -> np.ndarray:
    """(P, N, 2) to (P, 4) cx cy w h."""
    low, high = points.min(1), points.max(1)
    return np.concatenate([(low + high) / 2, high - low], -1)


class FakeNetwork:
    """Keeps the contract of LiveNetwork; says of every image what `see` says of it.

    Args:
        memory_images: how many images at once fit; more raise torch's out-of-memory error.
    """

    def __init__(
        self, see: Callable[[np.ndarray], Detected], memory_images: int = 1000, gpu_mb: int = 0
    ) -> None:
        self._see, self._memory_images, self._gpu_mb = see, memory_images, gpu_mb
        self.batches: list[int] = []
        self.warmed_up: list[list[tuple[int, int]]] = []

    def __call__(self, images: Sequence[np.ndarray]) -> list[Detected]:
        self.batches.append(len(images))
        self._require_memory(len(images))
        return [self._see(bgr) for bgr in images]

    def warm_up(self, sizes: Sequence[tuple[int, int]]) -> None:
        self._require_memory(len(sizes))
        self.warmed_up.append(list(sizes))

    def memory_bytes(self) -> int:
        return self._gpu_mb << 20

    def _require_memory(self, images: int) -> None:
        import torch

        if images > self._memory_images:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")


def image(
    size: tuple[int, int] = SIZE,
    camera_id: str = "cam0",
    intrinsics: np.ndarray = K,
    level: int = 90,
) -> EngineImage:
    return EngineImage(
        camera_id=camera_id,
        bgr=np.full((*size, 3), level, np.uint8),
        K=intrinsics,
        intrinsics_source="fov",
        t_capture_ns=1,
    )


def changed(found: Detected, row: int, **values: object) -> Detected:
    """The same with some numbers of one person replaced."""
    arrays = {name: getattr(found, name).copy() for name in values}
    for name, value in values.items():
        arrays[name][row] = value
    return replace(found, **arrays)


_HEAD_POINTS = {"nose": "head", "left_ear": "head", "right_ear": "head"}
_POINT_JOINTS = SMPLX.indices(
    *(_HEAD_POINTS.get(name, name) for name in COCO17),
    *(f"{side}_{point}" for side in ("left", "right") for point in HAND_POINTS),
    *["head"] * 6,
)
