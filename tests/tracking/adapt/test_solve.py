"""The numbers: slopes are those of differences, and known bodies are found."""

from __future__ import annotations

import numpy as np
import pytest
from adapting_people import FPS, LONG_LEGS, factors, frame

from livemocap.rotation import Array, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations
from tracking.adapt.evidence import points_of
from tracking.adapt.judge import errors
from tracking.adapt.keyframes import Keyframe, Look
from tracking.adapt.model import Looks, place_slopes, posed, shared_slopes
from tracking.adapt.parameters import COUNT, TURNED, Parameters
from tracking.adapt.proportions import bones_at_rest, height_slopes, stretched
from tracking.adapt.solve import Problem, Solver

FAR = factors(**LONG_LEGS)


def look(k: int, true: Array) -> tuple[Look, Array]:
    one = frame(k, true)
    points, sure = points_of(one, np.array([0]))
    R = global_rotations(matrix_from_rotvec(one.joint_rotvecs[0].astype(float)), SMPLX)[:22]
    bones = bones_at_rest(one.rest_joints[0].astype(float))
    return Look(k / FPS, R, one.pelvis[0].astype(float), points[0], sure[0]), bones


def keyframes(true: Array, count: int = 8) -> tuple[list[Keyframe], Array]:
    bones = look(0, true)[1]
    pairs = [(look(11 * k + 3, true)[0], look(11 * k, true)[0]) for k in range(count)]
    return [Keyframe.of(now, back, bones) for now, back in pairs], bones


def test_slopes_are_those_of_small_differences() -> None:
    seen, bones = look(12, FAR)
    looks = Looks.of([seen], bones)
    none = np.zeros((1, len(TURNED), 3)), np.zeros((1, 3))
    start = 0.01 * np.random.default_rng(0).standard_normal(COUNT)
    body = posed(looks, Parameters(start), *none)
    slopes = shared_slopes(body)
    for entry in range(COUNT):
        moved = start.copy()
        moved[entry] += 1e-6
        found = (posed(looks, Parameters(moved), *none).points - body.points) / 1e-6
        np.testing.assert_allclose(slopes[..., entry], found, atol=0.02)


def test_places_move_bodies_as_their_slopes_say() -> None:
    seen, bones = look(12, FAR)
    looks = Looks.of([seen], bones)
    turns, at = np.zeros((1, len(TURNED), 3)), np.zeros((1, 3))
    body = posed(looks, Parameters.none(), turns, at)
    for axis, step in enumerate(1e-6 * np.eye(3)):
        moved = posed(looks, Parameters.none(), turns, step[None])
        found = (moved.points - body.points)[0] / 1e-6
        np.testing.assert_allclose(
            found, np.tile(place_slopes(body)[0, :, axis], (12, 1)), atol=1e-4
        )


def test_true_proportions_are_found_from_clean_evidence() -> None:
    frames, bones = keyframes(FAR)
    solver = Solver(Problem.of(frames, bones, np.zeros(COUNT)), Parameters.none())
    for _ in range(8):
        solver.step()
    found = solver.solution
    taller = height_slopes(bones, found.factors)[0] - height_slopes(bones, FAR)[0]
    assert found.depth == pytest.approx(taller, abs=0.03)  # size and distance are one to a camera
    np.testing.assert_allclose(found.factors[1:3], FAR[1:3], atol=0.035)
    looks = [one.now for one in frames]
    assert errors(looks, bones, found).mean() < 0.3 * errors(looks, bones, Parameters.none()).mean()


def test_decided_proportions_are_not_solved_for() -> None:
    frames, bones = keyframes(FAR)
    problem = Problem(Looks.of_pairs(frames, bones), np.zeros(COUNT), shape_held=True)
    solver = Solver(problem, Parameters.none())
    for _ in range(4):
        solver.step()
    assert not solver.solution.factors.any()
    assert solver.solution.turns.any()


def test_a_few_gross_points_hardly_matter() -> None:
    frames, bones = keyframes(FAR)
    for one in frames[::2]:
        one.now.points[3] += 0.3
    solver = Solver(Problem.of(frames, bones, np.zeros(COUNT)), Parameters.none())
    for _ in range(8):
        solver.step()
    np.testing.assert_allclose(solver.solution.factors[1:3], FAR[1:3], atol=0.05)


def test_stretching_leaves_other_bones_alone() -> None:
    rest = frame(0, FAR).rest_joints.astype(float)
    before, after = bones_at_rest(rest), bones_at_rest(stretched(rest, factors(arms=0.1)))
    longer = np.linalg.norm(after, axis=-1) / np.linalg.norm(before, axis=-1)
    arms = [
        SMPLX.index(f"{side}_{end}") - 1 for side in ("left", "right") for end in ("elbow", "wrist")
    ]
    np.testing.assert_allclose(longer[0, arms], np.exp(0.1))
    np.testing.assert_allclose(np.delete(longer[0], arms), 1.0)


def test_parameters_survive_a_log_exactly() -> None:
    vector = np.random.default_rng(0).standard_normal(COUNT)
    back = Parameters.from_numbers(Parameters(vector, True).numbers())
    assert np.array_equal(back.vector, vector)
    assert back.locked
    with pytest.raises(ValueError, match="expected 44"):
        Parameters.from_numbers([0.0, 1.0])
