"""How people's build looks from each side: the memory by which shapes are compared.

What an estimator says of a body changes with the side from which it sees it. So each coefficient
is remembered as constant + cosine + sine of the view angle, learnt as a Bayesian line through
what was seen, with a common covariance for all coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .arrays import Rows

POPULATION = np.array([0.55, 0.35, 0.35])
"""Spread of betas between people: of the constant and of what changes with the side."""
SEEN_NOISE, DOUBT_NOISE = 0.30, 3.0
"""Spread of betas around a person's own at score 1, and how it grows with 1 - score."""
INDEPENDENT_S = 0.7
"""Errors of one estimate last: sightings this far apart count as independent."""
LONGEST_LOOK_S = 0.2
"""A sighting after a gap counts as if it had lasted this long."""


@dataclass(slots=True)
class Builds(Rows):
    """What is known of T people's betas (B,) by view angle."""

    weights: Array
    """(T, 3, B)."""
    covariance: Array
    """(T, 3, 3), of each column of `weights`."""
    terms: Array
    """(T, 9 + 3 B) of squared distances, see `view_products`."""
    known: Array
    """(T,) 1 if there was a sighting with betas, else 0."""

    @classmethod
    def unknown(cls, people: int, size: int) -> Builds:
        """Of `people` with `size` betas each."""
        covariance = np.zeros((people, 3, 3))
        covariance[:] = np.diag(POPULATION**2)
        return cls(
            np.zeros((people, 3, size)),
            covariance,
            np.zeros((people, 9 + 3 * size)),
            np.zeros(people),
        )

    def learn(self, sure: Array, betas: Array, views: Array, noise: Array, lasted_s: Array) -> None:
        """Take in a sighting of each that `sure` (T,) marks: betas (T, B), views (T, 3), variance
        (T,) and for how long it counts (T,)."""
        noise = noise * (1 + INDEPENDENT_S / np.clip(lasted_s, 1e-3, LONGEST_LOOK_S))
        Cv = (self.covariance @ views[:, :, None])[:, :, 0]
        gain = Cv * (sure / ((Cv * views).sum(1) + noise))[:, None]
        surprise = betas - (views[:, None] @ self.weights)[:, 0]
        W = self.weights + gain[:, :, None] * surprise[:, None]
        self.weights = W
        self.covariance = self.covariance - gain[:, :, None] * Cv[:, None]
        squares = (W @ W.swapaxes(1, 2)).reshape(-1, 9)
        self.terms = np.concatenate([squares, -2 * W.reshape(len(W), -1)], 1)
        self.known = np.maximum(self.known, sure)

    def ratio(self, betas: Array, products: Array, noise: Array) -> Array:
        """(T, P) nats for each beta that (P, B) are those of each person rather than of anybody.

        Args:
            products: (P, 9 + 3 B), see `view_products`.
            noise: (P,) variance of each beta.
        """
        own = np.einsum("ij,ij->i", betas, betas)
        anybody = products[:, (0, 4, 8)] @ POPULATION**2 + noise
        mine = self.covariance.reshape(-1, 9) @ products[:, :9].T + noise
        off = self.terms @ products.T + own
        off /= mine
        nats = np.log(anybody / mine)
        nats += (own / anybody - off) * (1 / betas.shape[1])
        return (0.5 * self.known)[:, None] * nats


def view_products(views: Array, betas: Array) -> Array:
    """(P, 3) views and (P, B) betas to (P, 9 + 3 B): the former times themselves, then times the
    latter. With these, what a build says of a sighting is linear."""
    both = np.concatenate([views, betas], 1)
    products = views[:, :, None] * both[:, None]
    people, size = len(views), betas.shape[1]
    return np.concatenate(
        [products[:, :, :3].reshape(people, 9), products[:, :, 3:].reshape(people, 3 * size)], 1
    )


def view_terms(front: Array, pelvis: Array) -> Array:
    """(P, 3) unit vectors ahead of people and (P, 3) m in the camera frame to (P, 3): 1, cosine
    and sine of the angle at which the camera sees each, 0 from ahead."""
    angle = np.arctan2(front[:, 0], -front[:, 2]) - np.arctan2(-pelvis[:, 0], pelvis[:, 2])
    terms = np.ones((len(angle), 3))
    terms[:, 1], terms[:, 2] = np.cos(angle), np.sin(angle)
    return terms


def shape_noise(scores: Array) -> Array:
    """(P,) variance of each beta of a detection around its person's own."""
    return (SEEN_NOISE * (1 + DOUBT_NOISE * (1 - np.minimum(scores, 1.0)))) ** 2
