"""Video files: times, rotation, damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from clips import corner_colours, count_of, counted_images, quarters, write_clip

from capture.source import CaptureError
from capture.video import VideoFile


def test_every_frame_comes_in_order_with_its_own_time(tmp_path: Path) -> None:
    times_ms = [0, 20, 100, 130, 400]
    clip = VideoFile(write_clip(tmp_path / "vfr.mp4", counted_images(5), times_ms))
    images = list(clip.images())
    assert [image.t_ns // 1_000_000 for image in images] == times_ms
    assert [count_of(image.bgr) for image in images] == [0, 1, 2, 3, 4]
    assert clip.frame_count == 5


def test_time_starts_at_the_first_frame(tmp_path: Path) -> None:
    clip = VideoFile(write_clip(tmp_path / "late.mp4", counted_images(2), [500, 533]))
    assert [image.t_ns // 1_000_000 for image in clip.images()] == [0, 33]


@pytest.mark.parametrize(
    ("turned", "shown"),
    [
        ((0, False, False), "RGB-"),
        ((90, False, False), "G-RB"),
        ((180, False, False), "-BGR"),
        ((270, False, False), "BR-G"),
        ((0, True, False), "GR-B"),
        ((0, False, True), "B-RG"),
        ((90, True, False), "-GBR"),
        ((270, True, False), "RBG-"),
    ],
    ids=str,
)
def test_a_phone_held_any_way_gives_upright_images(
    tmp_path: Path, turned: tuple[int, bool, bool], shown: str
) -> None:
    path = write_clip(tmp_path / "phone.mp4", [quarters()] * 2, turned=turned)
    upright = next(iter(VideoFile(path).images())).bgr
    assert corner_colours(upright) == shown
    assert upright.shape[:2] == ((128, 64) if turned[0] in (90, 270) else (64, 128))
    assert upright.flags.c_contiguous


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="No such file"):
        VideoFile(tmp_path / "none.mp4")


def test_an_empty_file_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    with pytest.raises(CaptureError, match="empty"):
        VideoFile(path)


@pytest.mark.parametrize("content", [b"no video at all" * 100, bytes(5000)], ids=["text", "zeros"])
def test_a_file_that_is_no_video_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.mp4"
    path.write_bytes(content)
    with pytest.raises(CaptureError, match=r"bad\.mp4"):
        VideoFile(path)


def test_a_file_cut_before_its_index_is_one_clear_error(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "cut.mp4", counted_images(10))
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(CaptureError, match=r"cut\.mp4"):
        VideoFile(path)


def test_damage_in_the_middle_costs_images_not_the_clip(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (20, 64, 128, 3)).astype(np.uint8)
    path = write_clip(tmp_path / "hurt.mkv", list(noise))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = bytes(3000)
    path.write_bytes(content)
    assert 5 <= len(list(VideoFile(path).images())) <= 20


def test_a_clip_can_be_read_twice(tmp_path: Path) -> None:
    clip = VideoFile(write_clip(tmp_path / "twice.mp4", counted_images(3)))
    assert len(list(clip.images())) == len(list(clip.images())) == 3
