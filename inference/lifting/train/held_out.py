"""How good a lifter is on motion that it never saw: made-up cameras and detectors, real motion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from livemocap.lifter import H36M17
from livemocap.rotation import Array

from .losses import places
from .motion import Motions
from .net import AHEAD
from .pairs import RATE_HZ, Maker, Pairs, limbs_of
from .poses import Variety

AS_CAPTURED = Variety(another=0, bent_rad=0, straightened=0, arms=0, legs=0, tilted=0, still=0)
_SEED = 20_000_003
"""The same people for every training: results compare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of one of AHEAD."""

    direction_deg: float
    median_deg: float
    mpjpe_mm: float
    """About the hip, each person's size fitted over time."""
    velocity_mm_s: float
    jitter_mm: float
    """Mean second difference of places, per frame squared at RATE_HZ."""
    true_jitter_mm: float
    joints_mm: tuple[float, ...]
    """mpjpe of each of H36M17."""


class HeldOut:
    """A fixed set of people."""

    def __init__(self, motions: Motions, people: int, past: int, frames: int = 64) -> None:
        maker = Maker(motions=motions, people=people, frames=past + frames, variety=AS_CAPTURED)
        self.pairs: Pairs = maker.made(_SEED)
        self._past = past

    def scores(self, limbs_at: Callable[[Array], Array]) -> list[Score]:
        """
        Args:
            limbs_at: (B, T, 17, 3) frames to (B, T - past, AHEAD, 16, 3) unit.
        """
        limbs = limbs_at(self.pairs.frames)
        return [self._score(limbs[:, :, head], ago) for head, ago in enumerate(AHEAD)]

    def _score(self, limbs: Array, ago: int) -> Score:
        frames = slice(self._past - ago, self.pairs.joints.shape[1] - ago)
        truth, known = self.pairs.joints[:, frames], self.pairs.known[:, frames]
        cosine = np.clip((limbs * limbs_of(truth)).sum(-1), -1, 1)
        degrees = np.degrees(np.arccos(cosine))[known]
        found = _sized(places(limbs), truth)
        off = np.linalg.norm(found - truth, axis=-1)[known] * 1000
        moved = np.diff(found - truth, axis=1)
        return Score(
            direction_deg=float(degrees.mean()),
            median_deg=float(np.median(degrees)),
            mpjpe_mm=float(off.mean()),
            velocity_mm_s=float(np.linalg.norm(moved, axis=-1).mean() * 1000 * RATE_HZ),
            jitter_mm=_jitter_mm(found),
            true_jitter_mm=_jitter_mm(truth),
            joints_mm=tuple(off.mean(0).tolist()),
        )


def table(scores: list[Score]) -> str:
    """For people to read, as Markdown."""
    ahead = " | ".join(f"{ago / RATE_HZ:.1f} s" for ago in AHEAD)
    lines = [f"| look-ahead | {ahead} |", f"|---|{'---|' * len(AHEAD)}"]
    for name, field in (
        ("direction, mean deg", "direction_deg"),
        ("direction, median deg", "median_deg"),
        ("MPJPE, size fitted, mm", "mpjpe_mm"),
        ("velocity error mm/s", "velocity_mm_s"),
        ("jitter mm/frame^2", "jitter_mm"),
        ("jitter of the truth", "true_jitter_mm"),
    ):
        lines.append(_row(name, [getattr(score, field) for score in scores]))
    for joint, name in enumerate(H36M17.names[1:], 1):
        values = [score.joints_mm[joint] for score in scores]
        lines.append(_row(f"{name.replace('_', ' ')} mm", values))
    return "\n".join(lines)


def _row(name: str, values: list[float]) -> str:
    return f"| {name} | {' | '.join(f'{value:.1f}' for value in values)} |"


def _sized(found: Array, truth: Array) -> Array:
    """(B, t, 17, 3) scaled to the truth, one scale a person."""
    scale = (found * truth).sum((1, 2, 3)) / (found**2).sum((1, 2, 3))
    return found * scale[:, None, None, None]


def _jitter_mm(joints: Array) -> float:
    jolts = joints[:, 2:] - 2 * joints[:, 1:-1] + joints[:, :-2]
    return float(np.linalg.norm(jolts, axis=-1).mean() * 1000)
