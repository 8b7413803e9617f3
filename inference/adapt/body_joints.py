"""SMPL's rest joints by shape, and its pose as our 55 joints'."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

SHARED = 22
"""SMPL's joints up to the wrists are SMPL-X's; its last two are hands without fingers."""


class RestJoints:
    """Where a person's joints are at rest.

    Args:
        smpl: the arrays of an SMPL body.
        ours: (55, 3) m of our own average body, from which head and hands are taken.
    """

    def __init__(self, smpl: Mapping[str, ArrayLike], ours: ArrayLike) -> None:
        regressor = np.asarray(smpl["J_regressor"], float)[:SHARED]
        self._mean = regressor @ np.asarray(smpl["v_template"], float)
        self._by_beta = np.einsum("jv,vkb->jkb", regressor, np.asarray(smpl["shapedirs"], float))
        own = np.asarray(ours, float)
        parents = np.array(SMPLX.parents[SHARED:])
        self._parents, self._steps = parents, own[SHARED:] - own[parents]

    def __call__(self, betas: ArrayLike) -> Array:
        """(P, 10) to (P, 55, 3) m."""
        shape = np.asarray(betas, float)
        rest = np.zeros((len(shape), 55, 3))
        rest[:, :SHARED] = self._mean + np.einsum("jkb,pb->pjk", self._by_beta, shape)
        steps = zip(self._parents, self._steps, strict=True)
        for joint, (parent, step) in enumerate(steps, SHARED):
            rest[:, joint] = rest[:, parent] + step
        return rest


def local_rotations_of(smpl_rotations: Array) -> Array:
    """(P, 24, 3, 3) parent-relative of SMPL to (P, 55, 3, 3) of ours; hands and face at rest."""
    ours = np.tile(np.eye(3), (len(smpl_rotations), 55, 1, 1))
    ours[:, :SHARED] = smpl_rotations[:, :SHARED]
    return ours
