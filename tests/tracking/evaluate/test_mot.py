"""MOTChallenge's files: what is read, what counts, and which line is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tracking.evaluate.errors import EvaluationError
from tracking.evaluate.likeness import box_likeness
from tracking.evaluate.mot_files import mot_scenario, mot_scenarios
from tracking.evaluate.mot_text import read_mot
from tracking.evaluate.scoring import figures, score

TRUTH = "".join(
    f"{k},1,{10 * k},0,50,100,1,1,1\n{k},2,{400 - 10 * k},0,50,100,1,1,1\n" for k in range(1, 11)
)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def scores(tmp_path: Path, results: str, truth: str = TRUTH) -> dict[str, float]:
    files = write(tmp_path / "r.txt", results), write(tmp_path / "t.txt", truth)
    return figures(score(mot_scenario("made up", *files)).counts)


def test_boxes_are_alike_by_what_they_share() -> None:
    boxes = np.array([[0, 0, 10, 10], [5, 0, 10, 10], [20, 0, 10, 10], [0, 0, 0, 0.0]])
    expected = [[1, 1 / 3, 0, 0], [1 / 3, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    np.testing.assert_allclose(box_likeness(boxes, boxes), expected)


def test_the_truth_as_result_is_perfect(tmp_path: Path) -> None:
    found = scores(tmp_path, TRUTH)
    assert (found["HOTA"], found["IDF1"], found["MOTA"]) == (100, 100, 100)
    assert "mpjpe_mm" not in found


def test_two_who_pass_and_take_each_others_id_are_two_switches(tmp_path: Path) -> None:
    lines = TRUTH.splitlines()
    for n in range(10, 20):
        frame, person, rest = lines[n].split(",", 2)
        lines[n] = f"{frame},{3 - int(person)},{rest}"
    found = scores(tmp_path, "\n".join(lines))
    assert (found["switches"], found["IDF1"], found["DetA"]) == (2, 50, 100)


def test_columns_may_be_parted_by_blanks_and_results_need_only_six(tmp_path: Path) -> None:
    short = "".join(" ".join(line.split(",")[:6]) + "\n" for line in TRUTH.splitlines())
    assert scores(tmp_path, short)["HOTA"] == 100


def test_people_to_leave_out_do_not_count(tmp_path: Path) -> None:
    truth = TRUTH + "".join(f"{k},3,{10 * k},300,50,100,0,1,1\n" for k in range(1, 11))
    assert scores(tmp_path, TRUTH, truth)["HOTA"] == 100


@pytest.mark.parametrize(("kind", "false"), [(1, 0), (3, 10), (8, 0), (12, 0)])
def test_tracks_on_distractors_are_neither_right_nor_wrong(
    tmp_path: Path, kind: int, false: int
) -> None:
    statue = "".join(f"{k},3,600,0,50,100,1,{kind},1\n" for k in range(1, 11))
    found = scores(tmp_path, TRUTH + statue, TRUTH + statue)
    assert (found["false"], found["missed"]) == (false, 0)
    assert found["people"] == (3 if kind == 1 else 2)


def test_gaps_are_as_long_as_the_frame_rate_says(tmp_path: Path) -> None:
    lines = [line for line in TRUTH.splitlines() if line.split(",")[0] not in "45678"]
    truth = write(tmp_path / "SEQ/gt/gt.txt", "\n".join(lines))
    for fps, name in ((30, "gaps of 0.2-0.5 s"), (5, "gaps of 1-3 s")):
        write(tmp_path / "SEQ/seqinfo.ini", f"[Sequence]\nname=SEQ\nframeRate={fps}\n")
        found = figures(score(mot_scenario("SEQ", truth, truth)).counts)
        assert found[name] == 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("3,1,0,0,50", "line 21: 5 columns, expected 6 or more"),
        ("3,9,0,zero,50,100", "line 21: could not convert string to float: 'zero'"),
        ("0,9,0,0,50,100", "line 21: frame 0 and id 9, expected whole numbers"),
        ("3,9.5,0,0,50,100", "line 21: frame 3 and id 9.5"),
        ("3,9,0,0,-50,100", "line 21: a box of -50 x 100 px"),
        ("3,9,0,nan,50,100", "line 21: a number is not finite"),
        ("3,2,0,0,50,100", r"line 21: id 2 is already in frame 3 \(line 6\)"),
    ],
)
def test_a_bad_line_is_told_by_its_number(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(EvaluationError, match=told):
        read_mot(write(tmp_path / "bad.txt", f"{TRUTH}{line}\n"))


def test_folders_of_sequences_are_paired_by_name(tmp_path: Path) -> None:
    for name in ("MOT-01", "MOT-02"):
        write(tmp_path / "train" / name / "gt" / "gt.txt", TRUTH)
        write(tmp_path / "flat" / f"{name}.txt", TRUTH)
        write(tmp_path / "results" / f"{name}.txt", TRUTH)
    for truth in ("train", "flat"):
        names = [s.name for s in mot_scenarios(tmp_path / "results", tmp_path / truth)]
        assert names == ["MOT-01", "MOT-02"]
    (tmp_path / "results" / "MOT-02.txt").unlink()
    with pytest.raises(EvaluationError, match=r"MOT-02\.txt: no such file"):
        list(mot_scenarios(tmp_path / "results", tmp_path / "train"))


def test_an_empty_result_misses_everybody(tmp_path: Path) -> None:
    found = scores(tmp_path, "")
    assert (found["missed"], found["HOTA"], found["mostly_lost"]) == (20, 0, 2)


def test_nobody_there_and_nothing_shown_can_be_scored(tmp_path: Path) -> None:
    assert scores(tmp_path, "", "")["people"] == 0
    assert scores(tmp_path, TRUTH, "")["false"] == 20
