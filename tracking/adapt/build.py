"""The adaptation that settings ask for."""

from __future__ import annotations

from dataclasses import replace

from ..config import TrackingConfig
from .log import SwapLog
from .solving import Solving
from .source import Logged
from .stage import Adaptation
from .worker import InSteps, InThread

STEPS = 2
"""Of work after each image, where nobody waits for the next one."""


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


def in_steps(config: TrackingConfig) -> TrackingConfig:
    """The same, with a budget in steps: for what must come out the same twice."""
    return replace(config, adapt_steps=config.adapt_steps or STEPS)
