from __future__ import annotations

import numpy as np
import pytest
from figures import standing

from inference.appearance import DIMENSIONS, appearance_of, no_appearance

RED, BLUE = (30, 30, 200), (200, 60, 30)


def dressed(shirt: tuple[int, int, int], trousers: tuple[int, int, int]) -> np.ndarray:
    """An image of somebody standing at 100, 200."""
    bgr = np.full((400, 200, 3), 128, np.uint8)
    bgr[100:200, 70:130], bgr[200:300, 70:130] = shirt, trousers
    return bgr


def test_the_same_clothes_look_the_same_and_others_different() -> None:
    me = appearance_of(dressed(RED, BLUE), standing(100, 200))
    again = appearance_of(dressed(RED, BLUE), standing(103, 198))
    other = appearance_of(dressed(BLUE, RED), standing(100, 200))
    assert me is not None
    assert again is not None
    assert other is not None
    assert me @ again > 0.95
    assert me @ other < 0.3
    assert np.linalg.norm(me) == pytest.approx(1)


def test_who_shows_no_clothes_has_no_looks() -> None:
    assert appearance_of(dressed(RED, BLUE), standing(-500, 200)) is None
    assert appearance_of(np.zeros((1, 1, 3), np.uint8), standing(0, 0, 1)) is None


def test_no_looks_still_have_length_one() -> None:
    assert no_appearance().shape == (DIMENSIONS,)
    assert np.linalg.norm(no_appearance()) == pytest.approx(1)
