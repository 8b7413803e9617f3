"""Sequences of MOTChallenge: which file belongs to which, and what of them counts.

As in its own evaluation: of the truth only pedestrians count that are to be considered; tracks on
people in cars, statues, reflections and other distractors are neither right nor wrong.
"""

from __future__ import annotations

import configparser
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from livemocap.rotation import Array

from .errors import EvaluationError
from .likeness import box_likeness
from .mot_text import MotRows, read_mot
from .overlaps import Overlaps
from .scenario import Scenario, excused

ASSUMED_FPS = 30.0
"""Where no seqinfo.ini says otherwise; only lengths of gaps depend on it."""
_PEDESTRIAN = 1
_DISTRACTORS = (2, 7, 8, 12)
"""Person on a vehicle, static person, distractor, reflection."""
_LEAST_VISIBLE = 0.3


def mot_scenarios(results: Path, truth: Path) -> Iterator[Scenario]:
    """Two files, or two folders of sequences: SEQ.txt beside SEQ/gt/gt.txt or SEQ.txt.

    Raises:
        EvaluationError: a file cannot be read, or a sequence has no results.
    """
    if results.is_file():
        yield mot_scenario(results.stem, results, _truth_file(truth))
        return
    found = dict(_sequences(truth))
    if not found:
        raise EvaluationError(f"{truth}: holds no SEQUENCE/gt/gt.txt and no SEQUENCE.txt.")
    for name, path in found.items():
        answer = results / f"{name}.txt"
        if not answer.is_file():
            raise EvaluationError(f"{answer}: no such file; {path} is without results.")
        yield mot_scenario(name, answer, path)


def mot_scenario(name: str, results: Path, truth: Path) -> Scenario:
    """One sequence.

    Raises:
        EvaluationError: a line of a file is wrong.
    """
    true, shown = read_mot(truth), read_mot(results)
    length = int(max([0, *true.frames.tolist(), *shown.frames.tolist()]))
    counted = (true.considered != 0) & np.isin(true.classes, (_PEDESTRIAN, -1))
    people, person_of = np.unique(true.ids, return_inverse=True)
    tracks, track_of = np.unique(shown.ids, return_inverse=True)
    frames = [
        _frame(true, there, counted, shown, given)
        for there, given in zip(_by_frame(true, length), _by_frame(shown, length), strict=True)
    ]
    overlaps = Overlaps(
        [person_of[there] for there, _, _ in frames],
        [track_of[given] for _, given, _ in frames],
        [alike for _, _, alike in frames],
        people,
        tracks,
    )
    times_s = np.arange(length) / _fps(truth)
    shapes = length, len(people)
    return Scenario(
        name=name,
        times_s=times_s,
        overlaps=overlaps,
        present=_marked(true, person_of, shapes, counted),
        counted=_marked(true, person_of, shapes, counted),
        seen=_marked(true, person_of, shapes, counted & (true.visible >= _LEAST_VISIBLE)),
    )


def _frame(
    true: MotRows, there: Array, counted: Array, shown: MotRows, given: Array
) -> tuple[Array, Array, Array]:
    """The rows of a frame that count, and (G, R) how alike they are."""
    alike = box_likeness(true.boxes[there], shown.boxes[given])
    kept = ~excused(alike, ~np.isin(true.classes[there], _DISTRACTORS))
    count = counted[there]
    return there[count], given[kept], alike[count][:, kept]


def _by_frame(rows: MotRows, length: int) -> list[Array]:
    """The rows of each frame, in the order of the file."""
    order = np.argsort(rows.frames, kind="stable")
    cuts = np.searchsorted(rows.frames[order], np.arange(1, length + 2))
    return [order[a:b] for a, b in pairwise(cuts)]


def _marked(true: MotRows, person_of: Array, shape: tuple[int, int], which: Array) -> Array:
    """(T, P) where there is one of the rows (N,)."""
    marks = np.zeros(shape, bool)
    marks[true.frames[which] - 1, person_of[which]] = True
    return marks


def _sequences(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name and file of each sequence of a folder of truth."""
    for path in sorted(folder.iterdir()):
        if (path / "gt" / "gt.txt").is_file():
            yield path.name, path / "gt" / "gt.txt"
        elif path.suffix == ".txt" and path.name != "seqmap.txt":
            yield path.stem, path


def _truth_file(truth: Path) -> Path:
    return truth / "gt" / "gt.txt" if truth.is_dir() else truth


def _fps(truth: Path) -> float:
    """From the seqinfo.ini of SEQ/gt/gt.txt."""
    about = truth.parent.parent / "seqinfo.ini"
    if truth.parent.name != "gt" or not about.is_file():
        return ASSUMED_FPS
    table = configparser.ConfigParser()
    try:
        table.read(about, encoding="utf-8")
        fps = table.getfloat("Sequence", "frameRate", fallback=ASSUMED_FPS)
    except (configparser.Error, ValueError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{about}: {error}") from None
    if not fps > 0:
        raise EvaluationError(f"{about}: frameRate is {fps}, expected more than 0.")
    return fps
