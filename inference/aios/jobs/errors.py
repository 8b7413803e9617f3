"""What stops a job, said so that the user can mend it."""

from __future__ import annotations

from ...errors import InferenceError


class JobError(InferenceError):
    """The job cannot begin or go on as asked; the message says what to change."""
