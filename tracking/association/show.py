"""What association tells the later stages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from livemocap.messages import (
    FILTERED,
    TRACK_OBSERVED,
    TRACK_PREDICTED,
    TRACK_TENTATIVE,
    PoseFrame,
)
from livemocap.rotation import Array

from ..people import People
from .roster import Roster


def people_of(live: Roster, frame: PoseFrame, now_s: float, cut: bool, shown: Array) -> People:
    """Those in view or just missing; those of them that `shown` (T,) leaves out have id 0."""
    seen, last = ~live.missed, live.last
    places, noise = last.places, last.noise
    if live.missed.any():
        unseen = live.missed[:, None]
        places = np.where(unseen, live.motion[:, 0], places)
        noise = np.where(unseen, np.sqrt(live.variance), noise)
    states = np.where(live.confirmed, TRACK_OBSERVED, TRACK_TENTATIVE)
    return People(
        frame=frame,
        t_s=now_s,
        cut=cut,
        keys=live.keys,
        ids=live.ids * shown,
        states=np.where(seen, states, TRACK_PREDICTED).astype(np.uint8),
        rows=np.where(seen, last.rows, -1),
        fresh=live.fresh,
        scores=last.scores,
        places=places,
        noise=noise,
        pose_wxyz=last.pose_wxyz,
        visibility=last.visibility,
        rest_joints=live.shapes.rest_joints,
        betas=live.shapes.betas,
        expression=last.expression,
        repairs=np.zeros(len(live), np.uint16),
        provenance=np.full(last.visibility.shape, FILTERED, np.uint8),
    )


def unseen(people: People, frame: PoseFrame) -> People:
    """The same people, none of them seen."""
    nobody = np.zeros(len(people.keys), bool)
    return replace(
        people,
        frame=frame,
        cut=False,
        rows=np.full(len(nobody), -1, np.int64),
        fresh=nobody,
        states=np.full(len(nobody), TRACK_PREDICTED, np.uint8),
    )
