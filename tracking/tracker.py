"""One camera's people through time: predict, associate, update, start, retire."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from livemocap.messages import PoseFrame, TrackFrame
from livemocap.rotation import Array, matrix_from_quat
from livemocap.skeleton import BODY_JOINTS

from .associate import Remembered, Seen, assign, box_overlap, log_ratios
from .build import Build, learn, shape_noise, view_terms
from .config import TrackingConfig
from .detections import Detection, read_detections
from .output import track_frame
from .returning import decide
from .shape import ShapeLock
from .smooth import step_together
from .track import Track, place_noise
from .world import WorldEstimator

DUPLICATE_OVERLAP = 0.6
DUPLICATE_BODY_M = 0.12
DUPLICATE_LOG_DEPTH = 0.25
"""An unmatched detection this close to a matched one shows the same person a second time."""

SHORTEST_STEP_S = 1e-4
"""Images closer in time say nothing about speed."""

CROWDED_OVERLAP = 0.15
"""Boxes that overlap more mix their people's colours."""


class Tracker:
    """Tracks one camera; deterministic, with all state in the object.

    Args:
        ids: where new ids come from; trackers of several cameras share one counter.
    """

    def __init__(self, config: TrackingConfig, ids: Iterator[int] | None = None) -> None:
        self._config = config
        self._ids = itertools.count(1) if ids is None else ids
        self._tracks: list[Track] = []
        self._world = WorldEstimator(config)
        self._doubtful: set[Detection] = set()
        """Newcomers of this frame who may be somebody lost."""
        self._unlearnt: list[Detection] = []
        self._world_behind = False
        self._first_ns: int | None = None
        self._now_s = self._step_s = 0.0
        self._body = ""
        self.dropped = 0
        """Detections that were broken (NaN, behind the lens)."""
        self.duplicates = 0
        """Detections left out because they showed somebody a second time."""

    def step(self, frame: PoseFrame) -> TrackFrame:
        """Advance to `frame`: predict, associate, update, start, retire."""
        self.learn()
        self._advance(frame)
        people, broken = read_detections(frame, self._config.detection_score)
        self.dropped += broken
        for track in self._tracks:
            track.predict(self._now_s)
        for person in self._match(people):
            newcomer = Track(person, self._now_s, self._config)
            newcomer.pending = person in self._doubtful
            self._tracks.append(newcomer)
        self._tracks = [track for track in self._tracks if not track.retired]
        self._unlearnt, self._world_behind = people, True
        if not self._world.settled:  # what this image tells of it counts at once
            self._learn_world()
        return track_frame(frame, self._show(), self._world)

    def learn(self) -> None:
        """Take the last frame into what changes slowly or shows later: the world, looks.

        `step` begins with it. Whoever publishes a frame calls it afterwards, when nobody waits.
        """
        self._learn_world()
        seen = [track for track in self._tracks if track.unlearnt_s > 0]
        learn_builds(
            [t.build for t in seen], [t.detection for t in seen], [t.unlearnt_s for t in seen]
        )
        crowded = _crowded(self._unlearnt)
        for track in self._tracks:
            track.learn(track.detection.row in crowded)
        self._unlearnt = []

    def _learn_world(self) -> None:
        if self._world_behind:
            self._world.see(self._unlearnt, self._step_s)
        self._world_behind = False

    def _advance(self, frame: PoseFrame) -> None:
        """Set the clock to `frame`; notice what breaks motion."""
        if self._first_ns is None:
            self._first_ns = frame.t_capture_ns
        if self._body not in ("", frame.body_hash):
            self._tracks.clear()  # another body: neither bones nor betas compare
        self._body = frame.body_hash
        t_s = (frame.t_capture_ns - self._first_ns) * 1e-9
        self._step_s, self._now_s = t_s - self._now_s, t_s
        if self._step_s < 0 or frame.cut > self._config.cut_score:
            self._break(t_s)
            self._step_s = 0.0

    def _break(self, t_s: float) -> None:
        """A cut, or a source that starts again: nothing is where it was."""
        for track in self._tracks:
            track.forget_motion(t_s)
        self._world.reset()

    def _match(self, people: list[Detection]) -> list[Detection]:
        """Update tracks and return who belongs to none.

        Those in view come first; what shows one of them a second time is dropped, so that nobody
        who is lost takes it; the lost come last.
        """
        live = [track for track in self._tracks if track.live]
        lost = [track for track in self._tracks if not track.live]
        matched, rest = self._update(live, people)
        rest = self._without_duplicates(rest, matched)
        pending = [track for track in live if track.pending and track.gap_s == 0]
        self._doubtful = set()
        if not lost:
            for track in pending:
                track.pending = False
            return rest
        return self._return(lost, pending, rest)

    def _return(
        self, lost: list[Track], pending: list[Track], rest: list[Detection]
    ) -> list[Detection]:
        """Who of `rest` is new: the lost come back as some of them, or as somebody pending."""
        ratios = self._ratios(lost, rest + [track.detection for track in pending])
        returned = decide(lost, pending, rest, ratios, self._config.return_score)
        for track, person in returned.seen:
            track.update(person)
        seen = [track for track, _ in returned.seen]
        ShapeLock.settle_together([t.shape for t in seen], [t.confirmed for t in seen])
        for track, newcomer in returned.adopted:
            track.adopt(newcomer)
        back = {track for track, _ in [*returned.seen, *returned.adopted]}
        for track in lost:
            if track not in back:
                track.miss()
        gone = {newcomer for _, newcomer in returned.adopted}
        self._tracks = [track for track in self._tracks if track not in gone]
        self._doubtful = set(returned.doubtful)
        known = {person for _, person in returned.seen}
        return [person for person in rest if person not in known]

    def _update(
        self, tracks: list[Track], people: list[Detection]
    ) -> tuple[list[Detection], list[Detection]]:
        """Assign `people` to `tracks`; who found a track, and who did not."""
        pairs = assign(self._ratios(tracks, people))
        going_on = [tracks[t] for t, p in pairs if tracks[t].update(people[p])]
        self._smooth(going_on)
        found = [tracks[t] for t, _ in pairs]
        ShapeLock.settle_together([t.shape for t in found], [t.confirmed for t in found])
        found_tracks, found_people = {t for t, _ in pairs}, {p for _, p in pairs}
        for t, track in enumerate(tracks):
            if t not in found_tracks:
                track.miss()
        matched = [person for p, person in enumerate(people) if p in found_people]
        return matched, [person for p, person in enumerate(people) if p not in found_people]

    def _smooth(self, tracks: list[Track]) -> None:
        """Step those who were just seen, all at once; the same instant twice is no step."""
        if not tracks or self._step_s < SHORTEST_STEP_S:
            return
        seen = [track.detection for track in tracks]
        least = self._config.hidden_share
        step_together(
            [track.smoothed for track in tracks],
            [person.place for person in seen],
            np.array([person.pose_wxyz for person in seen]),
            least + (1 - least) * np.array([person.visibility for person in seen]),
            self._step_s,
        )

    def _ratios(self, tracks: list[Track], people: list[Detection]) -> Array:
        """(T, P) nats."""
        if not tracks or not people:
            return np.zeros((len(tracks), len(people)))
        ratios = log_ratios(_remembered(tracks), _seen(people, self._config))
        return ratios + np.array([track.prior for track in tracks])[:, None]

    def _without_duplicates(
        self, rest: list[Detection], matched: list[Detection]
    ) -> list[Detection]:
        if not rest:
            return rest
        order = sorted(rest, key=lambda person: -person.score)
        twins = _same_person(order, matched + order)
        kept: list[int] = []
        for i in range(len(order)):
            known = [*range(len(matched)), *(len(matched) + k for k in kept)]
            if twins[i, known].any():
                self.duplicates += 1
            else:
                kept.append(i)
        remaining = {order[i] for i in kept}
        return [person for person in rest if person in remaining]

    def _show(self) -> list[Track]:
        shown = [track for track in self._tracks if track.shown]
        for track in shown:
            track.track_id = track.track_id or next(self._ids)
        return sorted(shown, key=lambda track: track.track_id)


