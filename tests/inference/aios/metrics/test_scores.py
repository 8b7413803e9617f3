"""Counts to precision, recall, F1 and normalised errors, by hand."""

from __future__ import annotations

import json
import math

import pytest

from inference.aios.metrics.matching import Matching
from inference.aios.metrics.report import as_json, table
from inference.aios.metrics.scores import Pair, Tally, scores

NAN = float("nan")


def pair(body: float, hands: float = 30.0, face: float = 60.0) -> Pair:
    parts = {"all": body, "B": body, "LH": hands, "RH": hands, "F": face}
    return Pair({m: dict(parts) for m in ("MPJPE", "MVE", "PA-MPJPE", "PA-MVE")}, NAN)


def tally() -> Tally:
    """3 found, 1 missed, 2 false positives, 1 ignored, in two images."""
    counts = Tally()
    counts.add(Matching([(0, 0), (1, 1)], [2], [2]), [pair(90), pair(110)], ignored=1)
    counts.add(Matching([(0, 0)], [], [1]), [pair(100)], ignored=0)
    return counts


def test_precision_recall_and_f1_by_hand() -> None:
    found = scores(tally())
    assert (found.images, found.true_people, found.ignored) == (2, 4, 1)
    assert (found.found, found.missed, found.false_positives) == (3, 1, 2)
    assert found.precision == pytest.approx(3 / 5)
    assert found.recall == pytest.approx(3 / 4)
    assert found.f1 == pytest.approx(2 * 0.6 * 0.75 / (0.6 + 0.75))


def test_errors_are_means_over_people_and_normalised_by_f1() -> None:
    errors = scores(tally()).errors_mm
    assert errors["MPJPE"] == pytest.approx(
        {"all": 100, "B": 100, "LH": 30, "RH": 30, "F": 60, "FB": 140}
    )
    f1 = 2 / 3
    assert errors["NMJE"] == pytest.approx({"FB": 140 / f1, "B": 100 / f1})
    assert errors["NMVE"] == pytest.approx({"FB": 140 / f1, "B": 100 / f1})


def test_nobody_found_gives_no_errors_and_no_crash() -> None:
    counts = Tally()
    counts.add(Matching([], [0, 1], [0]), [], ignored=0)
    found = scores(counts)
    assert (found.f1, found.recall, found.precision) == (0, 0, 0)
    assert found.errors_mm["NMVE"] == found.errors_mm["MVE"] == {}
    assert math.isnan(scores(Tally()).f1)
    assert json.loads(json.dumps(as_json(scores(Tally())), allow_nan=False))["f1"] is None
    assert "-" in table(scores(Tally()))


def test_parts_that_are_not_known_are_left_out() -> None:
    counts = Tally()
    known = {"all": 50.0, "B": 40.0}
    errors = {"MPJPE": known, "MVE": {"all": 60.0}, "PA-MPJPE": known, "PA-MVE": {}}
    counts.add(Matching([(0, 0)], [], []), [Pair(errors, 10.0)], ignored=0)
    found = scores(counts)
    assert found.errors_mm["NMJE"] == {"B": 40.0}
    assert found.errors_mm["NMVE"] == {}


def test_the_table_has_a_row_for_each_measure_and_a_column_for_each_part() -> None:
    lines = table(scores(tally())).splitlines()
    assert lines[0] == "2 images, 4 people (1 more ignored): 3 found, 1 missed, 2 false positives"
    assert lines[1].split() == ["F1", "0.667", "precision", "0.600", "recall", "0.750"]
    rows = {line.split()[0]: line.split()[1:] for line in lines[3:]}
    assert rows["mm"] == ["FB", "B", "F", "LH", "RH", "all"]
    assert rows["MVE"] == ["140.0", "100.0", "60.0", "30.0", "30.0", "100.0"]
    assert rows["NMVE"] == ["210.0", "150.0", "-", "-", "-", "-"]
