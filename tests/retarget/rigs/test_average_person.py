"""The average person is the open body, as the engines have it."""

from __future__ import annotations

import numpy as np

from inference.body_model import default_body
from retarget.rigs.average_person import average_joints


def test_the_average_person_is_the_open_body_on_the_floor() -> None:
    body = default_body()
    joints = np.asarray(body.rest_joints(np.zeros(body.beta_count)))
    joints = joints - [0, joints[:, 1].min(), 0]
    np.testing.assert_allclose(average_joints(), joints, atol=0.001)
