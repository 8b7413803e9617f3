"""What `--rig` names: a character's file, or a naming whose skeleton is made after each person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from livemocap.rotation import Array

from ..errors import RetargetError
from .average_person import average_joints
from .export_file import ChosenRig, rig_of_file
from .presets import Preset
from .rig_file import KINDS
from .standard import standard_skeleton


@dataclass(frozen=True)
class RigSource:
    """What people are put on: the same character for everybody, or one after each one's body."""

    name: str
    """That files are called after."""
    of: Callable[[Array], ChosenRig]
    """The character for somebody of (55, 3) rest joints, m."""
    notes: tuple[str, ...] = ()
    """What the user should know, a line each."""
    file: Path | None = None
    """The character's; None: it is a naming's."""


@dataclass(frozen=True, kw_only=True)
class FileWishes:
    """What is said of a character's file."""

    armature: str | None = None
    """One of several; None: the one with the most joints."""
    map_file: Path | None = None
    """A preset's JSON, whose bones go before those that are found."""


def rig_source(
    rig: str, known: Sequence[Preset], wishes: FileWishes, *, average: bool = False
) -> RigSource:
    """The character that `rig` names.

    Args:
        rig: a file that is there, or the name of one of `known`.
        average: make a naming's skeleton as large as the average person, for everybody alike.

    Raises:
        RetargetError: it is neither, the character cannot be moved, or a wish is one for files
            and no file is named, or the other way round.
    """
    path = Path(rig)
    if path.is_file() or path.suffix.lower() in KINDS:
        if average:
            raise RetargetError(f"--body is for namings; {rig} says how long its own bones are")
        chosen = rig_of_file(path, wishes.armature, wishes.map_file, known)
        return RigSource(path.stem, lambda _rest: chosen, chosen.notes, path)
    preset = next((preset for preset in known if preset.name == rig), None)
    if preset is None:
        raise RetargetError(_unknown(rig, known))
    if wishes != FileWishes():
        raise RetargetError(f"--armature and --map are for files; {rig!r} is a naming")
    _on(preset, average_joints())  # what is wrong with it is said before the take is read
    return RigSource(rig, lambda rest: _on(preset, average_joints() if average else rest))


def _on(preset: Preset, rest_joints: Array) -> ChosenRig:
    skeleton, joints = standard_skeleton(preset, rest_joints)
    return ChosenRig("root", skeleton, joints)


def _unknown(rig: str, known: Sequence[Preset]) -> str:
    close = get_close_matches(rig.lower(), [preset.name for preset in known], 1, 0.5)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return (
        f"--rig {rig}: there is no such file, and no naming is called so; {hint}"
        "`livemocap rigs list` names all namings"
    )
