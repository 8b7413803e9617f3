"""ByteTrack and OC-SORT on scenes of boxes, by public packages with the settings they come with.

    python3.11 -m venv out/rivals
    out/rivals/bin/pip install trackers==2.6.1 pyxtrackers==2026.3.3
    out/rivals/bin/python tests/bench/box_rivals.py out/boxes

Needs nothing of this project. Reads SCENE/det/VARIANT.txt and seqinfo.ini of tests/bench/
box_scenes.py, writes SCENE/TRACKER/VARIANT.txt. A track is told with the detection it used: where a
package answers with filtered boxes, with the one that overlaps most. OC-SORT of pyxtrackers has no
usual threshold of scores; it gets the 0.6 that its authors run it with. ByteTracks are told the
frame rate, of which OC-SORT of pyxtrackers wants to know nothing.
"""

from __future__ import annotations

import argparse
import configparser
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

Tracked = Iterator[tuple[int, int]]
"""Track ids and the detections they used."""
Tracker = Callable[[Any, Any], Tracked]
"""Of boxes (N, 4) x0 y0 x1 y1 and scores (N,)."""

OCSORT_SCORE = 0.6


def of_trackers(kind: str) -> Callable[[float], Tracker]:
    """A class of the package `trackers`."""

    def at(fps: float) -> Tracker:
        supervision = import_module("supervision")
        tracker = getattr(import_module("trackers"), kind)(frame_rate=fps)

        def update(boxes: Any, scores: Any) -> Tracked:
            rows = np.arange(len(boxes))
            given = supervision.Detections(xyxy=boxes, confidence=scores, data={"row": rows})
            found = tracker.update(given)
            for track, row in zip(found.tracker_id, found.data.get("row", ()), strict=True):
                if track >= 0:
                    yield int(track) + 1, int(row)

        return update

    return at


def of_pyxtrackers(module: str, kind: str) -> Callable[[float], Tracker]:
    """A class of the package `pyxtrackers`."""

    def at(fps: float) -> Tracker:
        made = getattr(import_module(f"pyxtrackers.{module}"), kind)
        tracker = made(OCSORT_SCORE) if module == "ocsort" else made(frame_rate=round(fps))

        def update(boxes: Any, scores: Any) -> Tracked:
            found = tracker.update(np.column_stack([boxes, scores]).astype(float))
            for row in np.reshape(found, (-1, np.shape(found)[-1])):
                overlaps = overlap(row[:4], boxes)
                if len(overlaps) and overlaps.max() > 0:
                    yield int(row[4]), int(overlaps.argmax())

        return update

    return at


TRACKERS = {
    "bytetrack-trackers": of_trackers("ByteTrackTracker"),
    "ocsort-trackers": of_trackers("OCSORTTracker"),
    "bytetrack-pyxtrackers": of_pyxtrackers("bytetrack", "BYTETracker"),
    "ocsort-pyxtrackers": of_pyxtrackers("ocsort", "OCSort"),
}


def overlap(box: Any, boxes: Any) -> Any:
    """(4,) and (N, 4) to (N,) intersection over union."""
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    common = np.maximum(sides, 0).prod(1)
    both = (box[2:] - box[:2]).prod() + (boxes[:, 2:] - boxes[:, :2]).prod(1)
    return common / np.maximum(both - common, 1e-9)


def answer(detections: Path, tracker: Tracker) -> list[str]:
    rows = np.loadtxt(detections, delimiter=",", ndmin=2).reshape(-1, 10)
    lines = []
    for k in range(1, int(rows[:, 0].max(initial=0)) + 1):
        there = rows[rows[:, 0] == k]
        boxes = there[:, 2:6].copy()
        boxes[:, 2:] += boxes[:, :2]
        told: dict[int, int] = dict(tracker(boxes, there[:, 6]))
        for track, row in told.items():
            x, y, w, h = there[row, 2:6]
            lines.append(f"{k},{track},{x:.2f},{y:.2f},{w:.2f},{h:.2f},1,-1,-1,-1\n")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("scenes", type=Path)
    args = parser.parse_args()
    for detections in sorted(args.scenes.glob("*/det/*.txt")):
        scene, ini = detections.parent.parent, configparser.ConfigParser()
        ini.read(scene / "seqinfo.ini")
        for name, made in TRACKERS.items():
            lines = answer(detections, made(ini.getfloat("Sequence", "frameRate")))
            (scene / name).mkdir(exist_ok=True)
            (scene / name / detections.name).write_text("".join(lines))


if __name__ == "__main__":
    main()
