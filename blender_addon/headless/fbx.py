# SPDX-License-Identifier: GPL-3.0-or-later
"""FBX files by headless Blender, in a process of its own.

    python -m blender_addon.headless.fbx motions.npz person1.fbx [person2.fbx ...]

The motions come from `retarget.motion_file`, one file for each. Prints each path when it is
written; exits 2 with one line when it cannot.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from retarget.errors import RetargetError
from retarget.motion import PersonMotion
from retarget.motion_file import load_motions
from retarget.whole_file import whole_file

_REST_FRAME = -1
"""Blender writes the pose of its current frame as the file's rest pose, so we keep one there."""

_MAX_FPS = 32767


def main(arguments: Sequence[str]) -> int:
    """Write every motion of the first argument to the path at its place among the others."""
    job, *targets = (Path(a) for a in arguments)
    try:
        motions, fps = load_motions(job)
        if len(motions) != len(targets):
            raise RetargetError(f"{job}: {len(motions)} motions for {len(targets)} files")
        for motion, target in zip(motions, targets, strict=True):
            export_fbx(motion, fps, target)
            print(target, flush=True)
    except (RetargetError, RuntimeError) as error:  # RuntimeError: what Blender's operators raise
        print(str(error).strip().splitlines()[-1], file=sys.stderr)
        return 2
    return 0


def export_fbx(motion: PersonMotion, fps: Fraction, path: Path) -> None:
    """Write one person, resampled to `fps`, as an armature in metres with its T-pose as rest."""
    import bpy

    from ..armatures.armature import create_armature

    bpy.ops.wm.read_factory_settings(use_empty=True)
    # Unreal takes any other name for one more bone above the pelvis
    armature_object = create_armature("Armature", motion.rest_joints)
    animate(armature_object, motion)
    _set_timing(motion.frames, fps)
    with whole_file(path) as part:
        bpy.ops.export_scene.fbx(
            filepath=str(part),
            check_existing=False,
            object_types={"ARMATURE"},
            apply_scale_options="FBX_SCALE_ALL",
            axis_forward="-Z",
            axis_up="Y",
            add_leaf_bones=False,
            bake_anim_use_nla_strips=False,
            bake_anim_use_all_actions=False,
            bake_anim_simplify_factor=0,
        )


def animate(armature_object: object, motion: PersonMotion) -> None:
    """Key every frame of a motion from frame 0 on, and the rest pose on the frame before."""
    import bpy

    from livemocap.skeleton import SMPLX

    from ..armatures.bones import bone_layout
    from ..armatures.curves import new_action, write_curves

    assert isinstance(armature_object, bpy.types.Object)
    layout = bone_layout(motion.rest_joints)
    rotations = layout.basis_rotations(motion.local_wxyz)
    rest = np.broadcast_to([1.0, 0, 0, 0], (1, *rotations.shape[1:]))
    rotations = np.concatenate([rest, rotations])
    locations = np.concatenate([np.zeros((1, 3)), layout.root_location(motion.pelvis)])
    frames = np.arange(_REST_FRAME, motion.frames)
    channels = new_action(armature_object, f"person{motion.track_id}")
    write_curves(channels, f'pose.bones["{SMPLX.names[0]}"].location', frames, locations)
    for joint, name in enumerate(SMPLX.names):
        path = f'pose.bones["{name}"].rotation_quaternion'
        write_curves(channels, path, frames, rotations[:, joint])


def _set_timing(frames: int, fps: Fraction) -> None:
    """Frames 0 to `frames` - 1 at exactly `fps`, standing on the rest pose."""
    import bpy

    scene = bpy.context.scene
    # 24000 / 1001 and not 24 / 1.001, which single precision cannot hold
    halvings = max(0, (fps.numerator // _MAX_FPS).bit_length())
    scene.render.fps = fps.numerator >> halvings
    scene.render.fps_base = fps.denominator / (1 << halvings)
    scene.frame_start, scene.frame_end = 0, frames - 1
    scene.frame_set(_REST_FRAME)


if __name__ == "__main__":
    from .leaving import run_and_leave

    run_and_leave(main, "FBX")
