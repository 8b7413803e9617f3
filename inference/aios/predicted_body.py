"""The body that AiOS's shapes and hands belong to, or what stands in for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.messages import Float32
from livemocap.rotation import Array

from ..body_model import BodyModel, default_body


@dataclass(frozen=True, slots=True)
class PredictedBody:
    """The licensed SMPL-X body, or the open one in its place.

    AiOS predicts shape and expression in SMPL-X's coefficients and fingers relative to its mean
    hands. Without that file these numbers mean nothing: the average open body is shown instead.
    """

    model: BodyModel
    is_smplx: bool

    @classmethod
    def stand_in(cls) -> PredictedBody:
        """The open body at its average shape."""
        return cls(default_body(), is_smplx=False)

    def coefficients(self, predicted: Array) -> Float32:
        """(P, 10) betas or expression as predicted; zeros for a body they do not belong to."""
        return np.asarray(predicted if self.is_smplx else np.zeros_like(predicted), np.float32)

    def rest_joints(self, betas: Array) -> Float32:
        """(P, 10) what `coefficients` returned to (P, 55, 3) m."""
        return np.asarray(self.model.rest_joints(betas), np.float32)

    def flat_hands(self, fingers: Array) -> Array:
        """(P, 30, 3) axis-angles relative to the mean hands to ones relative to flat hands.

        The sum of the vectors, as in the body model itself; unknown means are left out.
        """
        return fingers + self.model.hand_mean if self.is_smplx else fingers
