"""How well a rig's feet stand while somebody walks: figures from posed bones alone, none of them
the foot lock's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from motion_files import rest_body
from rig_angles import limb_errors_deg, rows_of

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX
from retarget.feet.legs import TOE
from retarget.import_motion.bvh_person import BvhWishes, read_bvh_person
from retarget.motion import PersonMotion, resample
from retarget.rigs.legs import RigLegs
from retarget.rigs.live import LiveCast
from retarget.rigs.posed import posed_heads
from retarget.rigs.rig import Rig
from retarget.rigs.solve import Actor, RigPose, fit, solve
from retarget.rigs.take import solve_take

FIVE = {
    "Mixamo": "mixamo_gangnam.fbx",
    "UE4": "ue4_mannequin_run.fbx",
    "VRoid": "vroid_test_kun.fbx",
    "KayKit": "kaykit_knight.glb",
    "MakeHuman": "makehuman_ue_game_engine.fbx",
}
"""Files of the folder of test rigs."""
WALK = "cmu_12_01_walk.bvh"

_LOW_M, _SLOW = 0.03, 0.4
"""A toe stands that is so near to its lowest and slower than this, m/s."""
_CLEAR_M, _QUICK = 0.05, 0.5
"""A leg swings whose toe is higher than this over its lowest, or quicker."""
_TOES = SMPLX.indices("left_foot", "right_foot")


@dataclass(frozen=True)
class Figures:
    """Of one clip on one rig."""

    slide: float
    """m/s of standing toes over the floor, mean."""
    spread_mm: float
    """How far standing toes are from their usual height, 95th percentile, the worse foot."""
    height_mm: float
    """The same from the height of feet that lie flat; NaN where that is not told."""
    swing_deg: float
    """How far thighs and shins of legs that swing point from the actor's, mean."""
    legs_deg: float
    """The same of all legs at all times."""
    others_deg: float
    """Arms and fingers, worst."""


def clip_of(path: Path, fps: int = 60) -> PersonMotion:
    """A BVH file as somebody of a stream moves."""
    return resample(read_bvh_person(path, rest_body(), BvhWishes()).motion, Fraction(fps))


def standing_toes(motion: PersonMotion) -> tuple[Array, Array]:
    """(T, 2) bool which of the actor's own toes stand, and which legs surely swing."""
    height, speed = _toes(motion)
    stands = (height < _LOW_M) & (speed < _SLOW)
    return stands, (height > _CLEAR_M) | (speed > _QUICK)


def source_slide(motion: PersonMotion) -> float:
    """m/s, as `Figures.slide`, of the actor's own toes."""
    return _slide(motion.joints()[:, _TOES], motion.times_s, standing_toes(motion)[0])


def figures(rig: Rig, pose: RigPose, motion: PersonMotion, flat_m: Array | None = None) -> Figures:
    """From the bones of a posed rig and the motion it was posed by; see `figures_of`."""
    rows = rows_of(rig.skeleton, rig.joint_map.bones)
    return figures_of(posed_heads(rig, pose), rows, motion, flat_m)


def figures_of(
    heads: Array, rows: Mapping[str, int], motion: PersonMotion, flat_m: Array | None = None
) -> Figures:
    """From (T, B, 3) m heads in our world, rows by joint name.

    Args:
        flat_m: (2,) m, how high toes of feet are that lie flat on the floor.
    """
    stands, swings = standing_toes(motion)
    toes = heads[:, [rows["left_foot"], rows["right_foot"]]]
    off = limb_errors_deg(heads, rows, motion.joints())
    legs = {limb: deg for limb, deg in off.items() if limb.split()[0].endswith(("hip", "knee"))}
    others = [limb for limb in off if limb not in legs and "ankle" not in limb.split()[0]]
    swinging = [deg[swings[:, int(limb.startswith("right"))]] for limb, deg in legs.items()]
    return Figures(
        slide=_slide(toes, motion.times_s, stands),
        spread_mm=max(_spread_mm(toes[:, foot, 1], stands[:, foot]) for foot in (0, 1)),
        height_mm=float("nan")
        if flat_m is None
        else 1000 * float(np.percentile(np.abs(toes[..., 1] - flat_m)[stands], 95)),
        swing_deg=float(np.concatenate(swinging).mean()),
        legs_deg=float(np.concatenate(list(legs.values())).mean()),
        others_deg=max([float(off[limb].max()) for limb in others], default=0.0),
    )


def every_way(rig: Rig, motion: PersonMotion) -> dict[str, Figures]:
    """Feet as they are posed, held live, and held over the take."""
    actor = fit(rig, motion.rest_joints)
    poses = {
        "loose": solve(actor, motion.local_wxyz, motion.pelvis),
        "live": live_pose(actor, motion),
        "baked": solve_take(actor, motion),
    }
    flat_m = RigLegs([actor]).at_rest.heights[:, TOE]
    return {way: figures(rig, pose, motion, flat_m) for way, pose in poses.items()}


def live_pose(actor: Actor, motion: PersonMotion, foot_lock: float = 1.0) -> RigPose:
    """Frame after frame, as a stream comes."""
    cast = LiveCast([actor], [foot_lock])
    frames = [
        cast.solve(t_s, motion.local_wxyz[k : k + 1], motion.pelvis[k : k + 1])[0]
        for k, t_s in enumerate(motion.times_s.tolist())
    ]
    names = ("rotations_wxyz", "hips_m", "root_m", "object_m")
    return RigPose(*(np.stack([getattr(pose, name) for pose in frames]) for name in names))


def _toes(motion: PersonMotion) -> tuple[Array, Array]:
    """(T, 2) m over the lowest of each and m/s over the floor, of the actor's own."""
    toes = motion.joints()[:, _TOES]
    speed = np.linalg.norm(np.gradient(toes, motion.times_s, axis=0)[..., [0, 2]], axis=-1)
    return toes[..., 1] - np.percentile(toes[..., 1], 5, axis=0), speed


def _slide(toes: Array, times_s: Array, stands: Array) -> float:
    speed = np.linalg.norm(np.diff(toes[..., [0, 2]], axis=0), axis=-1)
    still = stands[1:] & stands[:-1]
    return float((speed / np.diff(times_s)[:, None])[still].mean()) if still.any() else 0.0


def _spread_mm(height: Array, stands: Array) -> float:
    there = height[stands]
    if not there.size:
        return 0.0
    return 1000 * float(np.percentile(np.abs(there - np.median(there)), 95))
