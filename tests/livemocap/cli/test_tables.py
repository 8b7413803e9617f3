"""What `top`, the status line and the final report say."""

from __future__ import annotations

from pathlib import Path

from motion import smooth_tracks

from livemocap.cli.report import Outcome, next_steps, report_lines
from livemocap.cli.status import status_text
from livemocap.cli.top import table

TRACK = {"frames": 90, "people": 3, "age_ms_hz": 29.6, "age_ms_p50": 44.2, "age_ms_p95": 61.0}


def test_top_has_a_line_for_each_role_with_the_rest_at_the_end() -> None:
    values = {
        "capture/cam0": {"fps": 30.0, "dropped": 2},
        "track": {**TRACK, "gaps": 0},
    }
    title, capture, track = table(values)
    assert title.split() == ["role", "fps", "age", "p50", "age", "p95", "people", "frames", "more"]
    assert capture.split() == [
        "capture/cam0",
        "30.0",
        "-",
        "-",
        "-",
        "-",
        "dropped=2",
    ]
    assert track.split() == ["track", "29.6", "44.2", "61.0", "3", "90"]


def test_the_status_line_goes_from_starting_to_live() -> None:
    assert status_text({}) == "starting (infer, track)"
    assert status_text({"infer": {}, "track": {}}) == "waiting for images"
    live = status_text({"infer": {}, "track": TRACK})
    assert live == "3 people, 30 fps, age 44 ms (p95 61)"


def test_the_status_line_tells_of_losses_and_recording() -> None:
    record = {"state": "recording", "file": "takes/walk.mcap", "seconds": 75.2, "gaps": 1}
    text = status_text({"infer": {}, "track": {**TRACK, "gaps": 2}, "record": record})
    assert text.endswith("2 images skipped, 1 frames lost, recording walk.mcap 1:15 min")
    full = {"state": "failed", "note": "recording ended: No space left on device"}
    assert "No space left" in status_text({"infer": {}, "track": TRACK, "record": full})


def test_the_report_counts_people_frames_and_what_is_missing() -> None:
    frames = [frame for frame in smooth_tracks(10) if frame.sequence != 4]
    outcome = Outcome(Path("out/demo"), frames)
    outcome.files = ["take.mcap", "take_person1.bvh"]
    outcome.missing = ["FBX: no Blender"]
    outcome.accuracy = {"raw": "recall 94 %"}
    text = "\n".join(report_lines(outcome))
    assert "2 (tracks 1, 2)" in text
    assert "9, 1 dropped" in text
    assert "recall 94 %" in text
    assert "the recording" in text
    assert "without FBX: no Blender" in text
    assert "livemocap play out/demo/take.mcap --loop" in next_steps(outcome)


def test_a_run_that_saw_nobody_still_reports() -> None:
    assert any("0" in line for line in report_lines(Outcome(Path("out"), [])))
