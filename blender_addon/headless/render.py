# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of people by headless Blender, in a process of its own.

    python -m blender_addon.headless.render motions.npz out.png [--frame K] [--colors ffa826,5cc0ff]

The motions come from `retarget.motion_file`. Everybody is posed on the armature that the live
add-on uses, with a body around its bones; paler figures show moments before and after. Exits 2
with one line when it cannot.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from livemocap.coords import blender_from_world
from livemocap.palette import TRACK_COLORS
from livemocap.rotation import Array
from retarget.errors import RetargetError
from retarget.motion import PersonMotion
from retarget.motion_file import load_motions
from retarget.whole_file import whole_file

from .composition import Figure, figures, front, telling_frame

_COLORS = ",".join(bytes(rgb).hex() for rgb in TRACK_COLORS)
_GHOST_ALPHA = 0.22
_LABEL_ROOM = np.array([0, 0, 0.08])
_EYES = (0.01, 0.01, 0.012)

Rgb = tuple[float, float, float]


def main(arguments: Sequence[str]) -> int:
    """Render as the command line says."""
    args = _parser().parse_args(arguments)
    try:
        motions, fps = load_motions(args.motions)
        render_people(
            motions,
            fps,
            args.out,
            frame=args.frame,
            ghosts=args.ghosts,
            size=_size(args.size),
            colors=[_linear(color) for color in args.colors.split(",")],
        )
    except (RetargetError, RuntimeError) as error:  # RuntimeError: what Blender's operators raise
        print(str(error).strip().splitlines()[-1], file=sys.stderr)
        return 2
    return 0


def render_people(
    motions: Sequence[PersonMotion],
    fps: Fraction,
    out: Path,
    *,
    frame: int | None,
    ghosts: int,
    size: tuple[int, int],
    colors: Sequence[Rgb],
) -> None:
    """Write a PNG.

    Args:
        frame: counted from the take's start; None takes a moment with many people in wide poses.
        ghosts: at most how many other moments of each person.
        colors: linear RGB of track 1, 2 ...; they come again after the last.
    """
    import bpy

    from . import stage

    starts = [round(m.start_s * fps) for m in motions]
    joints = [blender_from_world(m.joints()) for m in motions]
    seen_from = front(motions)
    frame = telling_frame(joints, starts, seen_from) if frame is None else frame
    shown = figures(joints, starts, frame, ghosts, seen_from)
    if all(figure.is_ghost for figure in shown):
        raise RetargetError(f"nobody is there in frame {frame}")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage.light()
    ground = np.concatenate([places[:, 0] * [1, 1, 0] for places in joints])
    bodies = [joints[f.person][f.frame] for f in shown]
    labels = [_above(places) for places in bodies]
    stage.draw_floor(ground)
    facing = stage.place_camera(
        np.concatenate([ground, *bodies, np.array(labels) + _LABEL_ROOM]), seen_from, *size
    )
    for motion, places in zip(motions, joints, strict=True):
        stage.draw_trail(f"trail {motion.track_id}", places[:, 0], _color(motion, colors))
    for figure, label in zip(shown, labels, strict=True):
        motion = motions[figure.person]
        _draw_body(motion, figure, _color(motion, colors))
        if not figure.is_ghost:
            stage.draw_label(f"person {motion.track_id}", label, _color(motion, colors), facing)
    with whole_file(out) as part:
        _render_to(part)


def _above(places: Array) -> Array:
    """(3,) where a person's label goes, over the highest of (55, 3) joints."""
    return np.array([*places[:, :2].mean(0), places[:, 2].max() + 0.28])


def _color(motion: PersonMotion, colors: Sequence[Rgb]) -> Rgb:
    return colors[(motion.track_id - 1) % len(colors)]


def _render_to(path: Path) -> None:
    """Blender appends .png to a name without it."""
    import bpy

    scene = bpy.context.scene
    scene.render.image_settings.file_format = "PNG"
    scene.render.use_file_extension = False
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)


def _draw_body(motion: PersonMotion, figure: Figure, color: Rgb) -> None:
    """Pose an armature as one frame of a motion and put a body around its bones."""
    import bpy

    from ..armatures.armature import ProxyPose, create_armature, pose_bones, pose_order, set_pose
    from ..armatures.bones import bone_layout
    from . import stage
    from .mannequin import eyes, mannequin

    k = figure.frame
    name = f"person {motion.track_id} frame {k}"
    armature_object = create_armature(name, motion.rest_joints)
    layout, order = bone_layout(motion.rest_joints), pose_order(armature_object)
    pose = ProxyPose.of(order, layout, motion.local_wxyz[k], motion.pelvis[k])
    set_pose(armature_object, pose)
    bpy.context.view_layer.update()
    posed = np.empty((len(order), 4, 4))
    posed[order] = [np.array(bone.matrix) for bone in pose_bones(armature_object)]
    lengths = np.linalg.norm(layout.tails - layout.heads, axis=-1)
    bones = posed[:, :3, 3], posed[:, :3, :3], lengths
    alpha = _GHOST_ALPHA if figure.is_ghost else 1.0
    stage.mesh_object(f"body of {name}", *mannequin(*bones), color, alpha)
    stage.mesh_object(f"eyes of {name}", *eyes(*bones), _EYES, alpha)


def _linear(color: str) -> Rgb:
    """sRGB as `ffa826` to linear."""
    try:
        srgb = np.frombuffer(bytes.fromhex(color.strip().lstrip("#")), np.uint8) / 255
        r, g, b = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4).tolist()
    except ValueError:
        raise RetargetError(f"--colors {color}: expected rrggbb") from None
    return r, g, b


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and 0 < int(width) <= 8192 >= int(height) > 0):
        raise RetargetError(f"--size {text}: expected as in 1600x900")
    return int(width), int(height)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m blender_addon.headless.render")
    parser.add_argument("motions", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--frame", type=int, help="counted from the take's start")
    parser.add_argument("--ghosts", type=int, default=4, help="other moments of each person (4)")
    parser.add_argument("--size", default="1600x900")
    parser.add_argument("--colors", default=_COLORS, help="of the tracks, rrggbb,rrggbb,...")
    return parser


if __name__ == "__main__":
    from .leaving import run_and_leave

    run_and_leave(main, "A picture by Blender")
