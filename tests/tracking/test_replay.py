"""Recordings tracked again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from seen_people import Actor, seen
from tracked_takes import FPS, plain, poses, take_of

from livemocap.cli.main import main
from livemocap.messages import PoseFrame, TrackFrame
from livemocap.take import TakeError, TakeReader, TakeWriter
from tracking.config import TrackingConfig
from tracking.errors import TrackingError
from tracking.replay import retrack
from tracking.tracker import Tracker


@pytest.mark.parametrize("mode", ["live", "broadcast", "bake"])
@pytest.mark.parametrize("ended", [True, False])
def test_every_image_is_tracked_once_in_order(tmp_path: Path, mode: str, ended: bool) -> None:
    old = take_of(tmp_path, poses(), ended)
    new = retrack(old, None, TrackingConfig(mode=mode))
    assert new == tmp_path / "old_retracked.mcap"
    assert [frame.sequence for frame in TakeReader(new).tracks()] == list(range(40))
    kept = [m for _, m in TakeReader(new).messages(["pose"]) if isinstance(m, PoseFrame)]
    assert [frame.sequence for frame in kept] == list(range(40))


def test_the_same_settings_give_the_same_tracks_bit_for_bit(tmp_path: Path) -> None:
    old = take_of(tmp_path, poses())
    new = retrack(old, tmp_path / "new.mcap", TrackingConfig())
    assert plain(new) == plain(old)


def test_what_else_a_take_holds_is_kept(tmp_path: Path) -> None:
    old = take_of(tmp_path, poses(5))
    new = TakeReader(retrack(old, tmp_path / "new.mcap", TrackingConfig(), "mine = 1\n"))
    before, after = TakeReader(old).metadata(), new.metadata()
    assert after["skeleton"] == before["skeleton"]
    assert after["take"]["started_unix_ns"] == before["take"]["started_unix_ns"]
    assert after["config"]["studio.toml"] == "mine = 1\n"


def test_a_take_without_poses_is_refused_and_nothing_left(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "tracks.mcap")
    for frame in poses(3):
        writer.write("track", Tracker(TrackingConfig()).push(frame)[0])
    take = writer.close()
    with pytest.raises(TrackingError, match="holds no poses to track again"):
        retrack(take, None, TrackingConfig())
    assert [path.name for path in tmp_path.iterdir()] == ["tracks.mcap"]


def test_a_damaged_take_leaves_nothing_behind(tmp_path: Path) -> None:
    take = take_of(tmp_path, poses())
    take.write_bytes(take.read_bytes()[:-4000])
    with pytest.raises(TakeError, match="damaged"):
        retrack(take, None, TrackingConfig())
    assert [path.name for path in tmp_path.iterdir()] == ["old.mcap"]


def test_an_existing_take_is_not_overwritten(tmp_path: Path) -> None:
    take = take_of(tmp_path, poses(3))
    with pytest.raises(TakeError, match="exists already"):
        retrack(take, take, TrackingConfig())
    assert len(plain(take)) == 3


def test_the_command_bakes_unless_told_otherwise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take = take_of(tmp_path, hidden_for_a_moment())
    new = tmp_path / "new.mcap"
    assert main(["track", "--replay", str(take), "-o", str(new)]) == 0
    assert capsys.readouterr().out.strip() == str(new)
    people = [len(frame.track_ids) for frame in TakeReader(new).tracks()]
    assert people == [1] * 40  # 0.4 s are filled with the whole take at hand; live stops at 0.3 s
    assert 0 in [len(frame.track_ids) for frame in TakeReader(take).tracks()]


def hidden_for_a_moment() -> list[PoseFrame]:
    return [seen([] if 14 < k < 27 else [Actor(0, -3)], k / FPS, k) for k in range(40)]


def test_a_role_without_a_studio_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["track"])
    assert "studio.toml" in capsys.readouterr().err


def test_bake_is_steadier_than_live(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noisy = [seen([Actor(0.02 * rng.standard_normal(), -3)], k / FPS, k) for k in range(90)]
    old = take_of(tmp_path, noisy)
    new = retrack(old, None, TrackingConfig(mode="bake"))
    still, live = (spread(TakeReader(take).tracks()) for take in (new, old))
    assert still < 0.5 * live


def spread(frames: object) -> float:
    places = [frame.pelvis[0] for frame in frames if isinstance(frame, TrackFrame)]  # type: ignore[attr-defined]
    return float(np.std(np.diff(places[10:], axis=0)))


def test_a_bake_of_a_camera_that_never_ends_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    studio = tmp_path / "studio.toml"
    studio.write_text("[[camera]]\nsource = 0\n", "utf-8")
    assert main(["track", str(studio), "--mode", "bake"]) == 2
    assert "livemocap track --replay" in capsys.readouterr().err
