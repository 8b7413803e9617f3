"""Folders of images."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from clips import count_of, counted_images

from capture.images import ImageFolder, natural_order
from capture.source import CaptureError


def fill(folder: Path, names: list[str]) -> Path:
    for name, image in zip(names, counted_images(len(names)), strict=True):
        cv2.imencode(Path(name).suffix, image)[1].tofile(folder / name)
    return folder


def test_images_come_in_the_order_people_count(tmp_path: Path) -> None:
    folder = fill(tmp_path, ["shot1.png", "shot2.jpg", "shot10.PNG", "Shot11.png"])
    images = list(ImageFolder(folder, fps=10).images())
    assert [count_of(image.bgr) for image in images] == [0, 1, 2, 3]
    assert [image.t_ns for image in images] == [0, 100_000_000, 200_000_000, 300_000_000]


def test_names_with_numbers_sort_by_value() -> None:
    names = ["b2.png", "a10.png", "a9.png", "10.png", "9.png"]
    found = sorted((Path(name) for name in names), key=natural_order)
    assert [path.name for path in found] == ["9.png", "10.png", "a9.png", "a10.png", "b2.png"]


def test_other_files_are_ignored_and_damaged_ones_left_out(tmp_path: Path) -> None:
    folder = fill(tmp_path, ["1.png", "2.png"])
    (folder / "1b.png").write_bytes(b"broken")
    (folder / "1c.png").touch()
    (folder / "notes.txt").write_text("hello")
    assert [count_of(image.bgr) for image in ImageFolder(folder).images()] == [0, 1]


def test_names_beyond_ascii_are_read(tmp_path: Path) -> None:
    assert len(list(ImageFolder(fill(tmp_path, ["größe 1.png"])).images())) == 1


def test_a_folder_without_images_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="no images in it"):
        ImageFolder(tmp_path)


def test_a_missing_folder_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="No such file"):
        ImageFolder(tmp_path / "none")


def test_a_folder_of_broken_images_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"broken")
    with pytest.raises(CaptureError, match="cannot be read"):
        ImageFolder(tmp_path)


def test_size_may_change_from_image_to_image(tmp_path: Path) -> None:
    for name, shape in (("1.png", (10, 20, 3)), ("2.png", (30, 40, 3))):
        cv2.imwrite(str(tmp_path / name), np.zeros(shape, np.uint8))
    assert [i.bgr.shape for i in ImageFolder(tmp_path).images()] == [(10, 20, 3), (30, 40, 3)]
