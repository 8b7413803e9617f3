"""Numbers about ids beside those of TrackEval, the reference of HOTA's authors."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from overlaps_made import overlaps_of, random_overlaps

from tracking.evaluate.clear import count_clear
from tracking.evaluate.hota import count_hota
from tracking.evaluate.identity import count_identity
from tracking.evaluate.overlaps import Overlaps

metrics = pytest.importorskip("trackeval", reason="needs trackeval: the test extra").metrics

_N = 6
MADE = {
    "nothing shown": overlaps_of([{}] * _N, people=2),
    "nobody there": overlaps_of([{-1: 0}] * _N, people=0),
    "nothing at all": overlaps_of([{}] * _N, people=0),
    "all right": overlaps_of([{0: 0, 1: 1}] * _N, people=2),
    "swapped": overlaps_of([{0: 0, 1: 1}] * _N + [{0: 1, 1: 0}] * _N, people=2),
    "lost and found": overlaps_of([{0: 0}] * _N + [{}] * 3 + [{0: 0}] * _N, people=1),
    "a ghost": overlaps_of([{0: 0, -1: 1}] * _N, people=1),
    "right at the threshold": overlaps_of([{0: 0}] * _N, people=1, likeness=0.5),
    **{f"random {seed}": random_overlaps(seed) for seed in range(20)},
}


def as_trackeval(overlaps: Overlaps) -> dict[str, Any]:
    """Without the people and tracks that are nowhere, as its own readers leave them out."""
    people = np.flatnonzero(overlaps.person_frames())
    tracks = np.flatnonzero(overlaps.track_frames())
    return {
        "num_timesteps": len(overlaps.people),
        "num_gt_ids": len(people),
        "num_tracker_ids": len(tracks),
        "num_gt_dets": int(overlaps.person_frames().sum()),
        "num_tracker_dets": int(overlaps.track_frames().sum()),
        "gt_ids": [np.searchsorted(people, p) for p in overlaps.people],
        "tracker_ids": [np.searchsorted(tracks, t) for t in overlaps.tracks],
        "similarity_scores": overlaps.likeness,
    }


@pytest.mark.parametrize("overlaps", MADE.values(), ids=MADE)
def test_hota_is_trackevals(overlaps: Overlaps) -> None:
    theirs, mine = metrics.HOTA().eval_sequence(as_trackeval(overlaps)), count_hota(overlaps)
    for name in ("hota", "det_a", "ass_a", "loc_a"):
        expected = theirs[name.upper() if name == "hota" else name.title().replace("_", "")]
        np.testing.assert_allclose(getattr(mine, name), expected, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("overlaps", MADE.values(), ids=MADE)
def test_identity_is_trackevals(overlaps: Overlaps) -> None:
    metric = metrics.Identity({"PRINT_CONFIG": False})
    theirs, mine = metric.eval_sequence(as_trackeval(overlaps)), count_identity(overlaps)
    assert (mine.found, mine.missed, mine.false) == tuple(theirs[n] for n in _IDENTITY)
    expected = [theirs.get(name, 0) for name in ("IDF1", "IDP", "IDR")]
    np.testing.assert_allclose((mine.f1, mine.precision, mine.recall), expected, atol=1e-9)


@pytest.mark.parametrize("overlaps", MADE.values(), ids=MADE)
def test_clear_is_trackevals(overlaps: Overlaps) -> None:
    metric = metrics.CLEAR({"PRINT_CONFIG": False})
    theirs, (mine, _) = metric.eval_sequence(as_trackeval(overlaps)), count_clear(overlaps)
    found = dataclasses.asdict(mine)
    assert [found[name] for name in _CLEAR] == [theirs[name] for name in _CLEAR.values()]
    np.testing.assert_allclose((mine.mota, mine.motp), (_mota(theirs), theirs["MOTP"]), atol=1e-9)


def test_totals_are_trackevals() -> None:
    parts = [random_overlaps(seed) for seed in range(5)]
    of_parts = {str(n): as_trackeval(part) for n, part in enumerate(parts)}
    metric = metrics.HOTA()
    theirs = metric.combine_sequences({n: metric.eval_sequence(d) for n, d in of_parts.items()})
    mine = count_hota(parts[0])
    for part in parts[1:]:
        mine = mine + count_hota(part)
    np.testing.assert_allclose(mine.hota, theirs["HOTA"], atol=1e-9)
    np.testing.assert_allclose(mine.loc_a, theirs["LocA"], atol=1e-9)


def _mota(theirs: dict[str, Any]) -> float:
    """TrackEval leaves it at 0 where nothing was shown or nobody was there."""
    there = max(1, theirs["CLR_TP"] + theirs["CLR_FN"])
    return (theirs["CLR_TP"] - theirs["CLR_FP"] - theirs["IDSW"]) / there


_IDENTITY = ("IDTP", "IDFN", "IDFP")
_CLEAR = {
    "found": "CLR_TP", "missed": "CLR_FN", "false": "CLR_FP", "switches": "IDSW",
    "fragments": "Frag", "mostly_tracked": "MT", "partly_tracked": "PT", "mostly_lost": "ML",
}  # fmt: skip
