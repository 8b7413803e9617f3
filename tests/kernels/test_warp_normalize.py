from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from aios_reference import golden
from reference import make_inputs
from torch import Tensor

from kernels.warp_normalize import fused, reference

MEAN = (123.675, 116.28, 103.53)
STD = (58.395, 57.12, 57.375)
GREY = {"mean": (0.0,) * 3, "std": (1.0,) * 3}
TOLERANCE = {
    torch.float32: {"atol": 3e-6, "rtol": 1e-5},
    torch.float16: {"atol": 2e-3, "rtol": 1e-3},
    torch.bfloat16: {"atol": 1.6e-2, "rtol": 8e-3},
}


def image(h: int, w: int) -> Tensor:
    torch.manual_seed(h * w)
    return torch.randint(0, 256, (h, w, 3), dtype=torch.uint8)


def nan(*shape: int, dtype=torch.float32, device="cpu") -> Tensor:
    return torch.full(shape, torch.nan, dtype=dtype, device=device)


@pytest.mark.parametrize("name", ["up", "tall", "down", "keep"])
def test_reference_is_the_specified_warp(name: str) -> None:
    arrays = golden("preproc")
    h, w, seed = json.loads(str(arrays["meta"]))["sources"][name]
    oh, ow = arrays[f"{name}_out_hw"]
    bgr = torch.from_numpy(make_inputs.make_image(h, w, seed))
    warped = reference.warp_normalize(bgr, nan(3, oh, ow), **GREY).numpy()[::-1].transpose(1, 2, 0)
    for part, expected in (
        (warped[::13, ::13], arrays[f"{name}_warp_bgr_s13"]),
        (warped[-2:, ::29], arrays[f"{name}_warp_last_rows"]),
        (warped[::29, -2:], arrays[f"{name}_warp_last_cols"]),
    ):
        np.testing.assert_allclose(part, expected, rtol=0, atol=0.03)
    normalized = reference.warp_normalize(bgr, nan(3, oh, ow), MEAN, STD)[:, ::29, ::29]
    np.testing.assert_allclose(normalized, arrays[f"{name}_norm_rgb_chw_s29"], rtol=0, atol=6e-4)


def test_equal_size_only_normalizes() -> None:
    bgr = image(5, 6)
    rgb = bgr.flip(-1).permute(2, 0, 1)
    assert torch.equal(reference.warp_normalize(bgr, nan(3, 5, 6), **GREY), rgb.float())


def test_enlarging_fades_to_black_past_the_last_pixel() -> None:
    white = torch.full((1, 2, 3), 255, dtype=torch.uint8)
    line = reference.warp_normalize(white, nan(3, 1, 4, dtype=torch.float64), **GREY)[0, 0]
    assert line.tolist() == [255, 255, 255, 127.5]


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize(
    ("size", "out_size"),
    [((1, 1), (3, 2)), ((37, 53), (19, 41)), ((5, 7), (3, 300)), ((6, 9), (6, 9))],
    ids=str,
)
def test_fused_matches_reference(
    size: tuple[int, int], out_size: tuple[int, int], dtype: torch.dtype, device: str
) -> None:
    bgr = image(*size)
    expected = reference.warp_normalize(bgr, nan(3, *out_size, dtype=torch.float64), MEAN, STD)
    actual = nan(3, *out_size, dtype=dtype, device=device)
    assert fused.warp_normalize(bgr.to(device), actual, MEAN, STD) is actual
    torch.testing.assert_close(actual.cpu(), expected.to(dtype), **TOLERANCE[dtype])


@pytest.mark.parametrize("version", [reference, fused], ids=lambda each: each.__name__)
@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last], ids=str)
def test_writes_its_own_corner_of_a_batch(
    version, memory: torch.memory_format, device: str
) -> None:
    bgr = image(12, 14).to(device)
    expected = version.warp_normalize(bgr, nan(3, 5, 7, device=device), MEAN, STD)
    batch = nan(2, 3, 8, 9, device=device).contiguous(memory_format=memory)
    version.warp_normalize(bgr, batch[1, :, :5, :7], MEAN, STD)
    assert torch.equal(batch[1, :, :5, :7], expected)
    assert batch[0].isnan().all()
    assert batch[1, :, 5:].isnan().all()
    assert batch[1, :, :, 7:].isnan().all()


@pytest.mark.parametrize("version", [reference, fused], ids=lambda each: each.__name__)
def test_reads_a_crop_in_place(version, device: str) -> None:
    bgr = image(20, 30).to(device)
    for crop in (bgr[3:15, 4:25], bgr[::2, ::3]):
        expected = version.warp_normalize(crop.contiguous(), nan(3, 7, 9, device=device), MEAN, STD)
        actual = version.warp_normalize(crop, nan(3, 7, 9, device=device), MEAN, STD)
        assert torch.equal(actual, expected)


def test_fused_refuses_what_32_bits_cannot_count() -> None:
    tall = torch.empty(70_000, 1, 3, dtype=torch.uint8, device="meta")
    with pytest.raises(ValueError, match="32-bit pixel positions"):
        fused.warp_normalize(tall, torch.empty(3, 70_000, 1, device="meta"), MEAN, STD)
