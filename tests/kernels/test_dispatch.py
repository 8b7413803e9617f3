"""Who gets the fused version of a kernel."""

from __future__ import annotations

from typing import cast

import pytest
import torch
from torch import Tensor

from kernels import dispatch


class OnGpu:
    """As much of a CUDA tensor as dispatch asks for."""

    is_cuda = True

    def __init__(self, dtype: torch.dtype = torch.float32) -> None:
        self.dtype = dtype

    def get_device(self) -> int:
        return 0


def runs_fused(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], **how: torch.dtype
) -> bool:
    dispatch.gpu_is_supported.cache_clear()
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    try:
        return dispatch.runs_fused(cast(Tensor, OnGpu(**how)))
    finally:
        dispatch.gpu_is_supported.cache_clear()


def test_a_cpu_takes_the_plain_version() -> None:
    assert not dispatch.runs_fused(torch.zeros(1))


def test_a_gpu_that_triton_supports_takes_the_fused_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "triton_installed", lambda: True)
    assert runs_fused(monkeypatch, (9, 0))
    assert not runs_fused(monkeypatch, (7, 5))


def test_without_triton_and_in_float64_it_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not runs_fused(monkeypatch, (9, 0), dtype=torch.float64)
    monkeypatch.setattr(dispatch, "triton_installed", lambda: False)
    assert not runs_fused(monkeypatch, (9, 0))
