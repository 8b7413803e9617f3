from pathlib import Path

import cv2
import numpy as np
import pytest
from motion import smooth_tracks
from readers.clips import require_bpy

from livemocap.take import TakeWriter
from retarget.blender import render_take
from retarget.errors import RetargetError

pytestmark = pytest.mark.blender


@pytest.fixture
def take(tmp_path: Path) -> Path:
    writer = TakeWriter(tmp_path / "walk.mcap")
    for frame in smooth_tracks(31, people=(1, 2)):
        writer.write("track", frame)
    return writer.close()


def test_everybody_is_in_the_picture_in_the_tracks_colour(take: Path, tmp_path: Path) -> None:
    require_bpy()
    options = ("--size=480x270", "--colors=ff0000,00ff00", "--ghosts=0")
    picture = cv2.imread(str(render_take(take, tmp_path / "out" / "a.png", *options)))
    assert picture is not None
    assert picture.shape == (270, 480, 3)
    b, g, r = np.moveaxis(picture.astype(int), -1, 0)
    for body in (r - np.maximum(g, b) > 60, g - np.maximum(r, b) > 60):
        assert body.sum() > 1500
        rows, columns = np.nonzero(body)
        assert rows.min() > 3 < columns.min()  # nobody is cut off
        assert rows.max() < 266
        assert columns.max() < 476
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["a.png"]


@pytest.mark.parametrize(
    ("option", "why"),
    [("--frame=5000", "nobody is there"), ("--size=huge", "--size"), ("--colors=red", "--colors")],
)
def test_what_cannot_be_drawn_is_one_line(
    take: Path, tmp_path: Path, option: str, why: str
) -> None:
    require_bpy()
    with pytest.raises(RetargetError, match=why):
        render_take(take, tmp_path / "a.png", option)
    assert not (tmp_path / "a.png").exists()
