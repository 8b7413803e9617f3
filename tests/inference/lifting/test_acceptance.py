"""With the published weights, the published results; skipped where nobody brought them."""

from __future__ import annotations

import numpy as np
import pytest
from checkpoints_at_hand import checkpoint, golden
from lift_parity.arrays import Case, Golden, failures
from lift_parity.kinds import comparison
from lifting_sights import joints, steady, through

from inference.lifting.registry import make_lifter
from inference.models.pickled import read_pickle
from inference.network_weights import plain
from inference.weights_file import read_state_dict


@pytest.mark.timeout(1200)
def test_pstmo_lifts_the_real_clip_as_published() -> None:
    """338 frames of AlphaPose's keypoints, in windows of 243 with their mirror images."""
    arrays, weights = golden("real_lift"), checkpoint("pstmo")
    points = arrays["alphapose_kp"]
    keypoints = np.concatenate([points, np.ones((*points.shape[:2], 1))], -1)
    lifter = make_lifter("pstmo", mode="bake", normalization="seeds", weights=weights)
    found = joints(through(lifter, steady(keypoints, rate_hz=25.0)))
    np.testing.assert_allclose(found, arrays["pstmo_cam"], rtol=0, atol=1e-4)


def test_the_published_refine_module_refines_as_published() -> None:
    arrays, path = golden("pstmo_refine_real"), checkpoint("pstmo-refine")
    weights = plain(read_state_dict(path))
    case = Case("pstmo_refine_real", Golden(arrays), weights=weights)
    checks = comparison(case.kind)(case)
    assert "out" in {check.name for check in checks}
    assert failures(checks) == {}


@pytest.mark.timeout(1200)
def test_dynaboa_adapts_with_the_published_prior_as_published() -> None:
    arrays, path = golden("dynaboa_webcam_default"), checkpoint("smplify-prior")
    if path.suffix == ".npz":
        with np.load(path) as file:
            prior = dict(file)
    else:
        prior = read_pickle(path)
    case = Case("dynaboa_webcam_default", Golden(arrays), prior=prior)
    assert failures(comparison(case.kind)(case)) == {}
