"""`livemocap video`, `play`, `view` and `top`: a clip through everything, and back as a stream."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from clips import counted_images, write_clip
from commands import interrupt, livemocap, own_network, roles_below, started, wait_until

from livemocap.bus import TRACK, OrderedSubscriber
from livemocap.messages import TrackFrame
from livemocap.take import TakeReader

FRAMES = 20


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", counted_images(FRAMES))


@pytest.fixture(scope="module")
def result(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that one run leaves."""
    out = tmp_path_factory.mktemp("video") / "out"
    done = livemocap("video", clip, "-o", out, "--engine", "instant", "--format", "bvh", "--strict")
    assert done.returncode == 0, done.stderr
    assert f"{FRAMES}, 0 dropped" in done.stdout
    assert f"capturing: {FRAMES} in" in done.stderr
    return out


def tracks_of(folder: Path) -> list[TrackFrame]:
    return list(TakeReader(folder / "take.mcap").tracks())


def test_every_image_of_the_clip_is_tracked_once_at_its_own_time(result: Path) -> None:
    frames = tracks_of(result)
    assert [frame.sequence for frame in frames] == list(range(FRAMES))
    times_ms = [round(frame.t_capture_ns * 1e-6) for frame in frames]
    assert times_ms == [round(k * 1000 / 30) for k in range(FRAMES)]


def test_it_leaves_one_motion_file_a_person_and_the_pictures(result: Path) -> None:
    names = {path.name for path in result.iterdir()}
    wanted = {"take.mcap", "preview.mp4", "contact_sheet.png", "latency.png"}
    wanted |= {"take_person1.bvh", "take_person2.bvh"}
    if importlib.util.find_spec("bpy"):
        wanted.add("armatures.png")
    assert names == wanted
    assert not list(result.parent.glob(".out.*"))


def test_the_preview_plays_everywhere(result: Path) -> None:
    with av.open(str(result / "preview.mp4")) as container:
        stream = container.streams.video[0]
        frames = [frame.time for frame in container.decode(stream)]
        codec = stream.codec_context
        assert (codec.name, codec.pix_fmt) == ("h264", "yuv420p")
        assert codec.width % 2 == codec.height % 2 == 0
    assert np.allclose(frames, np.arange(FRAMES) / 30, atol=0.002)


def test_a_second_run_gives_the_same_motion_and_replaces_its_own_files_only(
    clip: Path, result: Path
) -> None:
    before = tracks_of(result)
    note = result / "notes.txt"
    note.write_text("mine")
    stale = result / "take_person9.bvh"
    stale.write_text("of an earlier run")
    done = livemocap(
        "video", clip, "-o", result, "--engine", "instant", "--format", "bvh", "--no-preview"
    )
    assert done.returncode == 0, done.stderr
    after = tracks_of(result)
    assert note.read_text() == "mine"
    assert not stale.exists()
    assert not (result / "preview.mp4").exists()
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old.joints, new.joints)
        np.testing.assert_array_equal(old.track_ids, new.track_ids)
    note.unlink()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks processes up in /proc")
@pytest.mark.parametrize(("images", "phase"), [(3000, "capturing"), (300, "drawing")])
def test_ctrl_c_in_the_middle_leaves_nothing(images: int, phase: str, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", [np.zeros((64, 128, 3), np.uint8)] * images)
    out = tmp_path / "out"
    with started("video", clip, "-o", out, "--engine", "instant", log=tmp_path / "log") as video:
        wait_until(lambda: phase in (tmp_path / "log").read_text(), 60, phase)
        assert len(roles_below(video.pid)) == (4 if phase == "capturing" else 0)
        interrupt(video)
        wait_until(lambda: video.poll() is not None, 3.0, "livemocap video")
    assert video.returncode == 130
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "log"]
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_play_repeats_the_take_as_a_live_stream(result: Path, tmp_path: Path) -> None:
    network, ports = own_network()
    recorded = tracks_of(result)
    with (
        OrderedSubscriber([network.track()], [TRACK]) as tracks,
        started("play", result / "take.mcap", "--loop", *ports, log=tmp_path / "log"),
    ):
        frames: list[TrackFrame] = []
        started_ns = time.monotonic_ns()
        deadline = time.monotonic() + 60
        while len(frames) < 2 * FRAMES:
            assert time.monotonic() < deadline, f"{len(frames)} frames came"
            found = tracks.poll(0.2)
            if found and isinstance(found[1], TrackFrame):
                assert started_ns < found[1].t_track_ns <= time.monotonic_ns()
                frames.append(found[1])
    assert tracks.gaps == 0
    rising = np.diff([frame.t_capture_ns for frame in frames])
    assert (rising > 0).all()
    for frame in frames:
        original = recorded[frame.sequence % FRAMES]
        np.testing.assert_array_equal(frame.joints, original.joints)
        assert frame.t_track_ns - frame.t_grab_ns == original.t_track_ns - original.t_grab_ns


def test_view_draws_a_played_take_without_a_display(result: Path, tmp_path: Path) -> None:
    _, ports = own_network()
    with started("play", result / "take.mcap", "--loop", *ports, log=tmp_path / "log"):
        done = livemocap("view", "--png", tmp_path / "now.png", "--no-body", *ports)
    assert done.returncode == 0, done.stderr
    picture = cv2.imread(str(tmp_path / "now.png"))
    assert picture is not None
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 50


def test_top_says_when_nothing_runs() -> None:
    _, ports = own_network()
    done = livemocap("top", "--once", *ports)
    assert done.returncode == 2
    assert "livemocap run" in done.stderr


def test_top_shows_every_role(tmp_path: Path) -> None:
    _, ports = own_network()
    run = ("run", "--camera", "synthetic", "--engine", "instant", "--no-view")
    roles: set[str] = set()

    def all_seen() -> bool:
        done = livemocap("top", "--once", "--json", *ports)
        roles.update(json.loads(done.stdout or "{}"))
        return {"capture/cam0", "infer", "track", "record"} <= roles

    with started(*run, "--camera-size", "320x240", *ports, log=tmp_path / "log"):
        wait_until(all_seen, 30, f"all roles, {roles}")


def test_a_clip_with_nobody_in_it_is_no_error(clip: Path, tmp_path: Path) -> None:
    done = livemocap("video", clip, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "without motion files: nobody was seen" in done.stdout
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"take.mcap", "preview.mp4", "contact_sheet.png", "latency.png"}
