"""What can go wrong with an engine that the user can mend."""

from __future__ import annotations


class InferenceError(Exception):
    """Inference cannot go on as asked; the message says what to change."""


class EngineLostError(InferenceError):
    """The engine cannot go on in this process; started again, it may well."""


class UnknownEngineError(InferenceError):
    """No engine, or no setting of an engine, has that name."""


class WeightsError(InferenceError):
    """A file of trained weights is missing, damaged or not the one this code was written for."""
