"""From single people to the numbers of a table.

- precision = TP / (TP + FP), recall = TP / (TP + FN), F1 = 2 TP / (2 TP + FP + FN), their harmonic
  mean, with TP the pairs, FP the predictions of nobody, FN the people who were missed.
- MPJPE, MVE ...: means over all pairs of all images.
- NMJE = MPJPE / F1, NMVE = MVE / F1: a method that leaves out hard people pays for it. AGORA gives
  them for body and full body.

Source: Patel et al., AGORA, CVPR 2021, and the page "Evaluation protocol" of its evaluation kit.
The kit rounds F1 to two digits before it divides, lets the wrist (error 0) count among the points
of a hand and the neck among those of the face, and people who were missed with error 0 in the
means of hands and face; its documents do not say so, and here it is not done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from .matching import Matching
from .parts import BODY, FULL
from .person import MEASURES, Errors, full_body

_NORMALISED = {"NMJE": "MPJPE", "NMVE": "MVE"}


@dataclass(frozen=True, slots=True)
class Pair:
    """One person who was found."""

    errors: Errors
    occlusion: float
    """Percent of the person that is hidden; NaN where the truth does not say."""


@dataclass(slots=True)
class Tally:
    """What was counted so far."""

    images: int = 0
    true_people: int = 0
    """Who count."""
    ignored: int = 0
    pairs: list[Pair] = field(default_factory=list)
    false_positives: int = 0
    missed: int = 0

    def add(self, matching: Matching, pairs: Iterable[Pair], ignored: int) -> None:
        """One more image."""
        self.images += 1
        self.ignored += ignored
        self.true_people += len(matching.pairs) + len(matching.missed)
        self.missed += len(matching.missed)
        self.false_positives += len(matching.false)
        self.pairs.extend(pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The result of an evaluation; shares are 0..1 and NaN where there is nothing to divide."""

    images: int
    true_people: int
    ignored: int
    found: int
    missed: int
    false_positives: int
    precision: float
    recall: float
    f1: float
    errors_mm: dict[str, dict[str, float]]
    """MVE, MPJPE, their PA variants, NMVE, NMJE to part to mm."""


def scores(tally: Tally) -> Scores:
    """What the counts amount to."""
    found = len(tally.pairs)
    f1 = _share(2 * found, 2 * found + tally.false_positives + tally.missed)
    errors = {measure: full_body(_means(tally.pairs, measure)) for measure in MEASURES}
    for normalised, plain in _NORMALISED.items():
        errors[normalised] = {
            part: errors[plain][part] / f1 for part in (FULL, BODY) if part in errors[plain]
        }
    return Scores(
        images=tally.images,
        true_people=tally.true_people,
        ignored=tally.ignored,
        found=found,
        missed=tally.missed,
        false_positives=tally.false_positives,
        precision=_share(found, found + tally.false_positives),
        recall=_share(found, tally.true_people),
        f1=f1,
        errors_mm=errors,
    )


def _means(pairs: list[Pair], measure: str) -> dict[str, float]:
    of_part: defaultdict[str, list[float]] = defaultdict(list)
    for pair in pairs:
        for part, error in pair.errors[measure].items():
            of_part[part].append(error)
    return {part: float(np.mean(errors)) for part, errors in of_part.items()}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
