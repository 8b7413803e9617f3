"""What a net that lifts looks like: evenly spaced 2D poses in, 3D poses out.

A net knows no time stamps, no pixels and no gaps; `live` and `windowed` make a livemocap.lifter
Lifter of it. A new net is one small class, and one line in `registry`. No torch here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

from livemocap.rotation import Array

Normalization = Literal["box", "image", "seeds"]
"""What a keypoint's numbers mean: `box` each person from a camera that looks at them
(inference.lifting.box), `image` x in -1..1 across the image, `seeds` as if every image had
1000 x 1002 px."""


@runtime_checkable
class Net(Protocol):
    """2D poses to 3D poses, so many frames of the past and of the future for each.

    Frames are (..., 17, 3) float32 in COCO's order: x, y normalised, confidence 0..1. Poses are
    (..., 17, 3) float32 m, H36M17, in the axes of the camera that sees the frame they belong to
    (the virtual one, for `box`); about what is up to the net: whoever calls subtracts the hip.
    The same frames give the same poses, whoever else is in the batch.
    """

    name: str
    """For people to read, with the weights: `vp3d-causal`."""
    rate_hz: float
    """Of the frames it was trained on."""
    past: int
    ahead: int
    """How many frames before and after its own a pose depends on. Causal nets: ahead = 0."""
    normalization: Normalization
    """What it was trained with; people may ask for another one."""
    takes_unknown: bool
    """Whether joints may be unknown: x, y and confidence all 0, as from `box_view`. Otherwise
    every one is filled in before, where the person had it last, with confidence 0."""

    def poses(self, frames: Array, /) -> Array:
        """(B, T, 17, 3) to (B, T - past - ahead, 17, 3), whole clips or single windows.

        Nothing is repeated around a clip; that is for whoever calls to do.
        """
        ...


class Ring(Protocol):
    """A causal net one frame at a time, several people at once."""

    def push(self, keys: Sequence[int], frames: Array, /, *, keep: bool = True) -> Array:
        """The next frame of everybody; as `Net.poses` on all frames kept so far and this one,
        the first one repeated before them.

        Args:
            keys: (P,) who this is. Whoever was here before and is not any more is forgotten.
            frames: (P, 17, 3).
            keep: False for a look: the next push takes this frame's place.

        Returns:
            (P, 17, 3).
        """
        ...

    def reset(self) -> None:
        """Forget everybody."""
        ...


@runtime_checkable
class CausalNet(Net, Protocol):
    """A net that looks at no future frame, and can go frame by frame at the cost of one."""

    def ring(self) -> Ring:
        """A new one that knows nobody; several may be in use."""
        ...