def _remembered(tracks: Sequence[Track]) -> Remembered:
    return Remembered(
        place=_rows([track.place for track in tracks], 3),
        variance=_rows([track.variance for track in tracks], 3),
        gap_s=np.array([track.gap_s for track in tracks]),
        body=_rows([track.detection.body for track in tracks], BODY_JOINTS, 3),
        box_px=_rows([track.detection.box_px for track in tracks], 4),
        builds=[track.build for track in tracks],
        appearance=[track.appearance for track in tracks],
        engine_ids=np.array([track.engine_id for track in tracks], int),
    )


def _seen(people: Sequence[Detection], config: TrackingConfig) -> Seen:
    betas, views, noise = _shapes(people)
    return Seen(
        place=_rows([person.place for person in people], 3),
        noise=_rows([place_noise(person, config) for person in people], 3),
        body=_rows([person.body for person in people], BODY_JOINTS, 3),
        posed=np.array([person.posed for person in people]),
        box_px=_rows([person.box_px for person in people], 4),
        betas=betas,
        views=views,
        shape_noise=noise,
        appearance=[person.appearance for person in people],
        engine_ids=np.array([person.engine_id for person in people], int),
    )


def learn_builds(
    builds: Sequence[Build], people: Sequence[Detection], lasted_s: Sequence[float]
) -> None:
    """Take in the shapes of those just seen; zeros say nothing."""
    known = [i for i, person in enumerate(people) if person.betas.any()]
    shown = [people[i] for i in known]
    betas, views, noise = _shapes(shown)
    learn([builds[i] for i in known], betas, views, noise, np.array(lasted_s)[known])


