"""Two-bone leg IK on made-up legs."""

from __future__ import annotations

import numpy as np
import pytest
from walkers import GROWN, frame, legs_between, standing, walk

from livemocap.rotation import Array, matrix_from_rotvec, normalize, rotate
from retarget.feet.leg_ik import LegTurns, reach_legs
from retarget.feet.legs import Legs


def _lower(legs: Legs, turns: LegTurns, hip: Array) -> tuple[Array, Array]:
    """Knees and ankles after the turns, by forward kinematics."""
    knee = hip + rotate(turns.thigh, legs.knee - legs.hip)
    return knee, knee + rotate(turns.shin, legs.ankle - legs.knee)


def test_nothing_turns_where_the_ankle_is_in_place() -> None:
    legs = walk().legs
    turns = reach_legs(legs, legs.hip, legs.ankle)
    for turn in (turns.thigh, turns.shin):
        np.testing.assert_allclose(turn, np.broadcast_to([1, 0, 0, 0], turn.shape), atol=1e-6)


def test_ankles_reach_their_goals_with_bones_as_long_as_before() -> None:
    legs, rng = walk().legs, np.random.default_rng(0)
    hip = legs.hip + rng.normal(0, 0.03, legs.hip.shape)
    goal = legs.ankle + rng.normal(0, 0.05, legs.hip.shape)
    near = np.linalg.norm(goal - hip, axis=-1) < 0.999 * GROWN.leg
    turns = reach_legs(legs, hip, goal)
    knee, ankle = _lower(legs, turns, hip)
    assert near.mean() > 0.7
    np.testing.assert_allclose(ankle[near], goal[near], atol=1e-9)
    np.testing.assert_allclose(ankle, turns.reached, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(knee - hip, axis=-1), GROWN.thigh)


def test_a_goal_out_of_reach_is_pointed_at_by_a_stretched_leg() -> None:
    legs = walk().legs
    goal = legs.hip + np.array([0.3, -2.0, 0.4])
    reached = reach_legs(legs, legs.hip, goal).reached - legs.hip
    along = (goal - legs.hip) / np.linalg.norm(goal - legs.hip, axis=-1, keepdims=True)
    np.testing.assert_allclose(reached, 0.9995 * GROWN.leg * along, atol=2e-4)


def test_knees_keep_their_side_of_the_leg() -> None:
    legs = walk().legs
    turned = matrix_from_rotvec(np.array([0, 0.6, 0]))
    out = Legs(**{n: getattr(legs, n) @ turned.T for n in ("hip", "knee", "ankle", "toe", "heel")})
    goal = out.ankle + np.array([0, 0.08, 0])
    knee, ankle = _lower(out, reach_legs(out, out.hip, goal), out.hip)
    bend = normalize(knee - (out.hip + ankle) / 2)
    before = normalize(out.knee - (out.hip + out.ankle) / 2)
    assert (bend * before).sum(-1).min() > 0.97


def test_a_straight_leg_bends_towards_its_toes() -> None:
    legs = frame(standing(height=1.0).legs, 0)
    goal = legs.ankle + np.array([0, 0.05, 0])
    knee, ankle = _lower(legs, reach_legs(legs, legs.hip, goal), legs.hip)
    np.testing.assert_allclose(ankle, goal, atol=1e-6)
    assert (knee[..., 2] > 0.1).all()
    assert np.abs(knee[..., 0] - legs.knee[..., 0]).max() < 1e-3


def test_a_knee_bent_a_little_backward_goes_forward_without_a_jump() -> None:
    """As trackers have it now and then; one degree of it flips within a millimetre of way."""
    straight = frame(standing(height=1.0).legs, 0)
    back = straight.knee * [1, 1, 0] - [0, 0, 0.004]
    names = ("hip", "ankle", "toe", "heel")
    legs = Legs(knee=back, **{name: getattr(straight, name) for name in names})
    knees = [
        _lower(legs, reach_legs(legs, legs.hip, legs.ankle + up), legs.hip)[0][0, 0, 2]
        for up in np.linspace(0, 0.03, 301)[:, None] * np.array([0, 1, 0])
    ]
    assert knees[0] == pytest.approx(-0.004, abs=1e-6)
    assert knees[-1] > 0.05
    assert np.abs(np.diff(knees)).max() < 0.004


def test_leading_axes_are_free() -> None:
    legs = legs_between(
        np.broadcast_to([0, 0.85, 0], (2, 5, 2, 3)),
        np.broadcast_to([0, 0.08, 0.1], (2, 5, 2, 3)),
        np.broadcast_to(np.eye(3), (2, 5, 2, 3, 3)),
    )
    assert reach_legs(legs, legs.hip, legs.ankle).reached.shape == (2, 5, 2, 3)
