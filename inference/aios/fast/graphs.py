"""The network as one recorded CUDA graph per canvas: a replay costs the host next to nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .geometry import Geometry
from .network import FastAios

Run = Callable[[Tensor, Geometry], Tensor]
"""(B, 3, H, W) images and their geometry to one array of results."""

_KEPT = 12
"""Canvases in memory; cameras of one session seldom have more sizes."""
_WARM_UPS = 3
"""Runs before recording: libraries choose their algorithms and take their memory in them."""


class Canvas:
    """Images of one size, filled in by the caller, and the network behind them."""

    def __init__(self, model: FastAios, run: Run, batch: int, height: int, width: int) -> None:
        device = model.level_embed.device
        images = torch.zeros(batch, 3, height, width, dtype=model.dtype, device=device)
        self.images = images.contiguous(memory_format=torch.channels_last)
        """(B, 3, H, W): what the network looks at."""
        padding = torch.zeros(1, height, width, dtype=torch.bool, device=device)
        self._geometry = model.geometry(padding, padded=False)
        self._run = run

    def result(self) -> Tensor:
        """What the network says of the images; overwritten by the next call."""
        return self._run(self.images, self._geometry)


class RecordedCanvas(Canvas):
    """The same on CUDA, recorded at first and replayed from then on."""

    def __init__(
        self, model: FastAios, run: Run, batch: int, height: int, width: int, *, pool: Any = None
    ) -> None:
        """Graphs of one pool share the memory of their intermediate results."""
        super().__init__(model, run, batch, height, width)
        device = self.images.device
        side = torch.cuda.Stream(device)
        side.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(side):
            for _ in range(_WARM_UPS):
                super().result()
        torch.cuda.current_stream(device).wait_stream(side)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph, pool=pool):
            self._out = super().result()

    def result(self) -> Tensor:
        self._graph.replay()
        return self._out


class Canvases:
    """One canvas per batch and image size; the least used is given up first."""

    def __init__(self, model: FastAios, run: Run) -> None:
        self._model, self._run = model, run
        self._pool: Any = None
        self._kept: OrderedDict[tuple[int, int, int], Canvas] = OrderedDict()

    def get(self, batch: int, height: int, width: int) -> Canvas:
        """The canvas for this many images of this size.

        Raises:
            torch.OutOfMemoryError: it does not fit; nothing is kept of it.
        """
        key = (batch, height, width)
        if key not in self._kept:
            while len(self._kept) >= _KEPT:
                self._kept.popitem(last=False)
            self._kept[key] = self._made(*key)
        self._kept.move_to_end(key)
        return self._kept[key]

    def _made(self, batch: int, height: int, width: int) -> Canvas:
        if not self._model.level_embed.is_cuda:
            return Canvas(self._model, self._run, batch, height, width)
        if self._pool is None:
            self._pool = torch.cuda.graph_pool_handle()
        return RecordedCanvas(self._model, self._run, batch, height, width, pool=self._pool)

    def forget(self) -> None:
        """Give all memory back."""
        self._kept.clear()
        self._pool = None
