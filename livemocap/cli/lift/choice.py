"""Which lifter is taken when nobody says: the best one that there is on this machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

from inference.errors import InferenceError
from inference.lifting.net import Normalization
from inference.lifting.registry import make_lifter
from livemocap.lifter import Lifter

from .errors import LiftError

PUBLISHED = ("pstmo", "vp3d", "vp3d-causal")
"""Whoever has installed the weights of one of these wants it; smaller published errors first."""

OWN = "own"
"""Asks for no torch. Alone it is less right than the 3D of the engine, which sees the image
(docs/benchmarks.md): without being asked for it lifts what no engine has seen."""

ENGINE = "none"
"""No lifter: the 3D of the engine that has found the keypoints."""

NAMES = ("auto", OWN, *PUBLISHED, ENGINE)
NORMALIZATIONS: tuple[Normalization, ...] = get_args(Normalization)

Step = Callable[[int, int], object]


def chosen_lifter(
    name: str,
    normalization: Normalization,
    *,
    weights: Path | None = None,
    has_engine: bool,
    step: Step,
) -> Lifter | None:
    """The lifter of that name for a whole take; None for the engine's own 3D.

    Args:
        name: one of NAMES.
        weights: a checkpoint to take instead of the installed one.
        has_engine: whether an engine has looked at the images; keypoints from a file have none.
        step: told how far it is.

    Raises:
        LiftError: keypoints alone, and no lifter for them.
        InferenceError: the lifter asked for cannot be used; the message says what to do.
    """
    _require(name, weights, has_engine)
    if name == ENGINE:
        return None
    if name == "auto":
        return _best(normalization, has_engine, step)
    return make_lifter(name, mode="bake", normalization=normalization, weights=weights, step=step)


def _require(name: str, weights: Path | None, has_engine: bool) -> None:
    """Raises LiftError for wishes that contradict each other."""
    names = ", ".join(NAMES[1:-1])
    if weights and name in ("auto", ENGINE):
        raise LiftError(f"--weights {weights}: for which lifter? Say --lifter, one of {names}")
    if name == ENGINE and not has_engine:
        raise LiftError(
            "--lifter none takes the 3D of the engine, which --keypoints replaces: choose one of "
            f"{names}, or leave --keypoints away"
        )


def _best(normalization: Normalization, has_engine: bool, step: Step) -> Lifter | None:
    """What `auto` means on this machine."""
    for each in PUBLISHED if has_engine else (*PUBLISHED, OWN):
        try:
            return make_lifter(each, mode="bake", normalization=normalization, step=step)
        except InferenceError:
            continue  # its weights or torch are missing
    if has_engine:
        return None
    raise LiftError(
        "--keypoints need a lifter, and the weights of none are installed: `livemocap models` "
        "says where to get them, `livemocap models install FILE` installs them"
    )
