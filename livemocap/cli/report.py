"""What a finished run tells: people, frames, latency, accuracy, files, and what to type next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from livemocap.messages import TRACK_TENTATIVE, TrackFrame
from livemocap.metrics import percentiles

from .progress import duration

_WHAT = {
    "take.mcap": "the recording",
    "preview.mp4": "people over the video, the floor from above",
    "contact_sheet.png": "the same on one page",
    "armatures.png": "the armatures that Blender shows",
    "latency.png": "where the time goes",
    ".bvh": "motion, for any animation tool",
    ".fbx": "motion, for Unreal, Unity, Maya, MotionBuilder",
}


@dataclass(slots=True)
class Outcome:
    """What came out of one run."""

    folder: Path
    frames: Sequence[TrackFrame]
    files: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """What could not be made, and why."""
    blender: dict[str, int] = field(default_factory=dict)
    """What the add-on in headless Blender saw of the live stream."""
    accuracy: dict[str, str] = field(default_factory=dict)
    """`raw` poses and `tracked` people against the truth, where there is one."""
    seconds: float = 0.0

    @property
    def track_ids(self) -> list[int]:
        return sorted(
            {
                int(track_id)
                for frame in self.frames
                for track_id, state in zip(frame.track_ids, frame.states, strict=True)
                if state != TRACK_TENTATIVE
            }
        )

    @property
    def dropped(self) -> int:
        """Images of the clip that never became a tracked frame."""
        return max((f.sequence for f in self.frames), default=-1) + 1 - len(self.frames)


def print_report(outcome: Outcome, after: str = "") -> None:
    """The table that ends `video` and `demo`."""
    for line in report_lines(outcome):
        print(line)
    print(after or next_steps(outcome))


def report_lines(outcome: Outcome) -> list[str]:
    """Everything but the hints."""
    ids = outcome.track_ids
    rows = [
        ("people", f"{len(ids)}" + (f" (tracks {', '.join(map(str, ids))})" if ids else "")),
        ("frames", f"{len(outcome.frames)}, {outcome.dropped} dropped"),
        *_latency_rows(outcome.frames),
    ]
    if seen := outcome.blender:
        words = f"{seen['armatures']} armatures followed the stream, {seen['received']} frames"
        rows.append(("in Blender", f"{words} received, {seen['shown']} shown"))
    rows += [(f"{view} error", words) for view, words in outcome.accuracy.items()]
    rows.append(("took", duration(outcome.seconds)))
    lines = ["", *(f"  {name:<14} {text}" for name, text in rows), "", f"  {outcome.folder}/"]
    lines += [f"    {name:<20} {_what(name)}" for name in outcome.files]
    lines += [f"  without {text}" for text in outcome.missing]
    return lines


def next_steps(outcome: Outcome) -> str:
    take = outcome.folder / "take.mcap"
    hints = (
        (f"livemocap play {take} --loop", "replay it as a live stream; `livemocap view` shows it"),
        (f"livemocap export {take} --fps 60 --out DIR", "other rates, formats, people"),
        ("livemocap build-addon -o DIR", "the add-on that shows people live in Blender"),
        ("livemocap run --camera 0 --record", "the same with your camera"),
    )
    width = max(len(command) for command, _ in hints)
    lines = [f"  {command:<{width}}  {what}" for command, what in hints]
    return "\n".join(["", "next:", *lines])


def _latency_rows(frames: Sequence[TrackFrame]) -> list[tuple[str, str]]:
    """p50 / p95 of each stage."""
    stamps = [(f.t_grab_ns, f.t_infer_ns, f.t_pose_ns, f.t_track_ns) for f in frames]
    stages = ("waiting", "inference", "tracking")
    words = []
    for number, stage in enumerate(stages):
        p50, p95 = percentiles([(s[number + 1] - s[number]) * 1e-6 for s in stamps])
        words.append(f"{stage} {p50:.1f} / {p95:.1f}")
    return [("latency", f"{', '.join(words)} ms (p50 / p95)")]


def _what(name: str) -> str:
    return _WHAT.get(name) or _WHAT.get(Path(name).suffix, "")
