"""Feet that stand in headless Blender, on characters that follow a stream and on baked ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from blender_process import needs_bpy, run_blender
from rigs_made import MadeRig, made_rig
from walkers import walk
from walking_person import as_frames, walking_person

from livemocap.rotation import Array
from livemocap.take_writer import TakeWriter
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import load_armatures, save_armatures

pytestmark = [pytest.mark.blender, needs_bpy]

FPS = 30
_BEGIN = """
import sys
from dataclasses import replace
from pathlib import Path
from live_in_blender import *
from rigs_in_blender import *
from blender_rigs import build_armature
from blender_addon.rigs.reader import posed_skeleton
from blender_addon.rigs.targets import Targets
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import load_armatures, save_armatures
from walking_person import as_frames, walking_person
from walkers import walk
folder = Path(sys.argv[1])
bpy.ops.wm.read_factory_settings(use_empty=True)
rig = build_armature("Rig", load_armatures(folder / "rig.npz")[0].skeleton, np.array(PLACED))
found = []

def look():
    bpy.context.view_layer.update()
    found.append(Armature(name="Rig", skeleton=posed_skeleton(rig)))
"""
_END = """
save_armatures(folder / "posed.npz", found)
"""
_LIVE = """
assign("Rig", 1, foot_lock=float(sys.argv[2]))
targets = Targets()
for frame in as_frames(walking_person(walk(fps=30.0))):
    targets.show([frame], 1e-9 * frame.t_capture_ns)
    look()
assert not targets.troubles, targets.troubles
"""
_BAKED = """
scene = bpy.context.scene
scene.frame_start, scene.render.fps, scene.render.fps_base = 0, 30, 1.0
assign("Rig", 1, foot_lock=float(sys.argv[2]))
select(rig)
assert bpy.ops.livemocap.bake_take(
    filepath=str(folder / "take.mcap"), to="SELECTED", wait=True
) == {"FINISHED"}
for frame in range(len(as_frames(walking_person(walk(fps=30.0))))):
    scene.frame_set(frame)
    look()
"""


def _big_feet() -> MadeRig:
    made = made_rig("ue4", rest="A", axes="random", extras=("root", "twist"))
    heads = made.skeleton.heads.copy()
    for side in "lr":
        ankle, toe = (made.skeleton.rows[f"{bone}_{side}"] for bone in ("foot", "ball"))
        heads[toe] += 0.35 * (heads[toe] - heads[ankle]) * [1, 0, 1]
    return MadeRig(replace(made.skeleton, heads=heads), made.joint_map)


def _toes(folder: Path, how: str, foot_lock: float) -> Array:
    """(T, 2, 3) m where Blender shows them, in our world."""
    made = _big_feet()
    save_armatures(folder / "rig.npz", [Armature(name="Rig", skeleton=made.skeleton)])
    run_blender(_BEGIN + how + _END, str(folder), str(foot_lock), timeout_s=150)
    posed = [armature.skeleton for armature in load_armatures(folder / "posed.npz")]
    return np.stack([each.heads[[each.rows[f"ball_{side}"] for side in "lr"]] for each in posed])


def _slide(toes: Array) -> float:
    """m/s of toes that stand on the walker's own body."""
    stands = walk(fps=FPS).contacts[..., 1]
    moved = np.linalg.norm(np.diff(toes[..., [0, 2]], axis=0), axis=-1) * FPS
    return float(moved[stands[1:] & stands[:-1]].mean())


def _height_off_m(toes: Array) -> Array:
    """Of standing toes from their usual height."""
    height = toes[..., 1][walk(fps=FPS).contacts[..., 1]]
    return np.abs(height - np.median(height))


def test_feet_of_a_character_that_follows_the_stream_stand(tmp_path: Path) -> None:
    held, loose = _toes(tmp_path, _LIVE, 1.0), _toes(tmp_path, _LIVE, 0.0)
    assert _slide(loose) > 0.04
    assert _slide(held) < 0.02
    assert np.percentile(_height_off_m(loose), 90) > 0.01
    assert np.percentile(_height_off_m(held), 90) < 0.005


def test_feet_of_a_baked_character_stand(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "take.mcap")
    for frame in as_frames(walking_person(walk(fps=FPS))):
        writer.write("track", frame)
    writer.close()
    held, loose = _toes(tmp_path, _BAKED, 1.0), _toes(tmp_path, _BAKED, 0.0)
    assert _slide(loose) > 0.04
    assert _slide(held) < 0.002
    assert np.percentile(_height_off_m(loose), 90) > 0.01
    assert _height_off_m(held).max() < 0.001
