"""The words of the status line."""

import dataclasses

import pytest

from blender_addon.receiver import ReceiverStatus
from blender_addon.status import status_line

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
