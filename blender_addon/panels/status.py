# SPDX-License-Identifier: GPL-3.0-or-later
"""The status lines in words. Pure, so that every state can be tested."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from ..stream.receiver import ReceiverStatus
from ..takes.recording import RecordingStatus

SILENT_S = 1.0
"""A stream without frames for so long has stopped."""

_LINE_CHARACTERS = 36
"""What a sidebar of usual width shows of a line."""

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


def test_stream_line(receiver: ReceiverStatus, people: int) -> StatusLine:
    """What the built-in stream does."""
    if not receiver.frames:
        return StatusLine("Test stream begins", "SORTTIME")
    rate = f"{receiver.rate_hz:.0f} packets/s"
    return StatusLine(f"Test stream: {people} people, {rate}", "RADIOBUT_ON")


def recording_lines(recording: RecordingStatus) -> list[StatusLine]:
    """What is being recorded, or what became of it."""
    lost = f", {recording.gaps} lost" if recording.gaps else ""
    counted = StatusLine(
        f"{_clock(recording.elapsed_s)}, {recording.frames} frames{lost}", "BLANK1"
    )
    size = StatusLine(f"{recording.size / 1e6:.1f} MB", "BLANK1")
    return [*_recording_state(recording), counted, size]


def sentence_lines(sentence: str, icon: str) -> list[StatusLine]:
    """A sentence in lines that the sidebar does not cut off; the first has the icon."""
    lines = textwrap.wrap(sentence, _LINE_CHARACTERS) or [""]
    return [StatusLine(text, "BLANK1" if at else icon) for at, text in enumerate(lines)]


def _recording_state(recording: RecordingStatus) -> list[StatusLine]:
    name = recording.path.name
    if recording.running:
        return sentence_lines(f"Recording {name}", "REC")
    if not recording.finished:
        return sentence_lines(f"Finishing {name}", "SORTTIME")
    if recording.note:
        return sentence_lines(recording.note, "ERROR")
    return sentence_lines(f"Recorded {name}", "CHECKMARK")


def _clock(seconds: float) -> str:
    """0:07, 12:34, 1:02:03."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def _age(age_ms: float) -> str:
    return f", {age_ms:.0f} ms old" if 0 <= age_ms < _OLDEST_MS else ""


def _sentence(problem: str) -> str:
    return problem[:1].upper() + problem[1:]
