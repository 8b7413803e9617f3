"""One person through time: tentative, confirmed, predicted for a moment, lost, found again."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from livemocap.messages import TRACK_OBSERVED, TRACK_PREDICTED, TRACK_TENTATIVE
from livemocap.rotation import Array, normalize
from livemocap.skeleton import BODY_JOINTS

from .associate import return_prior
from .build import Build
from .config import TrackingConfig
from .detections import Detection
from .motion import UNKNOWN_VARIANCE, RootFilter
from .shape import ShapeLock
from .smooth import PersonOneEuro

LIVE_S = 0.3
"""Motion still tells where somebody is for this long after the last sighting."""
SHORTEST_PAUSE_S = 0.15
"""Somebody unseen for no longer goes on moving, even where prediction is not shown."""
WAIT_S = 0.1
"""How long to wait before somebody who may be a lost one is called new."""
TENTATIVE_PRIOR = -1.0
"""Nats against somebody who was never shown, beside one who is."""
TRUST_GAIN = 0.3
"""Of the running mean of a person's scores, a sighting."""
DOUBT = 3.0
"""How much noisier a place is for each unit of score that is missing."""
LOOK_MEMORY_S = 3.0
"""How long the running appearance looks back."""
LONGEST_STEP_S = 0.2
"""A sighting after a gap counts for the running means as if it had lasted this long."""


