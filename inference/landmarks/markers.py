"""Where the net's landmarks sit on the body, and how far off its answers usually are."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from livemocap.skeleton import BLAZEPOSE33, SMPLX

from .observation import Array

_FILE = Path(__file__).parent / "markers.json"
_MIRROR = np.array([-1.0, 1, 1])


class Markers:
    """K landmarks of a person and the body frames that carry them."""

    def __init__(self, rows: list[tuple[str, str, str, Array, str]], kinds: dict[str, Array]):
        names, joints, frames, offsets, kind_names = zip(*rows, strict=True)
        self.names: tuple[str, ...] = names
        self.landmarks = np.array([BLAZEPOSE33.index(name) for name in names])
        """(K,) rows of livemocap.skeleton.BLAZEPOSE33."""
        self.frames = np.array([SMPLX.index(name) for name in frames])
        """(K,) the joint whose rotation carries the marker."""
        self._joints = np.array([SMPLX.index(name) for name in joints])
        self._offsets = np.array(offsets)
        self.kinds = np.array(kind_names)
        self.sd_image, self.sd_plane, self.sd_depth = np.array([kinds[k] for k in kind_names]).T
        """(K,) m: standard deviations across the image, and of the net's 3D answer."""

    def index(self, *names: str) -> Array:
        return np.array([self.names.index(name) for name in names])

    def in_frames(self, rest_joints: Array) -> Array:
        """(..., 55, 3) rest joints to (..., K, 3) markers relative to their frame's joint."""
        return rest_joints[..., self._joints, :] - rest_joints[..., self.frames, :] + self._offsets

    def at_rest(self, rest_joints: Array) -> Array:
        """(..., K, 3) the markers of the rest pose, m."""
        return rest_joints[..., self._joints, :] + self._offsets


@cache
def markers() -> Markers:
    """The markers of markers.json, right side mirrored from the left."""
    file = json.loads(_FILE.read_text(encoding="utf-8"))
    rows = []
    for name, spec in file["markers"].items():
        offset = np.array(spec["offset_mm"]) / 1000
        rows.append((name, spec["joint"], spec["frame"], offset, spec["kind"]))
        if "left" in name:
            other, joint, frame = (
                word.replace("left", "right") for word in (name, spec["joint"], spec["frame"])
            )
            rows.append((other, joint, frame, offset * _MIRROR, spec["kind"]))
    kinds = {
        kind: np.array([sd["sd_image_mm"], sd["sd_plane_mm"], sd["sd_depth_mm"]]) / 1000
        for kind, sd in file["kinds"].items()
    }
    return Markers(rows, kinds)
