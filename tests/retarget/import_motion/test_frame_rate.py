from fractions import Fraction
from pathlib import Path

import pytest

from retarget.errors import RetargetError
from retarget.import_motion.frame_rate import rate_of_frame_time, rate_of_number

HERE = Path("a.bvh")


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ("0.0166667", Fraction(60)),
        (".0083333", Fraction(120)),
        ("0.00833", Fraction(120)),
        ("0.033333", Fraction(30)),
        ("0.0333", Fraction(30)),
        ("0.03336667", Fraction(30000, 1001)),
        ("0.0417083", Fraction(24000, 1001)),
        ("0.04166667", Fraction(24)),
        ("0.04", Fraction(25)),
        ("0.08", Fraction(25, 2)),
        ("0.1", Fraction(10)),
        ("0.01", Fraction(100)),
        ("0.006666667", Fraction(150)),
        ("0.0138889", Fraction(72)),
        (repr(1001 / 60000), Fraction(60000, 1001)),
    ],
)
def test_a_frame_time_of_few_digits_is_the_rate_that_was_meant(
    written: str, rate: Fraction
) -> None:
    assert rate_of_frame_time(float(written), HERE) == rate


@pytest.mark.parametrize(
    ("fps", "rate"),
    [(120.0, Fraction(120)), (59.94, Fraction(60000, 1001)), (12.5, Fraction(25, 2)),
     (250, Fraction(250)), (29.970030, Fraction(30000, 1001))],
)  # fmt: skip
def test_a_number_is_the_rate_that_was_meant(fps: float, rate: Fraction) -> None:
    assert rate_of_number(fps, HERE) == rate


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan"), float("inf"), 1e6])
def test_what_is_no_rate_is_refused(wrong: float) -> None:
    with pytest.raises(RetargetError, match="--source-fps"):
        rate_of_frame_time(wrong, HERE)
    with pytest.raises(RetargetError, match="--source-fps"):
        rate_of_number(wrong, HERE)
