"""The adaptation that settings ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..config import TrackingConfig
from .solving import Solving
from .source import Logged
from .stage import Adaptation
from .worker import InSteps, InThread

SwapLog = Mapping[int, Mapping[str, Sequence[float]]]
"""Of one camera: sequence number of an image to TrackFrame.swaps."""


def adaptation(config: TrackingConfig, logged: SwapLog | None = None) -> Adaptation | None:
    """The stage, or None if it is off.

    Args:
        logged: swaps to make instead of looking for them.
    """
    if config.adapt == "off":
        return None
    if logged is not None:
        return Adaptation(Logged(logged))
    steps, budget_ms = config.adapt_steps, config.adapt_budget_ms
    worker = InSteps(steps) if steps else InThread(budget_ms)
    return Adaptation(Solving(worker, bool(config.actor_height_m)))
