"""Which pinhole camera an image was taken with: known, from the field of view, or assumed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemocap.coords import assumed_intrinsics, intrinsics_from_fov
from livemocap.rotation import Array

from .config import CameraConfig
from .source import CaptureError

_FORMAT = "livemocap-camera-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intrinsics:
    """A calibrated camera as it gives images, before any rotation or mirroring of ours."""

    width: int
    height: int
    K: Array
    """(3, 3) px."""
    distortion: Array
    """(N,) k1 k2 p1 p2 k3 ... as in OpenCV; zeros for a straight lens."""
    error_px: float = 0.0
    """Root mean square reprojection error of the calibration."""

    def scaled(self, width: int, height: int) -> Intrinsics:
        """The same camera giving images of another size.

        Raises:
            CaptureError: of another shape, so the sensor is cropped and nothing is known.
        """
        if abs(width * self.height - height * self.width) > 0.02 * width * self.height:
            raise CaptureError(
                f"images are {width}x{height}, but the camera was calibrated at {self.width}x"
                f"{self.height}, which has another shape. Calibrate again at this size."
            )
        scale = np.diag([width / self.width, height / self.height, 1.0])
        return Intrinsics(
            width=width,
            height=height,
            K=scale @ self.K,
            distortion=self.distortion,
            error_px=self.error_px,
        )


def write_intrinsics(path: Path, camera: Intrinsics) -> None:
    """Write camera.json; the old file stays whole until the new one is complete."""
    text = json.dumps(
        {
            "format": _FORMAT,
            "width": camera.width,
            "height": camera.height,
            "K": np.asarray(camera.K).tolist(),
            "distortion": np.asarray(camera.distortion).ravel().tolist(),
            "error_px": camera.error_px,
        },
        indent=2,
    )
    partial = path.with_suffix(path.suffix + ".part")
    partial.write_text(text + "\n", "utf-8")
    partial.replace(path)


def read_intrinsics(path: Path) -> Intrinsics:
    """Read camera.json.

    Raises:
        CaptureError: missing, not ours, or with numbers that make no camera.
    """
    try:
        return _parse(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise CaptureError(
            f"{path}: {error.strerror}. `livemocap calibrate` writes such a file."
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise CaptureError(
            f"{path}: not a camera file ({error}). `livemocap calibrate` writes one."
        ) from None


def _parse(fields: dict[str, Any]) -> Intrinsics:
    if fields["format"] != _FORMAT:
        raise ValueError(f"format is {fields['format']!r}, expected {_FORMAT!r}")
    K = np.asarray(fields["K"], float)
    distortion = np.asarray(fields.get("distortion", []), float).ravel()
    width, height = int(fields["width"]), int(fields["height"])
    sound = K.shape == (3, 3) and np.isfinite(K).all() and min(K[0, 0], K[1, 1], width, height) > 0
    if not sound or not np.isfinite(distortion).all():
        raise ValueError("K must be 3x3 with positive focal lengths")
    return Intrinsics(
        width=width,
        height=height,
        K=K,
        distortion=distortion,
        error_px=float(fields.get("error_px", 0.0)),
    )


def uncalibrated(config: CameraConfig, width: int, height: int) -> tuple[Array, str]:
    """(K, source) of an image of this size, from what the settings know."""
    if config.focal_px:
        return assumed_intrinsics(width, height, config.focal_px), "fov"
    if config.fov_deg:
        return intrinsics_from_fov(width, height, config.fov_deg), "fov"
    return assumed_intrinsics(width, height), "assumed"


def rotated(K: NDArray[np.floating], width: int, height: int, rotate: int) -> Array:
    """K after turning images of (width, height) clockwise by 0, 90, 180 or 270 degrees."""
    K = np.asarray(K, float)
    for _ in range(rotate // 90 % 4):
        # (x, y) goes to (height - 1 - y, x)
        K = np.array([[K[1, 1], 0, height - 1 - K[1, 2]], [0, K[0, 0], K[0, 2]], [0, 0, 1.0]])
        width, height = height, width
    return K


def mirrored(K: NDArray[np.floating], width: int) -> Array:
    """K after flipping images of this width left to right."""
    K = np.array(K, float)
    K[0, 2] = width - 1 - K[0, 2]
    return K
