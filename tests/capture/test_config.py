"""Camera settings check themselves."""

from __future__ import annotations

import pytest

from capture.config import CameraConfig, camera_config
from livemocap.config import ConfigError


def test_a_bare_index_is_a_webcam() -> None:
    assert camera_config({"camera": [{"source": 2}]}, 0).source == "2"


def test_cameras_without_an_id_are_numbered() -> None:
    tables = {"camera": [{"id": "left"}, {}]}
    assert [camera_config(tables, index).id for index in (0, 1)] == ["left", "cam1"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"fsp": 30}, "Did you mean 'fps'"),
        ({"rotate": 45}, "0, 90, 180 or 270"),
        ({"width": 640}, "both or neither"),
        ({"transport": "udp"}, "one of auto, shm, jpeg, raw"),
        ({"jpeg_quality": 0}, "from 1 to 100"),
        ({"id": "a/b"}, "letters, digits"),
        ({"source": " "}, "source is empty"),
        ({"fov_deg": 180}, "between 0 and 180"),
        ({"fps": "30"}, "expected float"),
        ({"stall_s": 0}, "stall_s"),
        ({"mirror": 1}, "expected bool"),
    ],
    ids=str,
)
def test_a_wrong_setting_says_what_is_right(table: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        camera_config({"camera": [table]}, 0)


def test_a_camera_that_is_not_in_the_file_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"1 \[\[camera\]\] tables"):
        camera_config({"camera": [{}]}, 1)


def test_defaults_are_sound() -> None:
    assert CameraConfig().transport == "auto"
