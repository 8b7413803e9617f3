"""Every sighting of a take, stacked: what a look at the whole of it needs of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from livemocap.messages import TRACK_OBSERVED
from livemocap.rotation import Array, matrix_from_quat
from livemocap.skeleton import BODY_JOINTS, SMPLX, Skeleton, joint_positions

from ..association.build import shape_noise, view_terms
from ..association.motion import pelvis_of
from ..people import Ints, People

_BODY = Skeleton(SMPLX.names[:BODY_JOINTS], SMPLX.parents[:BODY_JOINTS])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sightings:
    """N sightings by time and then by key, so that the order of people has no influence."""

    image: Ints
    """(N,) which image of the take."""
    row: Ints
    """(N,) of that image's People."""
    keys: Ints
    shot: Ints
    """(N,) of the shots that hard cuts make of the take."""
    shown: Array
    """(N,) whether association believed the person at that instant, and gave out an id."""
    t_s: Array
    places: Array
    """(N, 3) x/z, y/z, log z."""
    noise: Array
    """(N, 3) standard deviations of `places`."""
    scores: Array
    bodies: Array
    """(N, 22, 3) m, joints from the pelvis."""
    posed: Array
    """(N,) whether an engine told a pose at all."""
    betas: Array
    """(N, B) as the engine said, not the locked ones."""
    views: Array
    """(N, 3) see build.view_terms."""
    shape_noise: Array
    """(N,) variance of each of `betas`."""
    looks: Array
    """(N, D) appearance of unit norm, zero where nothing is known."""

    def at(self, index: Ints) -> Sightings:
        """Some of them."""
        return Sightings(**{f.name: getattr(self, f.name)[index] for f in fields(self)})


def read_sightings(take: Sequence[People]) -> Sightings:
    """Stack a take, one People an image."""
    chosen: list[tuple[int, Ints]] = []
    for image, people in enumerate(take):
        rows = np.flatnonzero(people.seen)
        if len(rows):  # without people, a PoseFrame's arrays may have any width
            chosen.append((image, rows[np.argsort(people.keys[rows], kind="stable")]))
    pose = _stack(take, chosen, lambda people, rows: people.pose_wxyz[rows, :BODY_JOINTS])
    rest = _stack(take, chosen, lambda people, rows: people.rest_joints[rows, :BODY_JOINTS])
    places = _stack(take, chosen, lambda people, rows: people.places[rows])
    scores = _stack(take, chosen, lambda people, rows: people.scores[rows])
    world = matrix_from_quat(pose)
    shots = np.cumsum([people.cut for people in take])
    return Sightings(
        image=np.concatenate([np.full(len(rows), image) for image, rows in chosen]),
        row=np.concatenate([rows for _, rows in chosen]),
        keys=_stack(take, chosen, lambda people, rows: people.keys[rows]),
        shot=np.concatenate([np.full(len(rows), shots[image]) for image, rows in chosen]),
        shown=_stack(take, chosen, _shown),
        t_s=np.concatenate([np.full(len(rows), take[image].t_s) for image, rows in chosen]),
        places=places,
        noise=_stack(take, chosen, lambda people, rows: people.noise[rows]),
        scores=scores,
        bodies=joint_positions(world, rest, np.zeros(3), _BODY),
        posed=_stack(take, chosen, _posed),
        betas=_stack(take, chosen, lambda people, rows: people.frame.betas[people.rows[rows]]),
        views=view_terms(world[:, 0, :, 2], pelvis_of(places)),
        shape_noise=shape_noise(scores),
        looks=_looks(take, chosen),
    )


def _stack(take: Sequence[People], chosen: Sequence[tuple[int, Ints]], of: object) -> Array:
    return np.concatenate([of(take[image], rows) for image, rows in chosen])  # type: ignore[operator]


def _shown(people: People, rows: Ints) -> Array:
    return (people.ids[rows] > 0) & (people.states[rows] == TRACK_OBSERVED)


def _posed(people: People, rows: Ints) -> Array:
    turned = people.frame.joint_rotvecs[people.rows[rows], 1:BODY_JOINTS]
    return np.abs(turned).max((1, 2), initial=0.0) > 0


def _looks(take: Sequence[People], chosen: Sequence[tuple[int, Ints]]) -> Array:
    """(N, D): an engine that was exchanged for another may tell looks of another size D, which do
    not compare; those that are fewer are not known."""
    sizes = np.array([take[image].frame.appearance.shape[1] for image, _ in chosen])
    size = int(np.bincount(sizes[sizes > 0]).argmax()) if sizes.any() else 0
    return _stack(take, chosen, lambda people, rows: _looks_of(people, rows, size))


def _looks_of(people: People, rows: Ints, size: int) -> Array:
    looks = people.frame.appearance[people.rows[rows]].astype(float)
    if not size or looks.shape[1] != size:
        return np.zeros((len(rows), size))
    usable = np.isfinite(looks).all(1) & (np.ptp(looks, axis=1) > 1e-6)
    return np.nan_to_num(looks) * usable[:, None]
