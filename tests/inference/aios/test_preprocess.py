from __future__ import annotations

import json
from functools import cache
from itertools import pairwise

import aios_reference
import numpy as np
import pytest
import torch
from reference import make_inputs

from inference.aios.preprocess import (
    MEAN,
    STD,
    PreprocessError,
    batch,
    network_image,
    network_size,
    token_count,
)

GOLDEN_IMAGES = ["up", "tall", "down", "keep"]


@cache
def golden_image(name: str) -> np.ndarray:
    h, w, seed = json.loads(str(aios_reference.golden("preproc")["meta"]))["sources"][name]
    return make_inputs.make_image(h, w, seed)


def noise(h: int, w: int) -> np.ndarray:
    """The hardest image to warp: every pixel is unlike its neighbours."""
    return np.random.default_rng(h + w).integers(0, 256, (h, w, 3), dtype=np.uint8)


def bgr_levels(rgb: np.ndarray) -> np.ndarray:
    """(3, oh, ow) normalised back to (oh, ow, 3) grey levels of blue, green, red."""
    return (rgb.transpose(1, 2, 0).astype(np.float64) * STD + MEAN)[..., ::-1]


def bilinear(bgr: np.ndarray, oh: int, ow: int) -> np.ndarray:
    """The warp in double precision, black around the image."""
    h, w, _ = bgr.shape
    framed = np.zeros((h + 1, w + 1, 3))
    framed[:h, :w] = bgr
    y, x = np.arange(oh) * (h / oh), np.arange(ow) * (w / ow)
    top, left = y.astype(int), x.astype(int)
    fy, fx = (y - top)[:, None, None], (x - left)[:, None]
    rows = framed[top] * (1 - fy) + framed[top + 1] * fy
    return rows[:, left] * (1 - fx) + rows[:, left + 1] * fx


def test_every_size_of_the_table_is_the_reference_s() -> None:
    for h, w, oh, ow in aios_reference.golden("preproc")["size_table"].tolist():
        assert network_size(h, w) == (oh, ow), (h, w)


@pytest.mark.parametrize("name", GOLDEN_IMAGES)
def test_the_golden_images_are_warped_as_in_the_reference(name: str) -> None:
    golden = aios_reference.golden("preproc")
    levels = bgr_levels(network_image(golden_image(name)))
    assert levels.shape[:2] == tuple(golden[f"{name}_out_hw"])
    found = {
        "bgr_s13": levels[::13, ::13],
        "last_rows": levels[-2:, ::29],
        "last_cols": levels[::29, -2:],
    }
    for part, pixels in found.items():
        np.testing.assert_allclose(pixels, golden[f"{name}_warp_{part}"], rtol=0, atol=0.03)


@pytest.mark.parametrize("name", GOLDEN_IMAGES)
def test_the_golden_images_are_normalised_as_in_the_reference(name: str) -> None:
    rgb = network_image(golden_image(name))
    assert rgb.dtype == np.float32
    expected = aios_reference.golden("preproc")[f"{name}_norm_rgb_chw_s29"]
    np.testing.assert_allclose(rgb[:, ::29, ::29], expected, rtol=0, atol=0.03 / min(STD))


@pytest.mark.parametrize(
    ("hw", "atol"),
    [
        ((1, 1), 1e-3),
        ((37, 53), 2e-3),
        ((480, 640), 0.02),
        ((900, 300), 0.02),
        ((1080, 1920), 0.05),
    ],
    ids=str,
)
def test_the_warp_is_bilinear_with_black_around_the_image(hw: tuple[int, int], atol: float) -> None:
    bgr = noise(*hw)
    found = bgr_levels(network_image(bgr))
    np.testing.assert_allclose(found, bilinear(bgr, *network_size(*hw)), rtol=0, atol=atol)


def test_an_image_of_the_right_size_is_only_normalised() -> None:
    bgr = noise(800, 900)
    np.testing.assert_allclose(bgr_levels(network_image(bgr)), bgr, rtol=0, atol=1e-4)


def test_an_image_seen_through_a_view_is_the_same_image() -> None:
    wide = noise(90, 240)
    view = wide[::-1, ::2]
    np.testing.assert_array_equal(network_image(view), network_image(view.copy()))


@pytest.mark.parametrize("hw", [(300, 12000), (12000, 400)], ids=str)
def test_enormous_images_are_warped_like_others(hw: tuple[int, int]) -> None:
    bgr = np.full((*hw, 3), (10, 20, 30), np.uint8)
    levels = bgr_levels(network_image(bgr))
    np.testing.assert_allclose(levels, np.broadcast_to([10, 20, 30], levels.shape), atol=1e-3)


@pytest.mark.parametrize("hw", [(1, 12000), (12000, 1), (12000, 4), (1, 2000)], ids=str)
def test_an_image_too_thin_to_look_at_is_refused(hw: tuple[int, int]) -> None:
    with pytest.raises(PreprocessError, match=f"{hw[1]} x {hw[0]} pixels is too thin"):
        network_size(*hw)


@pytest.mark.parametrize("hw", [(0, 0), (0, 640), (480, 0)], ids=str)
def test_an_image_of_nothing_is_refused(hw: tuple[int, int]) -> None:
    with pytest.raises(PreprocessError, match="at least 1 x 1"):
        network_image(np.zeros((*hw, 3), np.uint8))


def test_whatever_size_is_accepted_has_the_places_the_network_needs() -> None:
    for short in (1, 2, 3, 7, 33, 500, 799, 800, 801):
        for ratio in (1, 1.01, 1.6662, 1.67, 3, 10, 40):
            oh, ow = network_size(short, round(short * ratio))
            assert token_count(oh, ow) >= 900
            assert network_size(round(short * ratio), short) == (ow, oh)


def test_places_are_counted_as_the_backbone_halves() -> None:
    sides = [(800, 1333)]
    for _ in range(6):
        sides.append(((sides[-1][0] + 1) // 2, (sides[-1][1] + 1) // 2))
    assert token_count(800, 1333) == sum(h * w for h, w in sides[3:]) == 22223
    assert all(a > b for a, b in pairwise(sides))


def test_a_batch_is_padded_with_zeros_that_its_mask_names() -> None:
    small, large = torch.ones(3, 4, 9), np.ones((3, 6, 5), np.float32)
    images, padding = batch([small, large])
    assert images.shape == (2, 3, 6, 9)
    assert padding.dtype == torch.bool
    assert torch.equal(images, (~padding).float()[:, None].expand(-1, 3, -1, -1))
    assert padding[:, 0].tolist() == [[False] * 9, [False] * 5 + [True] * 4]
    assert padding[..., 0].tolist() == [[False] * 4 + [True] * 2, [False] * 6]


def test_images_of_one_size_are_not_padded() -> None:
    images, padding = batch([np.full((3, 5, 7), v, np.float32) for v in (1, 2)])
    assert images.mean((1, 2, 3)).tolist() == [1, 2]
    assert not padding.any()
