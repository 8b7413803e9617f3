"""Takes of two people, and what code in Blender that bakes them begins with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from motion import smooth_tracks
from rigs_made import made_rig

from livemocap.messages import TrackFrame
from livemocap.take_writer import TakeWriter
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import save_armatures

FRAMES, LATE, START = 45, 12, 11

_BEGIN = """
import json, sys
from pathlib import Path
import bpy
import numpy as np
from mathutils import Matrix
import blender_addon
from action_curves import action_names, all_curves, moving_curves
from blender_addon.takes import baking
from blender_addon.rigs.reader import posed_skeleton
from blender_rigs import build_armature
from livemocap.coords import R_BLENDER_WORLD
from livemocap.skeleton import SMPLX
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import load_armatures, save_armatures
blender_addon.register()
folder = Path(sys.argv[1])
take = str(folder / "take.mcap")
scene = bpy.context.scene

def empty(fps=30, base=1.0):
    global scene
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.frame_start, scene.render.fps, scene.render.fps_base = 11, fps, base

def bake(**how):
    return bpy.ops.livemocap.bake_take(filepath=how.pop("take", take), wait=True, **how)

def refused(**how):
    try:
        bake(**how)
    except RuntimeError as error:  # as scripts see a report of an error
        return str(error)

def heads(shown):
    found = [shown.matrix_world @ shown.pose.bones[name].head for name in SMPLX.names]
    return np.array(found) @ R_BLENDER_WORLD

def inventory():
    kinds = "actions", "objects", "armatures", "collections"
    return {kind: sorted(each.name for each in getattr(bpy.data, kind)) for kind in kinds}
"""


def tracks() -> list[TrackFrame]:
    """Two people; the second comes later."""
    frames = smooth_tracks(FRAMES)
    rows = ("track_ids", "states", "detections", "scores", "joint_rotvecs", "pelvis", "joints",
            "rest_joints", "betas", "expression", "joint_confidence")  # fmt: skip
    alone = [replace(f, **{name: getattr(f, name)[:1] for name in rows}) for f in frames[:LATE]]
    return alone + frames[LATE:]


def write_take(folder: Path) -> Path:
    writer = TakeWriter(folder / "take.mcap")
    for frame in tracks():
        writer.write("track", frame)
    return writer.close()


def in_blender(code: str) -> str:
    return _BEGIN + "\n".join(line.removeprefix("    ") for line in code.splitlines())


def take_and_rig(folder: Path) -> Path:
    rig = Armature(name="Rig", skeleton=made_rig("mixamo").skeleton)
    save_armatures(folder / "made.npz", [rig])
    return folder
