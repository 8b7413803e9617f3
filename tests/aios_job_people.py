"""A network that sees people where a test puts them, and says so as AiOS's does."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import cv2
import numpy as np
import torch

from inference.aios import postprocess
from inference.aios.camera import FOCAL_PX
from inference.aios.jobs.people import People
from inference.aios.preprocess import network_size

UPRIGHT = np.array([np.pi, 0.0, 0.0])
"""Root rotation that stands a body upright before a camera whose y points down."""
QUERIES = 100


class SeenPeople:
    """The same people in every image, at given scores, places and depths.

    Their boxes, cameras and poses pass through the real post-processing, which ranks them.

    Args:
        scores: of the people, 0..1, in any order.
        places: (P, 2) pelvis in units of the image, 0..1.
    """

    def __init__(
        self,
        scores: Sequence[float],
        places: Sequence[tuple[float, float]] | None = None,
        depth_m: float = 14.0,
    ) -> None:
        self.scores = list(scores)
        self.places = list(places or [(0.5, 0.5)] * len(self.scores))
        self.depth_m = depth_m
        self.shapes: list[tuple[int, ...]] = []
        """Of the images looked at."""
        self.batches: list[int] = []

    def __call__(self, images: Sequence[np.ndarray]) -> list[People]:
        self.batches.append(len(images))
        return [self.look(bgr) for bgr in images]

    def look(self, bgr: np.ndarray) -> People:
        self.shapes.append(bgr.shape)
        size = network_size(*bgr.shape[:2])
        (decoded,) = postprocess(self.outputs(size), [size])
        return People.decoded(decoded, size)

    def outputs(self, size: tuple[int, int]) -> dict[str, torch.Tensor]:
        """What the network itself would return."""
        rng = np.random.default_rng(7)
        out = {
            "pred_logits": np.full((1, QUERIES, 2), -20.0),
            "pred_boxes": rng.uniform(0.2, 0.4, (1, QUERIES, 4)),
            "pred_smpl_fullpose": 0.1 * rng.standard_normal((1, QUERIES, 159)),
            "pred_smpl_beta": rng.standard_normal((1, QUERIES, 10)),
            "pred_smpl_expr": rng.standard_normal((1, QUERIES, 10)),
            "pred_smpl_cam": np.tile([0.1, 0.0, 0.0], (1, QUERIES, 1)),
        }
        for name in ("lhand", "rhand", "face"):
            out[f"pred_{name}_boxes"] = rng.uniform(0.4, 0.6, (1, QUERIES, 4))
        out["pred_smpl_fullpose"][..., :3] += UPRIGHT
        for person, score in enumerate(self.scores):
            self._put(out, person, score, size)
        return {name: torch.tensor(array, dtype=torch.float32) for name, array in out.items()}

    def _put(
        self, out: dict[str, np.ndarray], person: int, score: float, size: tuple[int, int]
    ) -> None:
        """Where AiOS's camera sees the body's middle: s = 1 / z, tx = s * x."""
        (x, y), (oh, ow) = self.places[person], size
        metres = np.array([(x - 0.5) * ow, (y - 0.5) * oh]) * self.depth_m / FOCAL_PX
        metres[1] -= PELVIS_BELOW_ORIGIN_M
        out["pred_logits"][0, person, 1] = np.log(score / (1 - score))
        out["pred_smpl_cam"][0, person] = [1 / self.depth_m, *(metres / self.depth_m)]
        height = 1.8 * FOCAL_PX / self.depth_m
        out["pred_boxes"][0, person] = [x, y, 0.6 * height / ow, height / oh]


PELVIS_BELOW_ORIGIN_M = -0.352
"""The body model's origin is at chest height; the root turns about the pelvis, which keeps it."""


class CubeBody:
    """A body of 12 triangles around the pelvis, the size of a person, with SMPL-X's joints.

    Joints and vertices are simple enough to be worked out by hand.
    """

    name = "cube"
    vertex_count = 8
    faces = np.array(
        [[0, 2, 1], [1, 2, 3], [4, 5, 6], [5, 7, 6], [0, 1, 4], [1, 5, 4],
         [2, 6, 3], [3, 6, 7], [0, 4, 2], [2, 4, 6], [1, 3, 5], [3, 7, 5]]
    )  # fmt: skip

    def vertices(self, people: People) -> np.ndarray:
        return self.joints_and_vertices(people)[1]

    def joints_and_vertices(self, people: People) -> tuple[np.ndarray, np.ndarray]:
        """Joint j at (j, 2 j, 0) mm, the same for everybody; a cube of 0.5 m."""
        count = len(people)
        joint = np.arange(144, dtype=np.float32)
        joints = np.stack([joint * 1e-3, joint * 2e-3, 0 * joint], -1)
        corners = np.stack(np.meshgrid([-1, 1], [-1, 1], [-1, 1], indexing="ij"), -1).reshape(-1, 3)
        cube = (corners * 0.25).astype(np.float32)
        return np.tile(joints, (count, 1, 1)), np.tile(cube, (count, 1, 1))


def turned_jpeg(image: np.ndarray, orientation: int, order: str = "<") -> bytes:
    """A JPEG whose EXIF asks to be turned."""
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    directory = struct.pack(f"{order}HI", 42, 8) + struct.pack(f"{order}H", 1) + entry
    tiff = (b"II" if order == "<" else b"MM") + directory + bytes(4)
    chunk = b"Exif\0\0" + tiff
    jpeg = cv2.imencode(".jpg", image)[1].tobytes()
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(chunk) + 2) + chunk + jpeg[2:]
