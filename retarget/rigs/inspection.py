"""What we make of a character file, before any motion is put on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np

from livemocap.rotation import normalize
from livemocap.skeleton import SMPLX

from ..errors import RetargetError
from .armature import Armature
from .armature_map import map_armature
from .average_person import average_joints
from .joint_map import JointMap, Match
from .presets import Preset
from .rig import Rig
from .rig_file import read_armatures
from .solve import fit

_WIDTH = 98


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """One character of a file."""

    armature: Armature
    joint_map: JointMap
    residual_deg: dict[str, float]
    """By limb, how far it points from an average person's once calibrated; empty without pelvis."""
    arms_deg: float | None
    """Angle of the upper arms to the line between the shoulders at rest: a T-pose is near 0."""
    others: tuple[tuple[str, int], ...] = ()
    """Name and number of joints found of the other armatures in the file."""


def inspect_rig(
    path: Path, name: str | None = None, known: Sequence[Preset] | None = None
) -> Inspection:
    """Read a file and look at the armature called `name`, or the one with the most joints.

    Args:
        known: namings to recognise; the built-in ones by default.

    Raises:
        RetargetError: as `read_armatures`, or no armature is called so.
    """
    return choose([(a, map_armature(a, known)) for a in read_armatures(path)], path, name)


def choose(
    found: Sequence[tuple[Armature, JointMap]], path: Path, name: str | None = None
) -> Inspection:
    """Look at one armature of a file, told by name or by how much of a body it is."""
    names = [armature.name for armature, _ in found]
    if name is not None and name not in names:
        raise RetargetError(f"{path}: no armature is called {name!r}, only {', '.join(names)}")
    at = max(range(len(found)), key=lambda row: _worth(found[row][1]))
    at = at if name is None else names.index(name)
    armature, joint_map = found[at]
    return Inspection(
        armature=armature,
        joint_map=joint_map,
        residual_deg=_residual_deg(armature, joint_map),
        arms_deg=_arms_deg(armature, joint_map.bones),
        others=tuple((a.name, len(m.matches)) for a, m in found if a is not armature),
    )


def as_json(inspection: Inspection) -> dict[str, Any]:
    """Plain dictionaries, SMPL-X's joint names; an unsure joint is not in the map."""
    joints = inspection.joint_map
    return {
        "preset": joints.preset,
        "map": {
            joint: {"bone": match.bone, "certainty": round(match.certainty, 3)}
            for joint, match in _in_order(joints.matches)
        },
        "unsure": [joint for joint, _ in _in_order(joints.unsure)],
        "missing": list(joints.missing),
        "residual_deg": {limb: round(deg, 3) for limb, deg in inspection.residual_deg.items()},
    }


def as_lines(inspection: Inspection) -> Iterator[str]:
    """The same for people: a table, and what they should look at."""
    armature, joints = inspection.armature, inspection.joint_map
    yield f"armature   {armature.name}, {len(armature.skeleton.names)} bones"
    for name, count in inspection.others:
        yield f"           beside {name}, {count} joints (--armature {name!r})"
    yield f"preset     {joints.preset or 'none: no naming that we know'}"
    yield f"joints     {len(joints.matches)} found, {len(joints.unsure)} unsure, " + (
        f"{len(joints.missing)} of SMPL-X's {len(SMPLX.names)} missing"
    )
    if inspection.arms_deg is not None:
        yield f"at rest    arms {inspection.arms_deg:.0f} degrees off the line of the shoulders"
    yield from _table(joints.matches)
    if joints.unsure:
        yield "\nunsure: not used until you choose"
        yield from _table(joints.unsure)
    if joints.missing:
        yield from _paragraph("missing", _short(joints.missing))
    if inspection.residual_deg:
        limbs = [f"{limb} {deg:.1f}" for limb, deg in inspection.residual_deg.items()]
        yield from _paragraph("residual after calibration, degrees", limbs)
    else:
        yield "\nno bone follows the pelvis: this rig cannot be moved yet"


def _worth(joint_map: JointMap) -> tuple[int, float]:
    return len(joint_map.matches), sum(match.certainty for match in joint_map.matches.values())


def _residual_deg(armature: Armature, joint_map: JointMap) -> dict[str, float]:
    if "pelvis" not in joint_map.matches:
        return {}
    return fit(Rig.of(armature.skeleton, joint_map), average_joints()).residuals_deg


def _arms_deg(armature: Armature, bones: Mapping[str, str]) -> float | None:
    joints = [f"{side}_{joint}" for joint in ("shoulder", "elbow") for side in ("left", "right")]
    if not set(joints) <= set(bones):
        return None
    rows = [armature.skeleton.rows[bones[joint]] for joint in joints]
    left, right, left_elbow, right_elbow = armature.skeleton.heads[rows]
    arms = normalize(np.stack([left_elbow - left, right - right_elbow]))
    return float(np.degrees(np.arccos(np.clip(arms @ normalize(left - right), -1, 1))).mean())


def _in_order(matches: Mapping[str, Match]) -> list[tuple[str, Match]]:
    return [(joint, matches[joint]) for joint in SMPLX.names if joint in matches]


def _table(matches: Mapping[str, Match]) -> Iterator[str]:
    rows = [(joint, match.bone, f"{match.certainty:.2f}") for joint, match in _in_order(matches)]
    wide = max((len(bone) for _, bone, _ in rows), default=4)
    yield f"\n{'joint':<15}  {'bone':<{wide}}  certainty"
    for joint, bone, certainty in rows:
        yield f"{joint:<15}  {bone:<{wide}}  {certainty:>9}"


def _short(joints: Sequence[str]) -> Iterator[str]:
    """Whole fingers in one."""
    for joint in joints:
        finger = [f"{joint[:-1]}{n}" for n in (1, 2, 3)]
        if joint[-1] not in "123" or not set(finger) <= set(joints):
            yield joint
        elif joint == finger[0]:
            yield f"{joint}-3"


def _paragraph(head: str, words: Iterable[str]) -> Iterator[str]:
    yield f"\n{head}"
    yield from wrap(", ".join(words), _WIDTH, initial_indent="  ", subsequent_indent="  ")
