"""What a user can put right about an evaluation."""

from __future__ import annotations

from ..errors import TrackingError


class EvaluationError(TrackingError):
    """A file cannot be read or compared; the message names the file and says why."""
