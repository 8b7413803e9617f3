"""Shape keys of faces as data: which of them opens the mouth, and what expressions make of them.

SMPL-X has a jaw that turns and coefficients of expression; characters have shapes with names, such
as ARKit's 52. From one to the other goes a linear map, with losses: see each file's note.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from livemocap.rotation import Array

from ..errors import RetargetError

_BUILT_IN = Path(__file__).with_name("faces")
_EXPRESSIONS = 10
_LONG = 5
"""Names that are as long are also found at the end of longer ones."""


@dataclass(frozen=True)
class FaceShape:
    """One shape of a kind of face."""

    names: tuple[str, ...]
    """What it is called; the first that a face has."""
    jaw: Array
    """(3,) for each radian that the jaw turns about x (it opens), y and z."""
    expression: Array
    """(10,) for each of SMPL-X's coefficients."""


@dataclass(frozen=True, kw_only=True)
class Face:
    """A kind of face."""

    name: str
    title: str
    """For people."""
    note: str
    """What is lost."""
    shapes: tuple[FaceShape, ...]


@dataclass(frozen=True)
class FaceMap:
    """What a jaw and an expression make of N shapes of one face."""

    title: str
    names: tuple[str, ...]
    """As the face has them."""
    jaw: Array
    """(N, 3)."""
    expression: Array
    """(N, 10)."""

    def values(self, jaw_rotvec: Array, expression: Array) -> Array:
        """(..., N) of the shapes, not limited to what they may be.

        Args:
            jaw_rotvec: (..., 3) rad.
            expression: (..., E); those beyond the tenth are left out.
        """
        known = expression[..., :_EXPRESSIONS]
        return jaw_rotvec @ self.jaw.T + known @ self.expression[:, : known.shape[-1]].T


@cache
def faces() -> tuple[Face, ...]:
    """All kinds, the exact one first and the vague one last."""
    return tuple(load_face(_BUILT_IN / f"{name}.json") for name in ("smplx", "arkit", "mouth"))


def load_face(path: Path) -> Face:
    """A kind of face from its JSON file.

    Raises:
        RetargetError: it cannot be read.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        shapes = tuple(_shape(each) for each in stored["shapes"])
        title, note = str(stored["title"]), str(stored.get("note", ""))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RetargetError(f"{path}: not a face ({error})") from error
    return Face(name=path.stem, title=title, note=note, shapes=shapes)


def map_face(names: Sequence[str], known: Sequence[Face] | None = None) -> FaceMap | None:
    """The kind of face that most of the names are of; None: of no kind that we know."""
    found = [(face, _found(face, names)) for face in (faces() if known is None else known)]
    face, shapes = max(found, key=lambda each: len(each[1]))
    if not shapes:
        return None
    return FaceMap(
        face.title,
        tuple(shapes),
        np.array([shape.jaw for shape in shapes.values()]),
        np.array([shape.expression for shape in shapes.values()]),
    )


def _found(face: Face, names: Sequence[str]) -> dict[str, FaceShape]:
    """Its shapes by the names that they have here."""
    keys = {_key(name): name for name in reversed(names)}
    found = {}
    for shape in face.shapes:
        name = next((n for each in shape.names if (n := _name(_key(each), keys))), None)
        if name is not None:
            found[name] = shape
    return found


def _name(key: str, names: Mapping[str, str]) -> str | None:
    if key in names or len(key) < _LONG:
        return names.get(key)
    return next((name for each, name in names.items() if each.endswith(key)), None)


def _key(name: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def _shape(stored: Any) -> FaceShape:
    jaw, expression = np.zeros(3), np.zeros(_EXPRESSIONS)
    jaw[: len(stored.get("jaw", ()))] = stored.get("jaw", ())
    expression[: len(stored.get("expression", ()))] = stored.get("expression", ())
    return FaceShape(tuple(map(str, stored["names"])), jaw, expression)
