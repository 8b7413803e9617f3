"""Which version of a kernel a tensor gets: fused on CUDA, plain PyTorch everywhere else."""

from functools import cache
from importlib.util import find_spec

import torch
from torch import Tensor


@cache
def triton_installed() -> bool:
    """Whether the fused versions can be imported; Triton has no wheels for some systems."""
    return find_spec("triton") is not None


OLDEST = (8, 0)
"""Compute capability that Triton supports from; an older GPU takes the plain versions."""


@cache
def gpu_is_supported(index: int) -> bool:
    """Whether Triton supports this GPU."""
    return torch.cuda.get_device_capability(index) >= OLDEST


def runs_fused(tensor: Tensor) -> bool:
    """Whether work on `tensor` belongs to the fused version.

    float64 stays with the plain version: it is asked for to check numbers, and the fused
    versions compute in float32.
    """
    if not tensor.is_cuda or tensor.dtype == torch.float64:
        return False
    return triton_installed() and gpu_is_supported(tensor.get_device())
