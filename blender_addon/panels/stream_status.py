# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stream does, in words. Pure, so that every state can be tested."""

from __future__ import annotations

from ..stream.receiver import ReceiverStatus
from .status import StatusLine, sentence_lines

SILENT_S = 1.0
"""A stream without frames for so long has stopped."""

_OLDEST_MS = 10_000.0
"""An age beyond this means that the sender's clock is another machine's."""


def stream_lines(receiver: ReceiverStatus, age_ms: float) -> list[StatusLine]:
    """What a stream from elsewhere does, with an icon of Blender's."""
    if not receiver.frames:
        return _before_the_first(receiver)
    if receiver.ended:
        return sentence_lines(f"The clip is through, {receiver.frames} frames", "CHECKMARK")
    if receiver.problem:
        return sentence_lines(f"Worker gone {receiver.silent_s:.0f} s, retrying", "ERROR")
    if receiver.refused:
        return sentence_lines(_refusal(receiver.refused), "ERROR")
    if receiver.silent_s > SILENT_S:
        return sentence_lines(f"No frames for {receiver.silent_s:.0f} s", "ERROR")
    rate = f"Live {receiver.rate_hz:.0f} packets/s"
    return sentence_lines(f"{rate}{_age(age_ms)}, {receiver.gaps} lost", "RADIOBUT_ON")


def built_in_lines(receiver: ReceiverStatus, people: int) -> list[StatusLine]:
    """What the built-in stream does."""
    if not receiver.frames:
        return [StatusLine("Test stream begins", "SORTTIME")]
    rate = f"{receiver.rate_hz:.0f} packets/s"
    return sentence_lines(f"Test stream: {people} people, {rate}", "RADIOBUT_ON")


def _before_the_first(receiver: ReceiverStatus) -> list[StatusLine]:
    if receiver.refused:
        return sentence_lines(_refusal(receiver.refused), "ERROR")
    if receiver.problem:
        return sentence_lines(f"Waiting: {receiver.problem}", "SORTTIME")
    return sentence_lines("Connected, waiting for people", "SORTTIME")


def _refusal(reason: str) -> str:
    """Why what comes is not shown."""
    other = "Another version of the stream" if "version" in reason else "Not our stream"
    return f"{other}: {reason}"


def _age(age_ms: float) -> str:
    return f", {age_ms:.0f} ms old" if 0 <= age_ms < _OLDEST_MS else ""
