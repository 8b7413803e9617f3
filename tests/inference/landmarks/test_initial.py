from __future__ import annotations

import numpy as np
from posed_people import average_rest, posed, seen

from inference.landmarks.initial import FirstGuess, best_rotation
from inference.landmarks.markers import markers
from inference.landmarks.pose_space import pose_space
from inference.landmarks.solver import Bones, Estimate, Solver
from livemocap.rotation import geodesic, matrix_from_rotvec


def test_the_first_guess_comes_near_the_pose() -> None:
    rng = np.random.default_rng(0)
    people = [posed(rng) for _ in range(12)]
    body = np.stack([seen(p).world for p in people])
    rest = np.repeat(average_rest()[None], len(people), 0)
    orientation, angles = FirstGuess(pose_space(), markers())(body, markers().at_rest(rest))
    guess = Estimate(angles, orientation, np.stack([p.joints[0] for p in people]))
    solver = Solver(pose_space(), markers())
    points = solver.points(guess, Bones(rest[:, :22], markers().in_frames(rest)))
    off = np.linalg.norm(points - np.stack([p.markers for p in people]), axis=-1)
    assert np.median(off) < 0.06
    turned = geodesic(orientation, np.concatenate([p.estimate.orientation for p in people]))
    assert np.degrees(turned).max() < 15


def test_best_rotation_undoes_a_rotation() -> None:
    rng = np.random.default_rng(1)
    a = rng.standard_normal((5, 6, 3))
    R = matrix_from_rotvec(rng.standard_normal((5, 3)))
    found = best_rotation(a, a @ R.swapaxes(1, 2) + 3.0, np.ones(6))
    np.testing.assert_allclose(found, R, atol=1e-9)
