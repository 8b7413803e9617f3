"""The words of the status lines."""

import dataclasses
from pathlib import Path

import pytest

from blender_addon.panels.status import recording_lines, sentence_lines, status_line
from blender_addon.stream.receiver import ReceiverStatus
from blender_addon.takes.recording import RecordingStatus

LIVE = ReceiverStatus(
    connected=True,
    problem="",
    ended=False,
    frames=100,
    gaps=2,
    malformed=0,
    rate_hz=58.4,
    silent_s=0.01,
)


@pytest.mark.parametrize(
    ("changes", "age_ms", "text"),
    [
        ({}, 9.2, "Live, 58 a second, 9 ms old, 2 lost"),
        ({}, 5e9, "Live, 58 a second, 2 lost"),
        ({}, -3.0, "Live, 58 a second, 2 lost"),
        ({}, float("nan"), "Live, 58 a second, 2 lost"),
        ({"silent_s": 3.2}, 9.0, "No frames for 3 s"),
        ({"ended": True, "silent_s": 3.2}, 9.0, "The clip is through, 100 frames"),
        ({"frames": 0, "silent_s": float("inf")}, 9.0, "Connected, waiting for people"),
        (
            {"frames": 0, "connected": False, "problem": "nobody sends at this address yet"},
            9.0,
            "Nobody sends at this address yet",
        ),
        (
            {"connected": False, "problem": "the sender closed the connection"},
            9.0,
            "The sender closed the connection, retrying",
        ),
    ],
)
def test_every_state_has_its_words(changes: dict[str, object], age_ms: float, text: str) -> None:
    status = dataclasses.replace(LIVE, **changes)  # type: ignore[arg-type]
    assert status_line(status, age_ms).text == text


RECORDING = RecordingStatus(
    running=True,
    finished=False,
    path=Path("takes/jump_002.mcap"),
    frames=740,
    gaps=0,
    size=17_400_000,
    elapsed_s=12.9,
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
