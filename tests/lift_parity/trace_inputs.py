"""What a trace's images and keypoints were made from, put through our own preparation."""

from __future__ import annotations

import zlib

import numpy as np
from reference import make_inputs_lift

from inference.adapt import crop
from inference.adapt.smpl import COCO_ROWS

from .arrays import Case, Check, largest_error

MARGINS = {"webcam": crop.LIVE_MARGIN, "internet": 1.0}
SEEDS = range(64)
"""Of the made images that are tried."""

KEYPOINT_GATE, PIXEL_GATE = 1e-6, 1e-3
GREY_GATE = 1.0
"""Crops are rounded to whole levels, and a half may go either way."""


def prepared(case: Case, form: str) -> list[Check]:
    """Boxes, keypoints and crops from the keypoints in pixels."""
    golden = case.golden
    if "kp_px" not in golden:
        case.notes.append("kp_in, img_crop: the file has no kp_px that they were made from")
        return []
    keypoints = golden["kp_px"]
    if form == "internet" and keypoints.shape[1] == len(make_inputs_lift._B25):
        keypoints = keypoints[:, make_inputs_lift.COCO_FROM_B25]
    boxes = [crop.box_around(person, MARGINS[form]) for person in keypoints]
    box_px = np.array([[*middle, crop.UNIT_PX * scale] for middle, scale in boxes])
    fed = np.stack(
        [crop.keypoints_in_crop(p, *box) for p, box in zip(keypoints, boxes, strict=True)]
    )
    rows = slice(None) if form == "webcam" else list(COCO_ROWS)
    keys = Check("kp_in", largest_error(fed, golden["kp_in"][:, rows]), KEYPOINT_GATE)
    checks = [keys, *_crops(case, boxes)]
    if golden.has("bbox"):
        checks.append(Check("bbox", largest_error(box_px, golden["bbox"]), PIXEL_GATE))
    return checks


def _crops(case: Case, boxes: list[tuple[np.ndarray, float]]) -> list[Check]:
    """Where the images are those of `make_inputs_lift.frame`."""
    crops, seed = case.golden["img_crop"], _seed(case)
    if seed is None:
        case.notes.append("img_crop: its images are none of make_inputs_lift.frame; only fed")
        return []
    error = 0.0
    for t, box in enumerate(boxes):
        image = make_inputs_lift.frame(t, seed).astype(np.float32)
        error = max(error, largest_error(np.round(crop.cropped(image, *box)), crops[t]))
    return [Check("img_crop", error, GREY_GATE)]


def _seed(case: Case) -> int | None:
    if "frame_crc" not in case.golden:
        return None
    wanted = int(case.golden["frame_crc"][0])
    for seed in SEEDS:
        if zlib.crc32(make_inputs_lift.frame(0, seed).tobytes()) == wanted:
            return seed
    return None
