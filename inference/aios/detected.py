"""What the network says of one image, on the host: the hand-over from torch to everything else."""

from __future__ import annotations

from dataclasses import dataclass

from livemocap.messages import Float32, Int64


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """The best people of one image, best first, each once; NumPy arrays.

    Points and boxes are in units of the valid image, 0..1: times (ow, oh) they are pixels of
    the resized image, times (w, h) of the camera's. Rotations are parent-relative; those of the
    fingers are relative to the mean hands of the SMPL-X file.
    """

    size: tuple[int, int]
    """(oh, ow): the image at the network's resolution, padding excluded."""
    scores: Float32
    """(Q,) 0..1, the better of the two classes."""
    rotations: Float32
    """(Q, 53, 3, 3): 22 of the body, 15 of the left hand, 15 of the right, the jaw."""
    betas: Float32
    """(Q, 10)."""
    expression: Float32
    """(Q, 10)."""
    camera: Float32
    """(Q, 3): s, tx, ty of section 12.2 of the specification."""
    boxes: Float32
    """(Q, 4, 4): cx cy w h of body, left hand, right hand, face."""
    keypoints: Float32
    """(Q, 35, 2): 17 of the body (COCO), 6 per hand (wrist, finger tips), 6 of the face."""
    tokens: Int64
    """(Q,) the encoder token behind each person."""
