"""Our own BVH files of people, and a reader of anybody's.

What we write: +Y up as our world, a true T-pose at rest (all rotations 0) facing +Z, root OFFSET
0 0 0 with six channels (its position is the pelvis in the world), three rotation channels for
each other joint, all 55 joints and End Sites, centimetres unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX, Skeleton, global_rotations, joint_positions

from .bvh_writing import BvhMotion, BvhTree, write_bvh_tree
from .errors import RetargetError
from .euler import matrix_from_euler
from .motion import PersonMotion
from .progress import Progress
from .tips import tip_offset

_LINES_AT_ONCE = 100


def write_bvh(
    motion: PersonMotion,
    fps: Fraction,
    path: Path,
    units: str = "cm",
    names: Sequence[str] = SMPLX.names,
    progress: Progress = lambda done, frames: None,
) -> None:
    """Write a motion that was resampled to `fps`.

    Args:
        units: `cm` or `m`; BVH cannot say which.
        names: 55, for programs that expect joints to be called otherwise.

    Raises:
        RetargetError: nothing stands under `path` then.
    """
    rest, joints = motion.rest_joints, range(len(SMPLX.names))
    tree = BvhTree(
        names=tuple(names),
        parents=SMPLX.parents,
        offsets=rest - rest[list(SMPLX.parents)],
        ends={joint: tip_offset(rest, joint) for joint in joints if not SMPLX.children[joint]},
    )
    moves = BvhMotion(root_m=motion.pelvis, turned=joints, rotations=motion.local_wxyz)
    write_bvh_tree(path, tree, moves, fps, units=units, progress=progress)


@dataclass(frozen=True)
class BvhClip:
    """What a BVH file says, in its own units, degrees and joint order."""

    skeleton: Skeleton
    offsets: Array
    """(J, 3) from the parent."""
    end_sites: dict[int, Array]
    """(3,) by joint, where one is given."""
    channels: tuple[tuple[str, ...], ...]
    """By joint, such as Xposition or Zrotation."""
    frame_time_s: float
    values: Array
    """(T, all channels)."""

    def local_rotations(self) -> Array:
        """(T, J, 3, 3) parent-relative."""
        shape = (len(self.values), len(self.channels), 3, 3)
        local = np.broadcast_to(np.eye(3), shape).copy()
        for joint, columns, order in self._channel_groups("rotation"):
            local[:, joint] = matrix_from_euler(np.radians(self.values[:, columns]), order)
        return local

    def root_positions(self) -> Array:
        """(T, 3) where the root is; files that place it by OFFSET alone count too."""
        at = np.broadcast_to(self.offsets[0], (len(self.values), 3)).copy()
        for joint, columns, order in self._channel_groups("position"):
            if joint == 0:
                for column, axis in zip(columns, order, strict=True):
                    at[:, "XYZ".index(axis)] = self.values[:, column]
        return at

    def rest_joints(self) -> Array:
        """(J, 3) with the root at its OFFSET."""
        J = len(self.channels)
        return joint_positions(
            np.broadcast_to(np.eye(3), (J, 3, 3)), self._chained(), self.offsets[0], self.skeleton
        )

    def joints(self) -> Array:
        """(T, J, 3) by forward kinematics; positions of joints below the root are not followed."""
        world = global_rotations(self.local_rotations(), self.skeleton)
        return joint_positions(world, self._chained(), self.root_positions(), self.skeleton)

    def _chained(self) -> Array:
        rest = self.offsets.copy()
        for joint, parent in enumerate(self.skeleton.parents):
            if parent >= 0:
                rest[joint] += rest[parent]
        return rest

    def _channel_groups(self, kind: str) -> Iterator[tuple[int, list[int], str]]:
        """(joint, its columns, their axes) of all position or rotation channels."""
        column = 0
        for joint, channels in enumerate(self.channels):
            mine = [(column + n, c[0].upper()) for n, c in enumerate(channels) if c.endswith(kind)]
            column += len(channels)
            if mine:
                yield joint, [at for at, _ in mine], "".join(axis for _, axis in mine)


def read_bvh(path: Path) -> BvhClip:
    """Read a BVH file of any writer.

    Raises:
        RetargetError: it is missing or is no BVH; the message says where it stopped.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise RetargetError(f"{path}: {error.strerror}") from None
    head, motion, rows = text.partition("MOTION")
    if not motion:
        raise RetargetError(f"{path}: no BVH file (it has no MOTION)")
    try:
        return _Parser(head.split()).clip(rows)
    except (ValueError, IndexError, StopIteration) as error:
        raise RetargetError(f"{path}: damaged BVH file ({error})") from None


class _Parser:
    """Reads the HIERARCHY's words one after the other."""

    def __init__(self, words: list[str]) -> None:
        self._words = iter(words)
        self._names: list[str] = []
        self._parents: list[int] = []
        self._offsets: list[Array] = []
        self._channels: list[tuple[str, ...]] = []
        self._end_sites: dict[int, Array] = {}

    def clip(self, rows: str) -> BvhClip:
        self._expect("HIERARCHY")
        self._expect("ROOT")
        self._joint(-1)
        frames, frame_time_s, values = _motion(rows, sum(map(len, self._channels)))
        if len(values) != frames:
            raise ValueError(f"{frames} frames promised, {len(values)} found")
        return BvhClip(
            skeleton=Skeleton(tuple(self._names), tuple(self._parents)),
            offsets=np.array(self._offsets),
            end_sites=self._end_sites,
            channels=tuple(self._channels),
            frame_time_s=frame_time_s,
            values=values,
        )

    def _joint(self, parent: int) -> None:
        """From the name on to the closing brace, children included."""
        joint = len(self._names)
        self._names.append(self._until("{"))
        self._parents.append(parent)
        self._offsets.append(self._offset())
        self._expect("CHANNELS")
        self._channels.append(tuple(self._word() for _ in range(int(self._word()))))
        while (word := next(self._words)) != "}":
            if word == "JOINT":
                self._joint(joint)
            elif word == "End":
                self._until("{")
                self._end_sites[joint] = self._offset()
                self._expect("}")
            else:
                raise ValueError(f"{word!r} in joint {self._names[joint]}")

    def _word(self) -> str:
        if not (word := next(self._words, "")):
            raise ValueError("the HIERARCHY ends early")
        return word

    def _until(self, word: str) -> str:
        """Names may hold spaces."""
        return " ".join(iter(self._words.__next__, word))

    def _offset(self) -> Array:
        self._expect("OFFSET")
        offset = np.array([float(next(self._words)) for _ in range(3)])
        if not np.isfinite(offset).all():
            raise ValueError(f"an OFFSET in joint {self._names[-1]} is no number")
        return offset

    def _expect(self, word: str) -> None:
        found = next(self._words, "the end")
        if found.upper() != word:
            raise ValueError(f"{word} expected, {found!r} found")


def _motion(text: str, columns: int) -> tuple[int, float, Array]:
    """Frame count, seconds a frame, and (T, columns) of what follows MOTION."""
    _, count, time, *rows = text.split("\n", 3)
    lines = "".join(rows).splitlines()
    # a part at a time: other threads stand still while Python splits text
    parts = [lines[at : at + _LINES_AT_ONCE] for at in range(0, len(lines), _LINES_AT_ONCE)]
    values = [np.array(" ".join(part).split(), float) for part in parts] or [np.empty(0)]
    return (
        int(count.partition(":")[2]),
        float(time.partition(":")[2]),
        np.concatenate(values).reshape(-1, columns),
    )
