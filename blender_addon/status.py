# SPDX-License-Identifier: GPL-3.0-or-later
"""The status line in words. Pure, so that every state can be tested."""

from __future__ import annotations

from dataclasses import dataclass

from .receiver import ReceiverStatus

SILENT_S = 1.0
"""A stream without frames for so long has stopped."""

_OLDEST_MS = 10_000.0
"""An age beyond this means that the sender's clock is another machine's."""


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One line: what is going on, and how good that is."""

    text: str
    icon: str


def status_line(receiver: ReceiverStatus, age_ms: float) -> StatusLine:
    """What the stream does, with an icon of Blender's."""
    if not receiver.frames:
        if receiver.connected and not receiver.problem:
            return StatusLine("Connected, waiting for people", "SORTTIME")
        return StatusLine(_sentence(receiver.problem), "SORTTIME")
    if receiver.ended:
        return StatusLine(f"The clip is through, {receiver.frames} frames", "CHECKMARK")
    if receiver.problem:
        return StatusLine(f"{_sentence(receiver.problem)}, retrying", "ERROR")
    if receiver.silent_s > SILENT_S:
        return StatusLine(f"No frames for {receiver.silent_s:.0f} s", "ERROR")
    return StatusLine(
        f"Live, {receiver.rate_hz:.0f} a second{_age(age_ms)}, {receiver.gaps} lost", "RADIOBUT_ON"
    )


def _age(age_ms: float) -> str:
    return f", {age_ms:.0f} ms old" if 0 <= age_ms < _OLDEST_MS else ""


def _sentence(problem: str) -> str:
    return problem[:1].upper() + problem[1:]
