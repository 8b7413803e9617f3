import numpy as np
import pytest
from waving_people import bent, played, posed, stream

from livemocap.skeleton import SMPLX
from tracking.people import IMPLAUSIBLE
from tracking.repair.limits import HYPEREXTENSION_DEG, LIMITS_DEG, Limits
from tracking.rotations import local_body

_BACKWARD = {
    "left_knee": (-2.2, 0.0, 0.0),
    "right_knee": (-2.2, 0.0, 0.0),
    "left_elbow": (0.0, 2.2, 0.0),
    "right_elbow": (0.0, -2.8, 0.0),
}


@pytest.mark.parametrize("joint", _BACKWARD)
def test_a_knee_or_elbow_bent_backwards_is_straightened(joint: str) -> None:
    true = stream([0.0], 2)[0]
    mender = Limits()
    (result,) = mender.push(posed(true, bent([joint], _BACKWARD[joint]), 1))
    here = SMPLX.index(joint)
    turn = 2 * np.arccos(np.abs(local_body(result.pose_wxyz)[1, here, 0]))
    assert np.degrees(turn) <= HYPEREXTENSION_DEG + 20  # besides its turn about other axes
    assert result.repairs.tolist() == [0, IMPLAUSIBLE]
    assert mender.counts == {"implausible": 1}
    assert np.flatnonzero(result.visibility[1] < 1).tolist() == [here]
    assert np.array_equal(result.pose_wxyz[0], true.pose_wxyz[0])


@pytest.mark.parametrize("joint", ["neck", "left_wrist", "spine2", "right_ankle"])
def test_a_joint_turned_too_far_comes_back_to_its_limit(joint: str) -> None:
    shown = posed(stream([0.0])[0], bent([joint], (0.0, 2.4, 0.0)))
    (result,) = Limits().push(shown)
    here = SMPLX.index(joint)
    turn = 2 * np.arccos(np.abs(local_body(result.pose_wxyz)[0, here, 0]))
    assert np.degrees(turn) == pytest.approx(LIMITS_DEG[joint])
    assert Limits().push(result)[0].repairs[0] in (0, IMPLAUSIBLE)


def test_deep_knees_and_bent_elbows_are_left_alone() -> None:
    shown = [
        posed(p, bent(["left_knee", "right_knee"], (1.2, 0, 0)))
        for p in stream(np.arange(0, 1, 0.1), 3)
    ]
    assert played(Limits(), shown) == shown
