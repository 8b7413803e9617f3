from collections.abc import Sequence

import numpy as np
import pytest
from waving_people import apart_rad, bent, played, posed, stream

from tracking.people import LIMB_JUMPED, People
from tracking.repair.jumps import Jumps

ARM = ("left_shoulder", "left_elbow", "left_wrist")
LEG = ("right_hip", "right_knee", "right_ankle")


def jumped(
    images: Sequence[People], limb: Sequence[str], start_s: float, end_s: float
) -> list[People]:
    """The images with a limb somewhere else for a while."""
    away = bent(limb, (0.3, 0.6, 0.4))
    return [posed(p, away) if start_s <= p.t_s < end_s else p for p in images]


@pytest.mark.parametrize("fps", [30, 60, 120])
@pytest.mark.parametrize("limb", [ARM, LEG], ids=["arm", "leg"])
def test_a_limb_that_jumps_away_and_back_stays_where_it_was(limb: Sequence[str], fps: int) -> None:
    true = stream(np.arange(0, 2, 1 / fps))
    shown = jumped(true, limb, 0.99, 1.29)
    mender = Jumps(0.5)
    result = played(mender, shown)
    assert apart_rad(shown, true).max() > 0.9
    assert apart_rad(result, true).max() < 0.3
    assert mender.counts["limb_jumped"] >= 0.3 * fps - 1
    middle = result[round(1.1 * fps)]
    assert middle.repairs[0] == LIMB_JUMPED
    assert (middle.visibility[0] < 1).sum() == 3


def test_a_fault_of_two_images_needs_no_more_than_a_tenth_of_a_second() -> None:
    true = stream(np.arange(0, 2, 1 / 30))
    result = played(Jumps(0.11), jumped(true, ARM, 0.99, 1.05))
    assert apart_rad(result, true).max() < 0.3


@pytest.mark.parametrize("fps", [15, 30, 60, 120])
def test_a_limb_that_stays_is_where_it_is_seen(fps: int) -> None:
    shown = jumped(stream(np.arange(0, 3, 1 / fps)), ARM, 0.99, 5.0)
    assert played(Jumps(0.5), shown) == shown
    assert played(Jumps(np.inf), shown) == shown


@pytest.mark.parametrize("fps", [10, 30, 120])
def test_motion_is_left_alone(fps: int) -> None:
    shown = stream(np.arange(0, 3, 1 / fps), 2, turn_rad_s=9.0)
    assert played(Jumps(np.inf), shown) == shown


def test_what_cannot_be_seen_to_end_is_left_alone() -> None:
    shown = jumped(stream(np.arange(0, 2, 1 / 30)), ARM, 0.99, 1.29)
    assert played(Jumps(0.0), shown) == shown
