"""What can go wrong with lifting a video that the user can mend."""

from __future__ import annotations


class LiftError(Exception):
    """A video that cannot be lifted as asked; the message says what to change."""