class Track:
    """What is known of one person of one camera; times are seconds of capture."""

    def __init__(self, detection: Detection, t_s: float, config: TrackingConfig) -> None:
        self._config = config
        self.track_id = 0
        """0 until the person is shown for the first time."""
        self.hits = 1
        self._confirmed = False
        self.pending = False
        """Whether somebody lost may be meant: no id until that is decided."""
        self.trust = detection.score
        """Running mean of the scores."""
        self._born_s = t_s
        self._clues: dict[int, tuple[float, int]] = {}
        self._missed = False
        """Whether an image has come since the last sighting, without the person."""
        self.detection = detection
        """The last sighting."""
        self.appearance = detection.appearance
        self.engine_id = detection.engine_id
        self.shape = ShapeLock(
            detection.rest_joints, detection.betas, config.shape_change_m, config.shape_memory_s
        )
        self.build = Build(len(detection.betas))
        self._now_s = self._seen_s = t_s
        self._step_s = 0.0
        self.unlearnt_s = 1e-2
        self._drift = [0.0] * 3
        self._start(detection)

    def _start(self, detection: Detection) -> None:
        """Begin motion afresh: at the first sighting and after an absence."""
        c = self._config
        noise = place_noise(detection, c)
        self._place_known = True
        self._root = RootFilter(detection.place, noise, c.root_speed_ms, c.root_speed_memory_s)
        self.smoothed = PersonOneEuro(
            rotation=(c.rotation_cutoff_hz, c.rotation_slope),
            lateral=(c.lateral_cutoff_hz, c.lateral_slope),
            depth=(c.depth_cutoff_hz, c.depth_slope),
        )
        self.smoothed.start(detection.place, detection.pose_wxyz)

    @property
    def confirmed(self) -> bool:
        return self._confirmed

    @property
    def prior(self) -> float:
        """Nats for the person to be seen at all, against somebody else."""
        if self.live:
            return 0.0 if self.track_id else TENTATIVE_PRIOR
        return return_prior(self.gap_s, self.unwatched)

    @property
    def waited(self) -> bool:
        """Whether there is no more time to find out who this is."""
        return self._now_s - self._born_s >= WAIT_S

    def weigh(self, lost: Sequence[Track], ratios: Array) -> Array:
        """(T,) mean nats since birth for this to be each of the lost."""
        for track, ratio in zip(lost, ratios, strict=True):
            total, count = self._clues.get(id(track), (0.0, 0))
            self._clues[id(track)] = (total + float(ratio), count + 1)
        return np.array([self._clues[id(t)][0] / self._clues[id(t)][1] for t in lost])

    def adopt(self, newcomer: Track) -> None:
        """Go on as somebody who has turned out to be this person."""
        self._seen_s, self._place_known = newcomer._seen_s, True
        self._root, self.smoothed = newcomer._root, newcomer.smoothed
        self.detection, self.engine_id = newcomer.detection, newcomer.engine_id
        self.hits += newcomer.hits
        self._confirmed |= newcomer.confirmed
        self._missed, self.trust = False, newcomer.trust
        self._step_s, self._drift = newcomer._step_s, newcomer._drift
        self.unlearnt_s = LONGEST_STEP_S

    @property
    def gap_s(self) -> float:
        """Since the last sighting."""
        return self._now_s - self._seen_s

    @property
    def live(self) -> bool:
        """Whether motion still tells where the person is."""
        return self._place_known and self.gap_s <= LIVE_S + 1e-9

    @property
    def unwatched(self) -> bool:
        """Whether no image has come since the last sighting: nobody saw the person leave."""
        return not self._missed

    @property
    def retired(self) -> bool:
        """Whether the person can be forgotten."""
        limit_s = self._config.max_lost_s if self.confirmed else self._config.tentative_s
        return self.gap_s > limit_s

    @property
    def shown(self) -> bool:
        """Whether receivers get to see the person now."""
        if self.gap_s > 0:
            return self.track_id > 0 and self._place_known and self.gap_s <= self._config.predict_s
        if self.track_id == 0 and self.pending:
            return False
        believed = self.detection.score >= self._config.birth_score
        return self.track_id > 0 or self.confirmed or believed

    @property
    def state(self) -> int:
        """TRACK_OBSERVED, TRACK_PREDICTED or TRACK_TENTATIVE."""
        if self.gap_s > 0:
            return TRACK_PREDICTED
        return TRACK_OBSERVED if self.confirmed else TRACK_TENTATIVE

    @property
    def place(self) -> list[float]:
        """(3,) where the root should be: x/z, y/z, log z."""
        return self._root.place

    @property
    def variance(self) -> list[float]:
        """(3,) of `place`."""
        return self._root.variance if self._place_known else UNKNOWN_VARIANCE.tolist()

    def predict(self, t_s: float) -> None:
        """Advance to `t_s`, then `update` or `miss`."""
        self._step_s = t_s - self._now_s
        self._now_s = t_s
        self._drift = self._root.predict(self._step_s)

    def update(self, detection: Detection) -> bool:
        """Take in a sighting; `learn` takes in the rest of it.

        Returns:
            Whether `smoothed` goes on and is to be stepped; it may have started afresh instead.
        """
        since_s = self.gap_s
        self._seen_s = self._now_s
        goes_on = self._place_known and since_s <= max(self._config.predict_s, SHORTEST_PAUSE_S)
        if goes_on:
            self._root.update(detection.place, place_noise(detection, self._config))
        else:
            self._start(detection)
        self.hits += 1
        self.trust += TRUST_GAIN * (detection.score - self.trust)
        self._confirm()
        self._missed = False
        self.detection, self.engine_id = detection, detection.engine_id
        self.unlearnt_s = min(since_s, LONGEST_STEP_S)
        self._see_shape(detection, self.unlearnt_s)
        return goes_on

    def _confirm(self) -> None:
        """Believe in the person from now on, if often and surely enough seen."""
        enough = self.hits >= self._config.confirm_hits
        self._confirmed |= enough and self.trust >= self._config.least_score

    def miss(self) -> None:
        """Nobody saw the person in this image: go on as before for a moment."""
        self._missed = True
        self.smoothed.coast(self._drift, self._step_s)

    def forget_motion(self, t_s: float) -> None:
        """A new shot, or time starts anew at `t_s`: the person may be anywhere, in any pose."""
        lost_s = max(self.gap_s, self._config.predict_s + LIVE_S)
        self._now_s, self._seen_s = t_s, t_s - lost_s
        self._place_known = False
        self._missed = True
        self.engine_id = -1

    def learn(self, crowded: bool) -> None:
        """Remember how the person looked when last seen, which the next image asks for first.

        `crowded` keeps somebody else's colours out of it.
        """
        seen, dt_s, self.unlearnt_s = self.detection.appearance, self.unlearnt_s, 0.0
        if seen is None or crowded or dt_s <= 0:
            return
        if self.appearance is None or self.appearance.shape != seen.shape:
            self.appearance = seen
        gain = dt_s / LOOK_MEMORY_S
        self.appearance = normalize((1 - gain) * self.appearance + gain * seen)

    def _see_shape(self, detection: Detection, dt_s: float) -> None:
        visible = float(detection.visibility[:BODY_JOINTS].sum()) / BODY_JOINTS
        self.shape.see(detection.rest_joints, detection.betas, detection.score * visible, dt_s)


def place_noise(detection: Detection, config: TrackingConfig) -> list[float]:
    """(3,) standard deviations of a detected x/z, y/z, log z."""
    doubt = 1.0 + DOUBT * (1.0 - min(detection.score, 1.0))
    lateral = doubt * config.lateral_noise_m / math.exp(detection.place[2])
    return [lateral, lateral, doubt * config.depth_noise]
