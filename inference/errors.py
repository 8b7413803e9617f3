"""What can go wrong before an engine looks at its first image."""

from __future__ import annotations


class InferenceError(Exception):
    """Inference cannot start as asked; the message says what to change."""


class UnknownEngineError(InferenceError):
    """No engine, or no setting of an engine, has that name."""


class WeightsError(InferenceError):
    """A file of trained weights is missing, damaged or not the one this code was written for."""
