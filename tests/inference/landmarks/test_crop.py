from __future__ import annotations

import numpy as np
import pytest

from inference.landmarks.crop import Pyramid, Square, turn_of


def square(x: float, y: float, side: float, turn: float = 0.0) -> Square:
    return Square(np.array([x, y]), side, turn)


def ramp(width: int, height: int) -> np.ndarray:
    """Blue grows to the right, green downwards."""
    bgr = np.zeros((height, width, 3), np.uint8)
    bgr[:, :, 0] = np.linspace(0, 255, width)[None]
    bgr[:, :, 1] = np.linspace(0, 255, height)[:, None]
    return bgr


@pytest.mark.parametrize("turn", [0.0, 0.7, -2.0])
def test_to_crop_and_back_is_where_one_began(turn: float) -> None:
    points = np.random.default_rng(1).random((9, 3)) * 300
    s = square(120, 80, 90, turn)
    in_crop = s.from_image(points, 256)
    np.testing.assert_allclose(s.to_image(in_crop[:, :2] / 256), points[:, :2], atol=1e-9)
    np.testing.assert_array_equal(in_crop[:, 2], points[:, 2])


def test_up_in_a_turned_square_is_up_along_the_person() -> None:
    up = np.array([3.0, -4.0])
    s = square(50, 60, 10, turn_of(up))
    above = s.to_image(np.array([0.5, 0.0])) - s.center_px
    np.testing.assert_allclose(above, up / 5 * 5, atol=1e-9)


@pytest.mark.parametrize("turn", [0.0, 0.4])
@pytest.mark.parametrize("side", [100.0, 700.0])
def test_a_crop_shows_what_lies_at_its_place(turn: float, side: float) -> None:
    bgr = ramp(1600, 1200)
    s = square(800, 600, side, turn)
    rgb = Pyramid(bgr).cut(s, 128).astype(float)
    for u, v in [(0.5, 0.5), (0.2, 0.7), (0.9, 0.1)]:
        x, y = s.to_image(np.array([u, v]))
        here = rgb[int(v * 128), int(u * 128)]
        assert here[2] == pytest.approx(x / 1600 * 255, abs=2)
        assert here[1] == pytest.approx(y / 1200 * 255, abs=2)


def test_the_world_outside_the_image_is_black() -> None:
    assert Pyramid(np.full((20, 20, 3), 200, np.uint8)).cut(square(-500, 0, 50), 32).max() == 0


def test_shrinking_averages_instead_of_skipping_pixels() -> None:
    stripes = np.zeros((1024, 1024, 3), np.uint8)
    stripes[:, ::2] = 255
    rgb = Pyramid(stripes).cut(square(512, 512, 1000), 64)
    assert 120 < rgb.min() <= rgb.max() < 135


@pytest.mark.parametrize("size", [(1, 1), (1, 12000), (12000, 1)], ids=str)
def test_images_of_any_shape_can_be_cut(size: tuple[int, int]) -> None:
    image = Pyramid(np.full((*size, 3), 9, np.uint8))
    assert image.cut_unit(square(0, 0, 30000), 64).shape == (1, 64, 64, 3)
    assert max(image.level(1e9).shape[:2]) == 1


def test_a_square_without_size_or_place_is_not_sound() -> None:
    assert square(1, 1, 20).is_sound()
    assert not square(1, 1, 0).is_sound()
    assert not square(np.nan, 1, 20).is_sound()
    assert not square(1, 1, np.inf).is_sound()
