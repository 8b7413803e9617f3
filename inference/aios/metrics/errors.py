"""What stops an evaluation."""

from __future__ import annotations

from ...errors import InferenceError


class EvaluationError(InferenceError):
    """Files that cannot be compared; the message says what was expected."""
