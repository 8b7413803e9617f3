from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from waving_people import apart_rad, bent, played, posed, stream

from livemocap.rotation import Array, matrix_from_quat
from livemocap.skeleton import BODY_JOINTS, SMPLX, global_rotations
from tracking.people import FLIPPED, HANDS_EXCHANGED, MIRRORED
from tracking.repair.twins import Twins, _with_hands_exchanged
from tracking.rotations import IN_MIRROR, local_body, twin

SAME = 1e-6


def test_the_twin_has_sides_exchanged_and_stands_turned_by_half_a_turn() -> None:
    people = stream([0.3])[0]
    there = twin(people.pose_wxyz)
    local, before = local_body(there), local_body(people.pose_wxyz)
    swapped = before[:, SMPLX.mirror[:BODY_JOINTS]] * IN_MIRROR
    assert np.abs((local[:, 1:] * swapped[:, 1:]).sum(-1)).min() > 1 - 1e-12
    facing, up = (matrix_from_quat(x[0, 0])[:, [2, 1]].T for x in (before, local))
    assert np.allclose(up, facing * [[-1], [1]])
    assert np.abs((twin(there) * people.pose_wxyz).sum(-1)).min() > 1 - 1e-12


@pytest.mark.parametrize("look_ahead_s", [0.0, 0.07, np.inf], ids=str)
@pytest.mark.parametrize("fps", [10, 15, 30, 60, 120])
def test_a_body_seen_the_wrong_way_round_for_a_moment_is_turned_back(
    fps: int, look_ahead_s: float
) -> None:
    true = stream(np.arange(0, 2, 1 / fps), 2)
    wrong = [fps, fps + max(fps // 10, 1) - 1]
    shown = [posed(p, twin, 1) if wrong[0] <= k <= wrong[1] else p for k, p in enumerate(true)]
    mender = Twins(look_ahead_s)
    result = played(mender, shown)
    assert apart_rad(result, true, 1).max() < SAME
    assert mender.counts == {
        "flipped": wrong[1] - wrong[0] + 1,
        "mirrored": wrong[1] - wrong[0] + 1,
        "hands_exchanged": 0,
    }
    assert result[fps].repairs.tolist() == [0, FLIPPED | MIRRORED]
    assert result[fps].visibility[1].max() < 1 == result[fps].visibility[0].min()


@pytest.mark.parametrize("look_ahead_s", [0.0, np.inf], ids=str)
def test_hands_exchanged_for_a_third_of_a_second_are_exchanged_back(look_ahead_s: float) -> None:
    true = stream(np.arange(0, 2, 1 / 30))
    shown = [posed(p, _with_hands_exchanged) if 20 <= k < 29 else p for k, p in enumerate(true)]
    result = played(Twins(look_ahead_s), shown)
    assert apart_rad(result, true).max() < SAME
    assert all((p.repairs[0] == HANDS_EXCHANGED) == (20 <= k < 29) for k, p in enumerate(result))


def test_hands_exchanged_while_the_body_is_turned_are_mended_with_it() -> None:
    true = stream(np.arange(0, 1, 1 / 30))

    def both(pose: Array) -> Array:
        return _with_hands_exchanged(twin(pose))

    shown = [posed(p, both) if k == 15 else p for k, p in enumerate(true)]
    result = played(Twins(), shown)
    assert apart_rad(result, true).max() < SAME
    assert result[15].repairs[0] == FLIPPED | MIRRORED | HANDS_EXCHANGED


@pytest.mark.parametrize("fps", [10, 30, 120])
@pytest.mark.parametrize(
    ("fault", "most_s"), [(twin, 0.21), (_with_hands_exchanged, 0.44)], ids=["body", "hands"]
)
def test_what_stays_is_believed(fault: Callable[[Array], Array], most_s: float, fps: int) -> None:
    shown = stream(np.arange(0, 2, 1 / fps))
    shown = [posed(p, fault) if p.t_s >= 1 else p for p in shown]
    result = played(Twins(), shown)
    bit = FLIPPED if fault is twin else HANDS_EXCHANGED
    assert not any(p.repairs[0] & bit for p in result if p.t_s >= 1 + most_s)
    assert not any(p.repairs.any() for p in result if p.t_s >= 1.44)
    assert played(Twins(np.inf), shown) == shown


def test_a_wrong_first_sighting_does_not_turn_those_after_it() -> None:
    true = stream(np.arange(0, 1, 1 / 30))
    shown = [posed(true[0], twin), *true[1:]]
    assert apart_rad(played(Twins(), shown), true)[2:].max() < SAME
    assert apart_rad(played(Twins(0.1), shown), true).max() < SAME


@pytest.mark.parametrize("fps", [10, 30, 60])
def test_a_spin_of_two_turns_a_second_is_believed(fps: int) -> None:
    spun = stream(np.arange(0, 3, 1 / fps), turn_rad_s=4 * np.pi)
    for look_ahead_s in (0.0, 0.1, np.inf):
        assert played(Twins(look_ahead_s), spun) == spun


def test_somebody_unseen_stays_mended_as_at_the_last_sighting() -> None:
    true = stream(np.arange(0, 1, 1 / 30))
    last = posed(true[15], twin)
    away = [
        replace(last, t_s=p.t_s, frame=p.frame, rows=np.array([-1])) if 15 < k < 19 else p
        for k, p in enumerate(true)
    ]
    away[15] = last
    for look_ahead_s in (0.0, 0.1, np.inf):
        result = played(Twins(look_ahead_s), away)
        assert apart_rad(result[15:19], [true[15]] * 4).max() < SAME
        assert apart_rad(result[19:], true[19:]).max() < SAME


def test_after_a_cut_nothing_is_compared_with_what_was_before() -> None:
    true = stream(np.arange(0, 1, 1 / 30))
    shown = [posed(p, twin) if k >= 15 else p for k, p in enumerate(true)]
    shown[15] = replace(shown[15], cut=True, fresh=np.array([True]))
    assert played(Twins(0.1), shown) == shown


def test_a_bent_body_is_no_reason_to_turn_it() -> None:
    shown = stream(np.arange(0, 1, 1 / 30))
    bow = bent(("spine1", "left_hip", "right_hip"), (1.2, 0, 0))
    shown = [posed(p, bow) if k == 9 else p for k, p in enumerate(shown)]
    assert played(Twins(), shown) == shown


def test_the_skeletons_own_kinematics_agree_with_the_body_in_the_camera() -> None:
    people = stream([0.0])[0]
    local = np.concatenate([local_body(people.pose_wxyz), people.pose_wxyz[:, BODY_JOINTS:]], 1)
    world = global_rotations(matrix_from_quat(local), SMPLX)[:, :BODY_JOINTS]
    assert np.allclose(world, matrix_from_quat(people.pose_wxyz[:, :BODY_JOINTS]))
