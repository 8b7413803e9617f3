"""Takes with adaptation, tracked again."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from adapting_people import LONG_LEGS, factors, stream, swaps

from livemocap import wire
from livemocap.cli.main import main
from livemocap.messages import ADAPTED, PoseFrame, TrackFrame
from livemocap.take import TakeReader, TakeWriter
from tracking.adapt.log import BEGUN
from tracking.config import TrackingConfig
from tracking.errors import TrackingError
from tracking.replay import retrack
from tracking.tracker import Tracker

FAR = factors(**LONG_LEGS)
SETTINGS = '[tracking]\nadapt = "on"\n'
BESIDE = TrackingConfig(adapt="on")


def take_of(path: Path, frames: list[PoseFrame], config: TrackingConfig, settings: str) -> Path:
    """As the recorder leaves it; now and then the thread is given time."""
    tracker, writer = Tracker(config), TakeWriter(path, settings)
    for k, frame in enumerate(frames):
        writer.write("pose/cam0", frame)
        for tracked in tracker.push(frame):
            writer.write("track", tracked)
        tracker.learn()
        if config.adapt == "on" and not config.adapt_steps and k % 3 == 0:
            time.sleep(0.01)
    for tracked in tracker.flush():
        writer.write("track", tracked)
    return writer.close()


def silent_take(path: Path, frames: list[PoseFrame]) -> Path:
    """Of somebody who was adapted, but never changed."""
    tracker, writer = Tracker(TrackingConfig()), TakeWriter(path, SETTINGS)
    for k, frame in enumerate(frames):
        writer.write("pose/cam0", frame)
        for tracked in tracker.push(frame):
            writer.write("track", tracked if k else replace(tracked, swaps={BEGUN: []}))
    return writer.close()


def plain(take: Path) -> list[list[bytes]]:
    return [
        [bytes(part) for part in wire.encode(replace(frame, t_track_ns=0))]
        for frame in TakeReader(take).tracks()
    ]


def shown(take: Path) -> list[TrackFrame]:
    return list(TakeReader(take).tracks())


@pytest.mark.parametrize("mode", ["live", "broadcast"])
def test_a_take_made_beside_a_thread_is_replayed_byte_for_byte(tmp_path: Path, mode: str) -> None:
    config = replace(BESIDE, mode=mode)
    old = take_of(tmp_path / "old.mcap", stream(5, FAR), config, SETTINGS)
    assert list(swaps(shown(old)))
    new = retrack(old, None, config, SETTINGS)
    assert plain(new) == plain(old)
    assert plain(retrack(new, None, config)) == plain(old)


def test_a_take_without_a_log_is_adapted_the_same_way_twice(tmp_path: Path) -> None:
    old = take_of(tmp_path / "old.mcap", stream(4, FAR), TrackingConfig(), "")
    first, second = retrack(old, None, BESIDE), retrack(old, None, BESIDE)
    assert list(swaps(shown(first)))
    assert plain(first) == plain(second)


def test_a_log_can_be_left_aside(tmp_path: Path) -> None:
    silent = silent_take(tmp_path / "old.mcap", stream(4, FAR))
    assert not list(swaps(shown(retrack(silent, None, BESIDE))))
    assert list(swaps(shown(retrack(silent, None, BESIDE, adapt_again=True))))


def test_a_take_that_begins_amid_a_stream_is_adapted_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What was changed before, and whom the log means, is not in it."""
    tracker, writer = Tracker(replace(BESIDE, adapt_steps=2)), TakeWriter(tmp_path / "a", SETTINGS)
    for k, frame in enumerate(stream(9, FAR)):
        for tracked in tracker.push(frame):
            if k >= 80:
                writer.write("pose/cam0", frame)
                writer.write("track", tracked)
        tracker.learn()
    old = writer.close()
    assert ADAPTED in shown(old)[0].provenance["1"]
    new = list(swaps(shown(retrack(old, None, BESIDE, SETTINGS))))
    assert new[0] != next(swaps(shown(old)))
    assert "amid a stream" in caplog.text


def test_the_command_adapts_a_take(tmp_path: Path) -> None:
    old = take_of(tmp_path / "old.mcap", stream(4, FAR), TrackingConfig(), "")
    new = tmp_path / "new.mcap"
    told = ["track", "--replay", str(old), "-o", str(new), "--mode", "live", "--adapt", "on"]
    assert main(told) == 0
    assert list(swaps(shown(new)))
    assert 'adapt = "on"' in TakeReader(new).metadata()["config"]["studio.toml"]


def test_a_log_that_cannot_be_read_is_refused_with_the_way_out(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "odd.mcap", SETTINGS)
    for one in stream(0.2, FAR):
        writer.write("pose/cam0", one)
        for tracked in Tracker(TrackingConfig()).push(one):
            writer.write("track", replace(tracked, swaps={BEGUN: [], "1": [0.0, 1.0]}))
    odd = writer.close()
    with pytest.raises(TrackingError, match="--adapt again"):
        retrack(odd, None, BESIDE)
    assert [path.name for path in tmp_path.iterdir()] == ["odd.mcap"]
