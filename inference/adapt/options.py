"""How DynaBOA learns: its settings, named as what they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .losses import TERMS
from .smpl import ANNOTATED, OPENPOSE

FRAME_TERMS = ("joints", "shape", "pose")
TEMPORAL_TERMS = ("motion", "teacher")

_NAMES = {
    "lr": "rate",
    "fastlr": "fast_rate",
    "inner_step": "inner_steps",
    "alpha": "teacher_kept",
    "interval": "interval",
    "cos_sim_threshold": "settled",
    "optim_steps": "most_steps",
    "use_boa": "bilevel",
    "dynamic_boa": "dynamic",
    "sample_num": "samples",
    "seed": "seed",
}
_WEIGHTS = {
    "s2dloss_weight": "joints",
    "shape_prior_weight": "shape",
    "pose_prior_weight": "pose",
    "motionloss_weight": "motion",
    "teacherloss_weight": "teacher",
    "labelloss_weight": "labelled",
}
_SWITCHES = {"use_motion": "motion", "use_meanteacher": "teacher", "retrieval": "labelled"}
_LEVELS = {
    "use_frame_losses_{}": FRAME_TERMS,
    "use_temporal_losses_{}": TEMPORAL_TERMS,
    "{}_level_mixtrain": ("labelled",),
}
"""Switches of one level, and the terms that they switch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The benchmark's settings; `webcam` and `internet` differ from it."""

    rate: float = 3e-6
    """Of Adam, on the weights that stay."""
    betas: tuple[float, float] = (0.5, 0.9)
    fast_rate: float = 8e-6
    """Of the plain steps that are thrown away."""
    inner_steps: int = 1
    """As many of those."""
    bilevel: bool = True
    """Whether each image is learnt at two levels; else by one step of Adam on `FRAME_TERMS`, from
    which neither the teacher learns nor more steps follow."""
    dynamic: bool = True
    """Whether more steps follow while they change much."""
    settled: float = 3.1e-4
    """1 - cosine of features by which a step no longer pays."""
    most_steps: int = 7
    teacher_kept: float = 0.1
    """Of the teacher, at each step; the rest of it becomes the net."""
    interval: int = 5
    """Images between those whose motion is compared."""
    counts_from: int = 0
    """Of images: the live loop counts an image before it compares, so its interval is one less."""
    annotated: bool = True
    """Whether keypoints are the 24 that data sets have, else BODY_25."""
    weights: Mapping[str, float]
    """Of losses.TERMS; a term without one is not used."""
    lower: tuple[str, ...] = (*FRAME_TERMS, "labelled")
    """Of those terms the ones that the step sees which is thrown away."""
    upper: tuple[str, ...] = TERMS
    """The same of every other step."""
    samples: int = 1
    """Rehearsed at once."""
    seed: int = 22
    """By which samples are drawn."""

    def __post_init__(self) -> None:
        for level, terms in (("lower", self.lower), ("upper", self.upper)):
            if not {term for term in terms if term != "motion"} & self.weights.keys():
                raise ValueError(
                    f"nothing to learn from at the {level} level: give it at least one of the "
                    "losses of a frame, the teacher or labelled samples."
                )

    @property
    def joints(self) -> slice:
        """Which of the 49 the keypoints are."""
        return ANNOTATED if self.annotated else OPENPOSE


_BENCHMARK = {"joints": 10, "shape": 2e-6, "pose": 1e-4, "motion": 0.8, "teacher": 0.1}


def webcam(**given: Any) -> Options:
    """BODY_25 of one person, as it comes."""
    return Options(**{"weights": _BENCHMARK, "annotated": False, "counts_from": 1, **given})


def internet(**given: Any) -> Options:
    """COCO's keypoints, with samples of whom all is known."""
    weights = {**_BENCHMARK, "shape": 2e-4, "labelled": 0.1}
    return Options(**{"weights": weights, **given})


def read_options(form: str, given: Mapping[str, Any]) -> Options:
    """Settings by the names that the reference's command line has for them.

    Raises:
        ValueError: they cannot be followed.
    """
    if given.get("batch_size", 1) != 1:
        raise ValueError(f"batch_size {given['batch_size']}: images are learnt one at a time.")
    make = {"webcam": webcam, "internet": internet}[form]
    known = {ours: given[name] for name, ours in _NAMES.items() if name in given}
    weights = dict(make().weights)
    weights |= {ours: given[name] for name, ours in _WEIGHTS.items() if name in given}
    for name, term in _SWITCHES.items():
        if not given.get(name, term in make().weights):
            weights.pop(term, None)
    if "beta1" in given:
        known["betas"] = (given["beta1"], given["beta2"])
    return make(
        **known, weights=weights, lower=_level(given, "lower"), upper=_level(given, "upper")
    )


def _level(given: Mapping[str, Any], level: str) -> tuple[str, ...]:
    """The terms that a level sees."""
    usual = getattr(webcam(), level)
    return tuple(
        term
        for switch, terms in _LEVELS.items()
        for term in terms
        if given.get(switch.format(level), term in usual)
    )
