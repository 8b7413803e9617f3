"""The words of the status lines."""

import dataclasses
from pathlib import Path

import pytest

from blender_addon.panels.status import recording_lines, sentence_lines
from blender_addon.panels.stream_status import built_in_lines, stream_lines
from blender_addon.stream.receiver import ReceiverStatus
from blender_addon.takes.recording import RecordingStatus

LIVE = ReceiverStatus(
    connected=True,
    problem="",
    ended=False,
    frames=100,
    gaps=2,
    malformed=0,
    refused="",
    rate_hz=58.4,
    silent_s=0.01,
)


@pytest.mark.parametrize(
    ("changes", "age_ms", "text"),
    [
        ({}, 9.2, "Live 58 packets/s, 9 ms old, 2 lost"),
        ({}, 5e9, "Live 58 packets/s, 2 lost"),
        ({}, -3.0, "Live 58 packets/s, 2 lost"),
        ({}, float("nan"), "Live 58 packets/s, 2 lost"),
        ({"silent_s": 3.2}, 9.0, "No frames for 3 s"),
        ({"ended": True, "silent_s": 3.2}, 9.0, "The clip is through, 100 frames"),
        ({"frames": 0, "silent_s": float("inf")}, 9.0, "Connected, waiting for people"),
        (
            {"frames": 0, "connected": False, "problem": "nobody sends at this address yet"},
            9.0,
            "Waiting: nobody sends at this address yet",
        ),
        (
            {"connected": False, "silent_s": 3.2, "problem": "the sender closed the connection"},
            9.0,
            "Worker gone 3 s, retrying",
        ),
        (
            {"frames": 0, "refused": "schema version 2, this side speaks 1: update this side"},
            9.0,
            "Another version of the stream: schema version 2, this side speaks 1: update this side",
        ),
        (
            {"refused": "a pose with numbers that are not finite"},
            9.0,
            "Not our stream: a pose with numbers that are not finite",
        ),
    ],
)
def test_every_state_has_its_words(changes: dict[str, object], age_ms: float, text: str) -> None:
    lines = stream_lines(dataclasses.replace(LIVE, **changes), age_ms)  # type: ignore[arg-type]
    assert " ".join(line.text for line in lines) == text
    assert max(len(line.text) for line in lines) <= 36


def test_the_built_in_stream_says_that_it_is_one() -> None:
    (line,) = built_in_lines(dataclasses.replace(LIVE, rate_hz=60.1), 2)
    assert line.text == "Test stream: 2 people, 60 packets/s"
    (line,) = built_in_lines(dataclasses.replace(LIVE, frames=0), 0)
    assert line.text == "Test stream begins"


RECORDING = RecordingStatus(
    running=True,
    finished=False,
    path=Path("takes/jump_002.mcap"),
    frames=740,
    gaps=0,
    size=17_400_000,
    elapsed_s=12.9,
    before_s=0.0,
    note="",
)


@pytest.mark.parametrize(
    ("changes", "first", "second"),
    [
        ({}, "Recording jump_002.mcap", "0:12, 740 frames"),
        ({"gaps": 3}, "Recording jump_002.mcap", "0:12, 740 frames, 3 lost"),
        ({"elapsed_s": 3723.0}, "Recording jump_002.mcap", "1:02:03, 740 frames"),
        ({"running": False}, "Finishing jump_002.mcap", "0:12, 740 frames"),
        ({"running": False, "finished": True}, "Recorded jump_002.mcap", "0:12, 740 frames"),
        ({"running": False, "finished": True, "note": "It ended"}, "It ended", "0:12, 740 frames"),
    ],
)
def test_every_state_of_a_recording_has_its_words(
    changes: dict[str, object], first: str, second: str
) -> None:
    status = dataclasses.replace(RECORDING, **changes)  # type: ignore[arg-type]
    assert [line.text for line in recording_lines(status)] == [first, second, "17.4 MB"]


def test_a_long_sentence_is_spread_over_lines_that_fit() -> None:
    sentence = "Recording ended: No space left on device. Try: livemocap take recover " + "x" * 90
    lines = sentence_lines(sentence, "ERROR")
    assert max(len(line.text) for line in lines) <= 36
    assert "".join(line.text for line in lines).replace(" ", "") == sentence.replace(" ", "")
    assert [line.icon for line in lines] == ["ERROR"] + ["BLANK1"] * (len(lines) - 1)
