"""One `[[camera]]` table of studio.toml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from livemocap.config import ConfigError, Table, load

TRANSPORTS = ("auto", "shm", "jpeg", "raw")


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraConfig:
    """A camera, a stream, a file or a folder, and how its images are to be sent."""

    id: str = "cam0"
    """Name in topics and takes."""
    source: str = "0"
    """Webcam index, /dev/video0, rtsp:// or http:// address, video file, folder of images, or
    `synthetic`, `synthetic:4` (a test pattern with so many people)."""
    width: int = 0
    height: int = 0
    """Camera mode asked for, px; 0 lets the camera choose."""
    fps: float = 0.0
    """Camera mode asked for, or the rate of a folder of images; 0 lets the source choose."""
    rotate: int = 0
    """Clockwise degrees: 0, 90, 180 or 270."""
    mirror: bool = False
    fov_deg: float = 0.0
    """Field of view along the image's long side; 0 for unknown."""
    focal_px: float = 0.0
    """Focal length of the images as sent; 0 for unknown."""
    intrinsics: Path | None = None
    """camera.json of `livemocap calibrate`; wins over the two above."""
    undistort: bool = True
    """Straighten images when `intrinsics` knows the lens."""
    transport: str = "auto"
    """`shm`, `jpeg`, `raw`; `auto` takes shm when all readers are on this host."""
    jpeg_quality: int = 85
    loop: bool = False
    """Start a file over at its end."""
    frames: int = 0
    """Stop after so many images; 0 for all."""
    stall_s: float = 2.0
    """A camera silent for so long is opened again."""
    reconnect_s: float = 5.0
    """Longest pause between attempts to open a lost camera."""

    def __post_init__(self) -> None:
        _require(re.fullmatch(r"[\w.-]+", self.id), f"id = '{self.id}': letters, digits, _ . -")
        _require(self.source.strip(), "source is empty: a webcam index, an address or a path")
        _require(self.rotate in (0, 90, 180, 270), f"rotate = {self.rotate}: 0, 90, 180 or 270")
        _require(
            (self.width > 0) == (self.height > 0) and min(self.width, self.height) >= 0,
            f"width = {self.width}, height = {self.height}: give both or neither",
        )
        _require(0 <= self.fps <= 1000, f"fps = {self.fps}: between 0 and 1000")
        _require(0 <= self.fov_deg < 180, f"fov_deg = {self.fov_deg}: between 0 and 180")
        _require(self.focal_px >= 0, f"focal_px = {self.focal_px}: not negative")
        _require(
            self.transport in TRANSPORTS,
            f"transport = '{self.transport}': one of {', '.join(TRANSPORTS)}",
        )
        _require(
            1 <= self.jpeg_quality <= 100, f"jpeg_quality = {self.jpeg_quality}: from 1 to 100"
        )
        _require(self.frames >= 0, f"frames = {self.frames}: not negative")
        _require(self.stall_s > 0, f"stall_s = {self.stall_s}: above 0")
        _require(self.reconnect_s > 0, f"reconnect_s = {self.reconnect_s}: above 0")


def camera_config(tables: Table, index: int) -> CameraConfig:
    """The settings of camera `index`; `source = 0` without quotes is fine too.

    Raises:
        ConfigError: no such camera, or a setting that is wrong.
    """
    cameras = tables.get("camera", [])
    if not isinstance(cameras, list) or not 0 <= index < len(cameras):
        count = len(cameras) if isinstance(cameras, list) else 0
        raise ConfigError(
            f"there is no camera {index}: studio.toml has {count} [[camera]] tables, counted from 0"
        )
    table = {"id": f"cam{index}", **cameras[index]}
    if type(table.get("source")) is int:
        table["source"] = str(table["source"])
    return load(CameraConfig, table, f"camera {index}")


def _require(condition: object, message: str) -> None:
    if not condition:
        raise ValueError(message)
