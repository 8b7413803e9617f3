"""What lies in a take, as a table to read."""

from __future__ import annotations

import time

from livemocap.take_repair import TakeSummary


def describe(summary: TakeSummary) -> str:
    """A few aligned lines."""
    rows = {
        "take": str(summary.path),
        "recorded": _when(summary),
        "length": f"{summary.seconds:.2f} s, {summary.frames} frames, {summary.fps:.3f} fps",
        "cameras": ", ".join(f"{name} ({frames})" for name, frames in summary.cameras.items()),
        "engine": summary.engine,
        "body": summary.body_model,
        "gaps": f"{summary.gaps} frames missing",
        "predicted": f"{summary.predicted} rows without a sighting",
        "messages": ", ".join(f"{name} {n}" for name, n in sorted(summary.counts.items())),
        "damage": summary.damage,
    }
    lines = [f"{name:<10} {value}" for name, value in rows.items() if value]
    return "\n".join([*lines, *_people(summary)])


def _people(summary: TakeSummary) -> list[str]:
    lines = [f"{'people':<10} {len(summary.people)}"]
    rate = summary.fps or 1.0
    unit = "s" if summary.fps else "frames"
    for person, frames in sorted(summary.people.items()):
        lines.append(f"{'':<10} {person:>4}  {frames / rate:8.2f} {unit}  {frames:>6} frames")
    return lines


def _when(summary: TakeSummary) -> str:
    started = summary.metadata.get("take", {}).get("started_unix_ns", "")
    if not started.isdigit():
        return ""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(int(started) * 1e-9))
