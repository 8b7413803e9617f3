"""The installed network as the jobs call it: images in, people out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from livemocap.rotation import Array

from ...errors import WeightsError
from ..postprocess import postprocess
from ..preprocess import batch, network_image, network_size
from .errors import JobError
from .people import Network, People

_TOO_FULL = (
    "the GPU's memory is too small for {}. Close what else uses it, or run with `--device cpu`."
)


class JobNetwork:
    """Images of any size through the network in float32, number by number the published one.

    Args:
        model: what `build_aios` made.
    """

    def __init__(self, model: Any, device: str = "cpu") -> None:
        self._model, self._device = model, device

    def __call__(self, images: Sequence[Array]) -> list[People]:
        """Everybody in each image; a batch that does not fit the GPU is looked at in halves.

        Raises:
            JobError: not even one image fits.
        """
        try:
            return self._look(images)
        except torch.OutOfMemoryError:
            if len(images) == 1:
                raise JobError(_TOO_FULL.format("one image")) from None
        torch.cuda.empty_cache()
        half = len(images) // 2
        return self(images[:half]) + self(images[half:])

    def _look(self, images: Sequence[Array]) -> list[People]:
        sizes = [network_size(*bgr.shape[:2]) for bgr in images]
        inputs, padding = batch([network_image(bgr) for bgr in images])
        with torch.inference_mode():
            out = self._model(inputs.to(self._device), padding.to(self._device))
            decoded = postprocess(out, sizes)
        return [
            People.decoded({name: array.cpu() for name, array in one.items()}, size)
            for one, size in zip(decoded, sizes, strict=True)
        ]


def load_network(device: str = "cpu", *, plain: bool = False) -> Network:
    """The network with the weights of the user's data folder, in float32.

    Args:
        plain: the network as it is specified, nothing left out; slower, with the same results.

    Raises:
        WeightsError: they are not installed, or damaged.
        JobError: `device` is not there, or its memory is full.
    """
    from ...models.store import installed
    from .. import build_aios
    from ..checkpoint import read_state_dict

    if device.startswith("cuda") and not torch.cuda.is_available():
        raise JobError("no CUDA GPU can be used here: run with `--device cpu`.")
    path = installed("aios")
    if path is None:
        raise WeightsError(
            "AiOS's weights are not installed. `livemocap models` says where to get them; then "
            "`livemocap models install aios_checkpoint.pth`."
        )
    weights = read_state_dict(path)
    try:
        model = build_aios(weights, None, device, not plain, torch.float32)
    except torch.OutOfMemoryError:
        raise JobError(_TOO_FULL.format("the network")) from None
    return JobNetwork(model, device)


def best_device() -> str:
    """cuda where there is a GPU, else cpu."""
    return "cuda" if torch.cuda.is_available() else "cpu"
