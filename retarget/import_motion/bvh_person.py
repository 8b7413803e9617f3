"""A BVH file as one person's motion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

from ..errors import RetargetError
from ..motion import PersonMotion
from ..rigs.joint_map import JointMap
from ..rigs.presets import Preset
from ..rigs.skeleton import RigSkeleton
from .anatomy import along_body, leg_length
from .bvh_bones import BvhBones, read_bones, resting_at
from .frame_rate import rate_of_frame_time
from .inverse import PosedBones, joints_of_bones
from .recording import Recording, RestBody
from .rig_joints import calibration_of, is_no_person, is_t_pose, map_of
from .unit import unit_of
from .upright import chosen_up, turn_upright, up_axis

_FAR_M = 0.002
"""Joints that never stray further from their bones are where the file has them."""


@dataclass(frozen=True, kw_only=True)
class BvhWishes:
    """What a person knows better than we can find out."""

    up: str | None = None
    """`y` or `z`."""
    scale: float | None = None
    """Metres in one unit."""
    fps: Fraction | None = None
    """The file's true rate."""
    rest_frame: int | None = None
    """The frame, from 1, in which the person stands in a T-pose or A-pose."""
    joints: Preset | None = None
    """Which bone is which joint."""


def read_bvh_person(path: Path, body: RestBody, wishes: BvhWishes) -> Recording:
    """
    Args:
        body: lends the joints that the file does not have.

    Raises:
        RetargetError: it is no BVH, or its bones are not those of a person.
    """
    found = read_bones(path, wishes.rest_frame)
    fps = wishes.fps or rate_of_frame_time(found.frame_time_s, path)
    joint_map = map_of([found.skeleton, resting_at(found, 1, path).skeleton], wishes.joints)
    rows = _rows(joint_map, found.skeleton, path)
    leg = leg_length(found.skeleton.heads, rows, body.joints)
    if leg <= 0:
        raise RetargetError(f"{path}: neither legs nor a spine of any length in it")
    unit = unit_of(leg, wishes.scale)
    stance = _stance(found, rows, unit.metres, body, wishes, path)
    joints = joints_of_bones(stance.bones, rows, stance.calibration, body.joints)
    known = np.zeros(len(SMPLX.names), bool)
    known[list(rows)] = True
    return Recording(
        motion=PersonMotion(
            track_id=1,
            times_s=np.arange(len(joints.pelvis)) / float(fps),
            local_wxyz=joints.local_wxyz,
            pelvis=joints.pelvis,
            rest_joints=joints.rest_joints,
        ),
        fps=fps,
        known=known,
        body=replace(body, name="imported", hash=""),
        notes=(
            f"unit {unit.found}",
            f"up is {stance.up}",
            _joints_found(joint_map, rows),
            *stance.notes,
            *_strays(joints.worst_m),
            *found.notes,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _Stance:
    """Bones in our world, and what their rest pose differs by from ours."""

    bones: PosedBones
    calibration: Array
    up: str
    is_no_person: bool
    notes: tuple[str, ...] = ()


def _stance(
    found: BvhBones,
    rows: Mapping[int, int],
    metres: float,
    body: RestBody,
    wishes: BvhWishes,
    path: Path,
) -> _Stance:
    """From the rest pose; from the first frame where only that one is a person's."""
    up = chosen_up(wishes.up)
    stance = _stance_from(found, rows, metres, body, up, path)
    if not stance.is_no_person:
        return stance
    if wishes.rest_frame is None:
        first = _stance_from(resting_at(found, 1, path), rows, metres, body, up, path)
        if is_t_pose(first.calibration, rows):
            note = "nobody rests as its bones do; frame 1 is taken for the rest pose"
            return replace(first, notes=(note,))
    note = (
        "nobody rests as its bones do, so limbs may come out twisted. Is there a frame in which "
        "the person stands in a T-pose? --rest-frame N takes it for the rest pose"
    )
    return replace(stance, notes=(note,))


def _stance_from(
    found: BvhBones,
    rows: Mapping[int, int],
    metres: float,
    body: RestBody,
    up: str | None,
    path: Path,
) -> _Stance:
    bones, up = _in_our_world(found, rows, metres, up, path)
    C = calibration_of(replace(found.skeleton, heads=bones.heads), rows, body.joints)
    return _Stance(bones=bones, calibration=C, up=up, is_no_person=is_no_person(C, rows))


def _rows(joint_map: JointMap, skeleton: RigSkeleton, path: Path) -> dict[int, int]:
    """The bone of each joint that has one, joints in SMPL-X's order."""
    bones = joint_map.bones
    unknown = sorted(set(bones.values()) - set(skeleton.names))
    if unknown:
        raise RetargetError(f"{path}: no bone is called {', '.join(unknown[:5])}")
    rows = {
        joint: skeleton.rows[bones[name]] for joint, name in enumerate(SMPLX.names) if name in bones
    }
    if 0 not in rows:
        some, guess = ", ".join(skeleton.names[:6]), joint_map.unsure.get("pelvis")
        perhaps = f" Perhaps '{guess.bone}'?" if guess else ""
        raise RetargetError(
            f"{path}: found no hips among its {len(skeleton.names)} bones ({some} ...).{perhaps} "
            "--map says which bone is which joint."
        )
    owners = {row: joint for joint, row in reversed(rows.items())}  # one joint for each bone
    return {joint: row for joint, row in rows.items() if owners[row] == joint}


def _in_our_world(
    found: BvhBones, rows: Mapping[int, int], metres: float, up: str | None, path: Path
) -> tuple[PosedBones, str]:
    """The bones in metres and upright, and which axis was up."""
    heads, places = found.skeleton.heads, found.places
    rest_line, moving_line = along_body(heads, rows), along_body(places, rows)
    if rest_line is None or moving_line is None:
        raise RetargetError(f"{path}: found neither head nor legs, so not which way is up")
    rest_up = up_axis(rest_line)
    up = up or up_axis(moving_line) or rest_up
    if up is None:
        raise RetargetError(f"{path}: nobody stands upright in it. Say --up y or --up z.")
    turn, turn_rest = turn_upright(up), turn_upright(rest_up or up)
    bones = PosedBones(
        parents=found.skeleton.parents,
        heads=metres * heads @ turn_rest.T,
        turns=turn @ found.turns @ turn_rest.T,
        places=metres * places @ turn.T,
    )
    return bones, up


def _joints_found(joint_map: JointMap, rows: Mapping[int, int]) -> str:
    naming = f", named as in {joint_map.preset}" if joint_map.preset else ""
    unsure = f"; unsure and left out: {', '.join(joint_map.unsure)}" if joint_map.unsure else ""
    return f"{len(rows)} of {len(SMPLX.names)} joints{naming}{unsure}"


def _strays(worst_m: float) -> tuple[str, ...]:
    if worst_m <= _FAR_M:
        return ()
    return (f"joints up to {1000 * worst_m:.0f} mm from their bones, which bend in more places",)
