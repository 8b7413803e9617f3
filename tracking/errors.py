"""What can go wrong in tracking and recording that its user can put right."""

from __future__ import annotations


class TrackingError(RuntimeError):
    """Tracking or recording cannot do what was asked; the message says why."""
