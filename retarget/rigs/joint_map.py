"""Which bone of a rig follows which SMPL-X joint, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Match:
    """A bone for a joint."""

    bone: str
    certainty: float
    """0..1; a person's own choice is 1."""


@dataclass(frozen=True, kw_only=True)
class JointMap:
    """Bones by SMPL-X joint name; every mappable joint stands in one of the three."""

    matches: Mapping[str, Match]
    unsure: Mapping[str, Match] = field(default_factory=dict)
    """The best guess where it is not good enough to be used without asking."""
    missing: tuple[str, ...] = ()
    """Joints that the rig has no bone for."""
    preset: str | None = None
    """The naming that was recognised, if one was."""

    @property
    def bones(self) -> dict[str, str]:
        """Joint name to bone name, of all that are used."""
        return {joint: match.bone for joint, match in self.matches.items()}
