"""The device kernels are tested on: CUDA, or the CPU under Triton's interpreter."""

import os
from collections.abc import Iterator

import pytest
import torch

if not torch.cuda.is_available():
    os.environ["TRITON_INTERPRET"] = "1"  # read when a kernel's module is imported


@pytest.fixture
def device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


@pytest.fixture
def unwritten_is_nan() -> Iterator[None]:
    """Fill what torch.empty returns with NaN, so that an element nobody writes fails the test."""
    torch.use_deterministic_algorithms(True, warn_only=True)
    yield
    torch.use_deterministic_algorithms(False)