def _shapes(people: Sequence[Detection]) -> tuple[Array, Array, Array]:
    """(P, B) betas, (P, 3) terms of their view and (P,) variances."""
    betas = np.array([person.betas for person in people], float)
    front = matrix_from_quat(_rows([person.pose_wxyz[0] for person in people], 4))[:, :, 2]
    views = view_terms(front, _rows([person.pelvis for person in people], 3))
    return betas, views, shape_noise(np.array([person.score for person in people]))


def _rows(rows: Sequence[Array | Sequence[float]], *shape: int) -> Array:
    return np.array(rows, float).reshape(len(rows), *shape)


def _crowded(people: Sequence[Detection]) -> set[int]:
    """Rows of those whose boxes hold part of somebody else."""
    if len(people) < 2:
        return set()
    boxes = _rows([person.box_px for person in people], 4)
    overlap = box_overlap(boxes, boxes)
    np.fill_diagonal(overlap, 0.0)
    crowded = np.flatnonzero(overlap.max(1) > CROWDED_OVERLAP).tolist()
    return {people[p].row for p in crowded}


def _same_person(people: Sequence[Detection], others: Sequence[Detection]) -> Array:
    """(A, B) whether two detections show one person."""
    boxes, places, bodies = (
        [_rows([getattr(p, name) for p in side], *shape) for side in (people, others)]
        for name, shape in (("box_px", (4,)), ("place", (3,)), ("body", (BODY_JOINTS, 3)))
    )
    apart_m = np.sqrt(((bodies[0][:, None] - bodies[1][None]) ** 2).sum(-1)).mean(-1)
    return (
        (box_overlap(*boxes) > DUPLICATE_OVERLAP)
        & (apart_m < DUPLICATE_BODY_M)
        & (np.abs(places[0][:, None, 2] - places[1][None, :, 2]) < DUPLICATE_LOG_DEPTH)
    )
