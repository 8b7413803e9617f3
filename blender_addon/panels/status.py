# SPDX-License-Identifier: GPL-3.0-or-later
"""The status lines in words. Pure, so that every state can be tested."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

from ..takes.recording import RecordingStatus

_LINE_CHARACTERS = 36
"""What a sidebar of usual width shows of a line."""


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One line: what is going on, and how good that is."""

    text: str
    icon: str


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


def draw_lines(layout: Any, lines: list[StatusLine]) -> None:
    """One under the other, close together."""
    column = layout.column(align=True)
    for line in lines:
        column.label(text=line.text, icon=line.icon)


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
