"""A character that can be moved: which bones are written, what each follows, what moves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

from ..errors import RetargetError
from .calibrate import CalibrationPlan, calibration_plan
from .driven import Driven, find_driven
from .joint_map import JointMap
from .paths import Paths, paths_of
from .skeleton import RigSkeleton
from .twist import Share, find_shares

FINGERS = frozenset(
    joint
    for joint, name in enumerate(SMPLX.names)
    if name.endswith(("1", "2", "3")) and "_" in name
)


class RootMotion(Enum):
    """What carries the character across the floor; heights always stay on the hips."""

    IN_PLACE = "in place"
    OBJECT = "object"
    ROOT_BONE = "root bone"
    HIPS = "hips"


@dataclass(frozen=True, kw_only=True)
class RigOptions:
    """What a person may choose about a rig."""

    root: RootMotion = RootMotion.HIPS
    scale: float | None = None
    """Of the way across the floor; None: by the length of the legs."""
    twist: bool = True
    """Let twist bones take their share of wrists and ankles, shoulders and hips."""
    spread: bool = True
    """Spread bends of spine and neck over bones between those that follow joints."""
    flat_feet: bool = True
    """Keep soles as level as the rig's rest pose has them; else feet are aimed like the actor's,
    and soles tilt on rigs whose ankles lie higher or lower over the toes."""
    fingers: bool = True
    """Move finger bones; off: they stay as they are, and still say where palms face."""
    floor_m: float = 0.0
    """How high the floor is in the world that the motion is in."""
    ground_m: float | None = None
    """The height that the rig stands on at rest; None: 0 if that can be, else close below its
    toes. When the actor stands, the rig's toes are as high over the floor as they are over this."""


@dataclass(frozen=True, kw_only=True)
class Rig:
    """A skeleton with its joints; independent of who moves it (see `solve.fit`)."""

    skeleton: RigSkeleton
    joint_map: JointMap
    options: RigOptions
    rows: Mapping[int, int]
    """Bone by SMPL-X joint, parents first."""
    shares: tuple[Share, ...]
    driven: tuple[Driven, ...]
    """Parents before their children."""
    parents: Mapping[str, str | None] = field(default_factory=dict)
    """What really moves a bone, where that is not its parent."""
    calibration: Mapping[str, Array] = field(default_factory=dict)
    """(3, 3) by joint name, of joints that a person calibrated by hand; wins over the rest
    pose's. See `calibrate.calibration_from_pose`."""

    @classmethod
    def of(
        cls,
        skeleton: RigSkeleton,
        joint_map: JointMap,
        options: RigOptions | None = None,
        *,
        parents: Mapping[str, str | None] | None = None,
        calibration: Mapping[str, Array] | None = None,
    ) -> Rig:
        """Work out what a rig needs to be moved.

        Args:
            parents: the bone that really moves a bone, where that is not its parent (constrained
                control rigs); None: nothing does, or its rotation is not inherited.
            calibration: from `calibrate.calibration_from_pose`.

        Raises:
            RetargetError: joints or bones are named that do not exist, or no pelvis; root
                motion is wanted on a root bone where there is none.
        """
        options, parents = options or RigOptions(), dict(parents or {})
        rows = _rows(skeleton, joint_map)
        _require_known("bone", {*parents, *parents.values()} - {None}, skeleton.names)
        _require_known("joint", calibration or {}, SMPLX.names)
        shares = find_shares(
            skeleton, rows, fixed=parents, twist=options.twist, spread=options.spread
        )
        moved = rows if options.fingers else _without_fingers(rows)
        rig = cls(
            skeleton=skeleton,
            joint_map=joint_map,
            options=options,
            rows=rows,
            shares=shares,
            driven=find_driven(skeleton, moved, shares, parents),
            parents=parents,
            calibration=dict(calibration or {}),
        )
        if options.root is RootMotion.ROOT_BONE and rig.root_row is None:
            raise RetargetError(
                f"no bone lies above {skeleton.names[rig.hips_row]!r} that could carry the "
                "character; put the root motion on the object or on the hips"
            )
        return rig

    @property
    def bones(self) -> tuple[str, ...]:
        """Names of the driven bones, in the order in which poses give them."""
        return tuple(self.skeleton.names[bone.row] for bone in self.driven)

    @property
    def hips_row(self) -> int:
        """The bone of the pelvis."""
        return self.rows[0]

    @property
    def carrier_row(self) -> int:
        """The bone that is moved to move the hips: theirs, unless it can only be turned."""
        row, skeleton = self.hips_row, self.skeleton
        while skeleton.connected and skeleton.connected[row] and skeleton.parents[row] >= 0:
            row = skeleton.parents[row]
        return row

    @property
    def root_row(self) -> int | None:
        """The topmost bone above the hips."""
        row = self.hips_row
        while self.skeleton.parents[row] >= 0:
            row = self.skeleton.parents[row]
        return None if row == self.hips_row else row

    @cached_property
    def paths(self) -> Paths:
        return paths_of(self.driven, self.shares)

    @cached_property
    def calibration_plan(self) -> CalibrationPlan:
        return calibration_plan(self.skeleton, self.rows, flat_feet=self.options.flat_feet)


def _rows(skeleton: RigSkeleton, joint_map: JointMap) -> dict[int, int]:
    """Bones by joint, parents first; of joints that share a bone the last one moves it."""
    rows: dict[int, int] = {}
    for joint, bone in joint_map.bones.items():
        if joint not in SMPLX.names:
            raise RetargetError(f"bone {bone!r} follows {joint!r}, which is no joint of SMPL-X")
        if bone not in skeleton.rows:
            raise RetargetError(f"joint {joint!r} moves {bone!r}, which is no bone of the rig")
        rows[SMPLX.index(joint)] = skeleton.rows[bone]
    if 0 not in rows:
        raise RetargetError("no bone follows the pelvis: name one")
    owner = {row: joint for joint, row in sorted(rows.items())}
    owner[rows[0]] = 0
    return {joint: row for joint, row in sorted(rows.items()) if owner[row] == joint}


def _without_fingers(rows: Mapping[int, int]) -> dict[int, int]:
    return {joint: row for joint, row in rows.items() if joint not in FINGERS}


def _require_known(kind: str, names: Iterable[str | None], known: Sequence[str]) -> None:
    unknown = sorted(str(name) for name in set(names) - set(known))
    if unknown:
        raise RetargetError(f"there is no {kind} {', '.join(map(repr, unknown))}")
