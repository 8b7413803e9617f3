"""The people of one image, decoded, on the host."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

from livemocap.messages import Float32
from livemocap.rotation import Array

_POSE = tuple(f"smplx_{part}_pose" for part in ("root", "body", "lhand", "rhand", "jaw"))


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """P people, best first, each once."""

    size: tuple[int, int]
    """(oh, ow) of the image at the network's resolution."""
    scores: Float32
    """(P,) 0..1."""
    pose: Float32
    """(P, 159) axis-angle rad: root 3, body 63, left hand 45, right hand 45, jaw 3."""
    betas: Float32
    """(P, 10)."""
    expression: Float32
    """(P, 10)."""
    transl: Float32
    """(P, 3) m: camera coordinates at focal length 5000 px of the resized image."""
    boxes: Float32
    """(P, 4) x0 y0 x1 y1 px of the resized image."""

    @classmethod
    def decoded(cls, decoded: Mapping[str, Any], size: tuple[int, int]) -> Self:
        """From what `postprocess` says of one image; who comes twice is kept once."""
        person = np.asarray(decoded["person"])
        firsts = np.sort(np.unique(person, return_index=True)[1])

        def rows(*names: str) -> Float32:
            parts = [np.asarray(decoded[name], np.float32)[firsts] for name in names]
            return np.concatenate(parts, -1) if len(parts) > 1 else parts[0]

        return cls(
            size=size,
            scores=rows("scores"),
            pose=rows(*_POSE),
            betas=rows("smplx_shape"),
            expression=rows("smplx_expr"),
            transl=rows("cam_trans"),
            boxes=rows("body_bbox"),
        )

    def __len__(self) -> int:
        return len(self.scores)

    def chosen(self, rows: Array | slice) -> People:
        """Only some of them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        arrays = {name: value[rows] for name, value in values.items() if name != "size"}
        return People(size=self.size, **arrays)

    def above(self, threshold: float) -> People:
        """From the best down to the first whose score is below `threshold`."""
        below = np.flatnonzero(~(self.scores >= threshold))
        return self.chosen(slice(below[0] if len(below) else None))

    def finite(self) -> People:
        """Without those who have a number that is none."""
        values = [self.pose, self.betas, self.expression, self.transl, self.boxes]
        return self.chosen(np.flatnonzero(np.isfinite(np.concatenate(values, -1)).all(-1)))


Network = Callable[[Sequence[Array]], list[People]]
"""(H, W, 3) uint8 BGR images of any sizes to everybody in each, without a threshold."""
