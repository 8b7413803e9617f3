"""How a person's build looks from each side: the memory by which shapes are compared.

What an estimator says of a body changes with the side from which it sees it. So each coefficient
is remembered as constant + cosine + sine of the view angle, learnt as a Bayesian line through
what was seen, with a common covariance for all coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from livemocap.rotation import Array

POPULATION = np.array([0.55, 0.35, 0.35])
"""Spread of betas between people: of the constant and of what changes with the side."""
SEEN_NOISE, DOUBT_NOISE = 0.30, 3.0
"""Spread of betas around a person's own at score 1, and how it grows with 1 - score."""
INDEPENDENT_S = 0.7
"""Errors of one estimate last: sightings this far apart count as independent."""
LONGEST_LOOK_S = 0.2
"""A sighting after a gap counts as if it had lasted this long."""


class Build:
    """What is known of one person's betas (B,) by view angle; nothing while they are all zero."""

    __slots__ = ("covariance", "known", "weights")

    def __init__(self, size: int) -> None:
        self.weights = np.zeros((3, size))
        """(3, B)."""
        self.covariance = np.diag(POPULATION**2)
        """(3, 3), of each column of `weights`."""
        self.known = False


def view_terms(front: Array, pelvis: Array) -> Array:
    """(P, 3) unit vectors ahead of people and (P, 3) m in the camera frame to (P, 3): 1, cosine
    and sine of the angle at which the camera sees each, 0 from ahead."""
    angle = np.arctan2(front[:, 0], -front[:, 2]) - np.arctan2(-pelvis[:, 0], pelvis[:, 2])
    return np.stack([np.ones(len(angle)), np.cos(angle), np.sin(angle)], 1)


def shape_noise(scores: Array) -> Array:
    """(P,) variance of each beta of a detection around its person's own."""
    return (SEEN_NOISE * (1 + DOUBT_NOISE * (1 - np.minimum(scores, 1.0)))) ** 2


def learn(
    builds: Sequence[Build], betas: Array, views: Array, noise: Array, lasted_s: Array
) -> None:
    """Take in a sighting of each: (N, B), (N, 3), (N,) and for how long it counts, (N,)."""
    if not len(builds):
        return
    noise = noise * (1 + INDEPENDENT_S / np.clip(lasted_s, 1e-3, LONGEST_LOOK_S))
    W = np.array([build.weights for build in builds])
    C = np.array([build.covariance for build in builds])
    Cv = (C @ views[:, :, None])[:, :, 0]
    gain = Cv / ((Cv * views).sum(1) + noise)[:, None]
    surprise = betas - (views[:, None] @ W)[:, 0]
    W += gain[:, :, None] * surprise[:, None]
    C -= gain[:, :, None] * Cv[:, None]
    for build, weights, covariance in zip(builds, W, C, strict=True):
        build.weights, build.covariance, build.known = weights, covariance, True


def build_ratio(builds: Sequence[Build], betas: Array, views: Array, noise: Array) -> Array:
    """(T, P) nats for each beta that (P, B) are those of each person rather than of anybody."""
    W = np.array([build.weights for build in builds])
    C = np.array([build.covariance for build in builds])
    known = np.array([build.known for build in builds])
    mine = np.einsum("pi,tij,pj->tp", views, C, views) + noise
    anybody = (views**2) @ POPULATION**2 + noise
    off = ((views @ W - betas[None]) ** 2).mean(2)
    general = (betas**2).mean(1)
    ratio = 0.5 * (np.log(anybody / mine) - off / mine + general / anybody)
    return ratio * known[:, None] * betas.any(1)
