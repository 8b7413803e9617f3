from __future__ import annotations

import numpy as np
import pytest
from posed_people import Posed, average_rest, posed

from inference.landmarks.markers import markers
from inference.landmarks.pose_space import pose_space
from inference.landmarks.solver import Bones, Estimate, Evidence, Solver
from livemocap.rotation import geodesic, matrix_from_rotvec


@pytest.fixture
def solver() -> Solver:
    return Solver(pose_space(), markers())


def bones(people: int = 1) -> Bones:
    rest = np.repeat(average_rest()[None], people, 0)
    return Bones(rest[:, :22], markers().in_frames(rest))


def exact(people: list[Posed], solver: Solver) -> Evidence:
    points = np.stack([p.markers for p in people])
    return Evidence(
        image=points[..., :2] / points[..., 2:],
        image_weight=np.full(points.shape[:2], 1e6),
        body=solver.relative @ points,
        body_weight=np.full(points.shape, 1e6),
        angles=np.repeat(pose_space().mean[None], len(people), 0),
        angles_weight=np.repeat(pose_space().sd[None] ** -2.0, len(people), 0),
        orientation=np.tile(np.eye(3), (len(people), 1, 1)),
        orientation_weight=np.zeros((len(people), 1)),
        depth=np.ones(len(people)),
        depth_weight=np.zeros(len(people)),
    )


def disturbed(people: list[Posed], rng: np.random.Generator) -> Estimate:
    angles = np.concatenate([p.estimate.angles for p in people])
    turn = matrix_from_rotvec(0.1 * rng.standard_normal((len(people), 3)))
    return Estimate(
        angles + 0.15 * rng.standard_normal(angles.shape),
        turn @ np.concatenate([p.estimate.orientation for p in people]),
        np.concatenate([p.estimate.pelvis for p in people])
        + 0.1 * rng.standard_normal((len(people), 3)),
    )


def test_exact_evidence_brings_the_markers_back(solver: Solver) -> None:
    rng = np.random.default_rng(0)
    people = [posed(rng) for _ in range(4)]
    found = solver.solve(disturbed(people, rng), exact(people, solver), bones(4), steps=12)
    points = solver.points(found, bones(4))
    assert np.abs(points - np.stack([p.markers for p in people])).max() < 2e-3
    _, G = solver.rotations(found)
    off_deg = np.degrees(geodesic(G, np.stack([p.rotations for p in people])))
    assert off_deg.mean() < 3.0


def test_people_are_solved_as_if_alone(solver: Solver) -> None:
    rng = np.random.default_rng(1)
    people = [posed(rng) for _ in range(3)]
    start = disturbed(people, rng)
    together = solver.solve(start, exact(people, solver), bones(3), steps=3)
    for k, person in enumerate(people):
        begin = Estimate(*(a[k : k + 1] for a in (start.angles, start.orientation, start.pelvis)))
        alone = solver.solve(begin, exact([person], solver), bones(), steps=3)
        np.testing.assert_allclose(alone.angles[0], together.angles[k], atol=1e-9)


def test_angles_stay_possible_whatever_is_seen(solver: Solver) -> None:
    rng = np.random.default_rng(2)
    person = posed(rng)
    evidence = exact([person], solver)
    evidence.body = rng.standard_normal(evidence.body.shape)
    found = solver.solve(person.estimate, evidence, bones(), steps=6)
    assert (found.angles >= pose_space().low).all()
    assert (found.angles <= pose_space().high).all()
    assert np.isfinite(found.pelvis).all()


def test_one_landmark_of_somebody_else_hardly_moves_the_rest(solver: Solver) -> None:
    person = posed(np.random.default_rng(3))
    evidence = exact([person], solver)
    wrist = markers().index("left_wrist")[0]
    evidence.image[0, wrist] += 0.4
    evidence.body_weight[0] = 1e3
    found = solver.solve(person.estimate, evidence, bones(), steps=6)
    off = np.linalg.norm(solver.points(found, bones())[0] - person.markers, axis=-1)
    assert np.median(off) < 0.01
