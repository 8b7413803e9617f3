"""Where the network runs."""

from __future__ import annotations

import torch

from ..errors import InferenceError


def device_of(name: str) -> torch.device:
    """`cpu`, `cuda`, `cuda:1`, or `auto` for the GPU where there is one.

    Raises:
        InferenceError: no such device.
    """
    has_gpu = torch.cuda.is_available()
    kind, _, number = name.partition(":")
    if name == "cpu" or (name == "auto" and not has_gpu):
        return torch.device("cpu")
    if kind not in ("auto", "cuda") or (number and not number.isdecimal()):
        raise InferenceError(f"no device '{name}'; there are auto, cpu, cuda, cuda:1")
    if not has_gpu:
        raise InferenceError(
            f"device is '{name}', but PyTorch finds no CUDA here: install a CUDA build of torch "
            "and the driver (`livemocap doctor`), or set inference.device=cpu"
        )
    count = torch.cuda.device_count()
    if int(number or 0) >= count:
        raise InferenceError(f"device is '{name}', but there are {count} GPUs, counted from 0")
    return torch.device("cuda", int(number or 0))
