from fractions import Fraction

import numpy as np
import pytest

from retarget.errors import RetargetError
from retarget.rates import measured_rate, parse_rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("30", Fraction(30)),
        ("23.976", Fraction(24000, 1001)),
        ("29.97", Fraction(30000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        ("12.5", Fraction(25, 2)),
        ("30000/1001", Fraction(30000, 1001)),
    ],
)
def test_rates_are_exact(text: str, rate: Fraction) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["0", "-5", "fast", "1/0", "nan", "inf", "100000"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(RetargetError, match="--fps"):
        parse_rate(text)


@pytest.mark.parametrize(
    "rate", [24, 25, 30, 60, Fraction(24000, 1001), Fraction(30000, 1001), 15], ids=str
)
def test_a_takes_rate_is_found_beside_holes(rate: Fraction) -> None:
    times_s = np.delete(np.round(np.arange(300) * 1e9 / float(rate)) * 1e-9, [5, 6, 7, 100])
    assert measured_rate(times_s) == rate


def test_a_jittering_camera_counts_as_its_usual_rate() -> None:
    jitter = np.random.default_rng(0).normal(0, 1e-3, 900)
    assert measured_rate(np.arange(900) / 30 + jitter) == 30


@pytest.mark.parametrize("seed", range(5))
def test_frames_that_are_late_or_missing_make_nothing_faster(seed: int) -> None:
    """As a busy machine stamps them: some wait for others, some never come, people are away."""
    random = np.random.default_rng(seed)
    late_s = np.where(random.random(600) < 0.3, random.uniform(0, 0.014, 600), 0.0)
    times_s = np.delete(np.arange(600) / 60 + late_s, random.choice(600, 60, replace=False))
    times_s[400:] += 41.3
    assert measured_rate(times_s) == 60


def test_one_frame_has_some_rate() -> None:
    assert measured_rate([0.0]) == 30
