"""Predictions against ground truth, image by image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livemocap.rotation import Array

from ..jobs.bodies import SmplxGeometry, required_body
from ..jobs.looking import Watcher
from .errors import EvaluationError
from .matching import match
from .parts import VertexIds, with_rest_as_body
from .person import Figure, person_errors
from .predictions import PredictedPeople, Predictions
from .scores import Pair, Tally
from .truth import TruePeople, read_truth


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSettings:
    """How predictions are compared."""

    factor: float = 1.0
    """Predicted joints in the image are multiplied by it, to have the truth's pixels."""
    forgive_ignored: bool = False
    """See `match`."""
    ids: VertexIds
    """Vertex numbers of the parts, as far as they are known."""


def evaluate(
    predictions: Path,
    truth: Path,
    settings: EvaluationSettings,
    watcher: Watcher | None = None,
    body: Callable[[], SmplxGeometry] = required_body,
) -> Tally:
    """Compare a submission with the truth.

    Args:
        body: called once, and only if there are files of parameters.

    Raises:
        EvaluationError: files that cannot be read, or that have no image in common.
    """
    watcher = watcher or Watcher()
    predicted = Predictions(predictions, body)
    tally, known = Tally(), set[str]()
    for people in read_truth(truth):
        if people.image in known:
            raise EvaluationError(f"{truth}: has the image {people.image} twice.")
        known.add(people.image)
        _add(tally, people, predicted.people(people.image), settings)
        watcher.update(tally.images, f"{len(tally.pairs)} people found")
    _require_common(predicted.images, known, predictions, watcher)
    return tally


def _add(
    tally: Tally, true: TruePeople, predicted: PredictedPeople, settings: EvaluationSettings
) -> None:
    matching = match(
        predicted.joints_px * settings.factor,
        true.joints_px,
        true.counted,
        forgive_ignored=settings.forgive_ignored,
    )
    pairs = [
        Pair(_errors(predicted.figures[p], true.figures[t], settings.ids), float(true.occlusion[t]))
        for p, t in matching.pairs
    ]
    tally.add(matching, pairs, ignored=int(np.count_nonzero(~true.counted)))


def _errors(predicted: Figure, true: Figure, ids: VertexIds) -> dict[str, dict[str, float]]:
    return person_errors(predicted, true, _parts_of(predicted, true, ids))


def _parts_of(predicted: Figure, true: Figure, ids: VertexIds) -> Mapping[str, Array]:
    """Vertex numbers of every part of these two.

    Raises:
        EvaluationError: they are not of the same body.
    """
    if predicted.vertices is None or true.vertices is None:
        return {}
    if len(predicted.vertices) != len(true.vertices):
        raise EvaluationError(
            f"predictions have {len(predicted.vertices)} vertices, the truth has "
            f"{len(true.vertices)}: SMPL-X can only be compared with SMPL-X (10475)."
        )
    return with_rest_as_body(ids, len(true.vertices))


def _require_common(predicted: set[str], known: set[str], path: Path, watcher: Watcher) -> None:
    strangers = sorted(predicted - known)
    if strangers and len(strangers) == len(predicted):
        raise EvaluationError(
            f"{path}: predictions are of images such as {strangers[0]}, the truth of images such "
            f"as {min(known, default='none at all')}: they have none in common."
        )
    if strangers:
        watcher.warn(
            f"{path}: {len(strangers)} images are not in the truth and do not count, such as "
            f"{strangers[0]}"
        )
