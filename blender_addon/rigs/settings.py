# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person may choose about a character, and what it may be. Pure Python."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import Enum
from typing import Any


class ScaleBy(Enum):
    """How long the way across the floor is."""

    LEGS = "legs"
    """As the character's legs are to the person's."""
    ONE = "one"
    """As the person's own: characters meet where people do."""
    CUSTOM = "custom"


@dataclass(frozen=True, kw_only=True)
class RigSettings:
    """Of one character; what it is without anybody's choice."""

    scale_by: ScaleBy = ScaleBy.LEGS
    custom_scale: float = 1.0
    flat_feet: bool = True
    """Soles as level as at rest, rather than as the person's."""
    floor_m: float = 0.0
    """Height of the floor in the scene."""
    heading: bool = False
    """The root bone, where it carries the character, also turns the way it faces."""
    smooth: bool = False
    """Once more: the stream is smoothed already."""
    cutoff_hz: float = 1.5
    speed_coefficient: float = 0.7
    fingers: bool = True
    finger_gain: float = 1.0
    face: bool = True
    face_mesh: str = ""
    """The object whose shape keys are moved; empty: all that hang on the armature."""
    jaw_gain: float = 1.0
    expression_gain: float = 1.0

    @property
    def scale(self) -> float | None:
        """Of the way across the floor; None: by the legs."""
        if self.scale_by is ScaleBy.CUSTOM:
            return self.custom_scale
        return 1.0 if self.scale_by is ScaleBy.ONE else None


RANGES: Mapping[str, tuple[float, float]] = {
    "custom_scale": (0.01, 100.0),
    "floor_m": (-1000.0, 1000.0),
    "cutoff_hz": (0.05, 30.0),
    "speed_coefficient": (0.0, 10.0),
    "finger_gain": (0.0, 2.0),
    "jaw_gain": (0.0, 3.0),
    "expression_gain": (0.0, 3.0),
}
"""The smallest and the largest value."""


def stored_settings(settings: RigSettings) -> dict[str, Any]:
    """Plain values for JSON."""
    stored = asdict(settings) | {"scale_by": settings.scale_by.value}
    return {name: round(v, 5) if isinstance(v, float) else v for name, v in stored.items()}


def settings_from(stored: Mapping[str, Any]) -> RigSettings:
    """The inverse; what is missing is as by default, what is unknown is left out.

    Raises:
        ValueError: a value that a setting cannot have.
    """
    known = {field.name: field.default for field in fields(RigSettings)}
    return RigSettings(
        **{name: _value(name, known[name], stored[name]) for name in known if name in stored}
    )


def in_range(name: str, value: float) -> float:
    """The nearest value that a setting may have.

    Raises:
        ValueError: it is no number.
    """
    if not math.isfinite(value):
        raise ValueError(f"{name} of {value}")
    least, most = RANGES[name]
    return min(max(value, least), most)


def _value(name: str, default: Any, stored: Any) -> Any:
    if isinstance(default, float):
        return in_range(name, float(stored))
    if not isinstance(default, Enum) and not isinstance(stored, type(default)):
        raise ValueError(f"{name} of {stored!r}")
    return type(default)(stored)
