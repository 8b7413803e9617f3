"""MOTChallenge's files scored by us and by TrackEval with all of its own rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tracking.evaluate.mot_files import mot_scenarios
from tracking.evaluate.scoring import figures, score, total

trackeval = pytest.importorskip("trackeval", reason="needs trackeval: the test extra")

FRAMES = 40
CLASSES = (1, 1, 1, 1, 2, 7, 8, 3)
CONSIDERED = (1, 1, 1, 0, 0, 0, 0, 0)
_QUIET = {"PRINT_CONFIG": False}
_SILENT = ("PRINT_RESULTS", "OUTPUT_SUMMARY", "OUTPUT_DETAILED", "PLOT_CURVES", "TIME_PROGRESS")


@pytest.fixture
def challenge(tmp_path: Path) -> Path:
    """Two sequences: pedestrians, some to leave out, distractors; tracks that swap and invent."""
    for seed in range(2):
        rng, name = np.random.default_rng(seed), f"SEQ-{seed}"
        truth, results = tmp_path / "gt" / name / "gt", tmp_path / "results" / "ours" / "data"
        truth.mkdir(parents=True)
        results.mkdir(parents=True, exist_ok=True)
        places, speeds = rng.uniform(0, 300, (8, 2)), rng.uniform(-4, 4, (8, 2))
        true, found, ids = [], [], np.arange(1, 9)
        for frame in range(1, FRAMES + 1):
            places += speeds
            ids = rng.permutation(ids) if rng.random() < 0.1 else ids
            for p in np.flatnonzero(rng.random(8) < 0.9):
                x, y = places[p]
                true.append(f"{frame},{p + 1},{x},{y},40,90,{CONSIDERED[p]},{CLASSES[p]},0.8")
                x, y, w, h = [x, y, 40, 90] + 5 * rng.standard_normal(4)
                found.append(f"{frame},{ids[p]},{x},{y},{w},{h},0.9,-1,-1,-1")
            found.append(f"{frame},{50 + frame // 9},{rng.uniform(0, 300)},100,40,90,1,-1,-1,-1")
        (truth / "gt.txt").write_text("\n".join(true))
        (results / f"{name}.txt").write_text("\n".join(found))
        about = f"[Sequence]\nname={name}\nframeRate=25\nseqLength={FRAMES}\n"
        (truth.parent / "seqinfo.ini").write_text(about)
    return tmp_path


def theirs(challenge: Path) -> dict[str, Any]:
    files = {
        "GT_FOLDER": str(challenge / "gt"),
        "TRACKERS_FOLDER": str(challenge / "results"),
        "TRACKERS_TO_EVAL": ["ours"],
        "SKIP_SPLIT_FOL": True,
        "SEQ_INFO": dict.fromkeys(("SEQ-0", "SEQ-1"), FRAMES),
    }
    quiet = {**_QUIET, "LOG_ON_ERROR": None, **dict.fromkeys(_SILENT, False)}
    metrics = trackeval.metrics
    found, _ = trackeval.Evaluator(quiet).evaluate(
        [trackeval.datasets.MotChallenge2DBox({**_QUIET, **files})],
        [metrics.HOTA(), metrics.CLEAR(_QUIET), metrics.Identity(_QUIET)],
    )
    return found["MotChallenge2DBox"]["ours"]["COMBINED_SEQ"]["pedestrian"]


def test_a_challenge_is_scored_as_trackeval_scores_it(challenge: Path) -> None:
    scored = [score(s) for s in mot_scenarios(challenge / "results/ours/data", challenge / "gt")]
    mine, expected = figures(total(scored)), theirs(challenge)
    for name in ("HOTA", "DetA", "AssA", "LocA"):
        assert mine[name] == pytest.approx(100 * expected["HOTA"][name].mean(), abs=1e-9)
    for name in ("IDF1", "IDP", "IDR"):
        assert mine[name] == pytest.approx(100 * expected["Identity"][name], abs=1e-9)
    for name in ("MOTA", "MOTP"):
        assert mine[name] == pytest.approx(100 * expected["CLEAR"][name], abs=1e-9)
    counts = {"switches": "IDSW", "fragments": "Frag", "false": "CLR_FP", "missed": "CLR_FN"}
    assert [mine[name] for name in counts] == [expected["CLEAR"][n] for n in counts.values()]
