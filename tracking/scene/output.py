"""The last stage: everybody in the world, as the message that everybody downstream reads."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from livemocap.coords import transform_points
from livemocap.messages import FILTERED, TrackFrame
from livemocap.rotation import Array, multiply, rotvec_from_quat

from ..association.motion import pelvis_of
from ..config import TrackingConfig
from ..ground.floor import Floor
from ..people import People
from .body import local_pose, posed_joints
from .estimate import WorldEstimator
from .settling import Settling

PREDICTED_TRUST = 0.3
"""Joint confidence of somebody predicted, as a share of the last sighting's."""


class InWorld:
    """People to TrackFrame: those shown, by id, in a world learnt from them as they come.

    Args:
        names: of track ids, as they are when an image is given out.
    """

    look_ahead_s = 0.0

    def __init__(self, config: TrackingConfig, names: Mapping[int, str]) -> None:
        self._world, self._names = WorldEstimator(config), names
        self._settling = Settling()
        self._t_s = 0.0

    def push(self, people: People) -> Sequence[TrackFrame]:
        """See Stage."""
        if people.cut:
            self._world.reset()
            self._settling.reset()
        shown, dt_s = Shown.of(people), people.t_s - self._t_s
        shown.teach(self._world, dt_s)
        self._t_s = people.t_s
        if self._world.source == "estimated" and len(shown.chosen):
            shown = shown.settled(self._settling, self._world.floor, dt_s)
        return [shown.message(self._world, self._names)]

    def flush(self) -> Sequence[TrackFrame]:
        """Nothing is held back."""
        self.reset()
        return []

    def reset(self) -> None:
        """See Stage."""
        self._world.reset()
        self._settling.reset()
        self._t_s = 0.0


class InKnownWorld:
    """As InWorld, but every shot stands from its first image on in the world that all of it
    tells of."""

    look_ahead_s = math.inf

    def __init__(self, config: TrackingConfig, names: Mapping[int, str]) -> None:
        self._world, self._names = WorldEstimator(config), names
        self._held: list[People] = []

    def push(self, people: People) -> Sequence[TrackFrame]:
        """See Stage."""
        ended = self._end_shot() if people.cut else []
        self._held.append(people)
        return ended

    def flush(self) -> Sequence[TrackFrame]:
        """See Stage."""
        return self._end_shot()

    def reset(self) -> None:
        """See Stage."""
        self._held = []

    def _end_shot(self) -> list[TrackFrame]:
        held, self._held = self._held, []
        self._world.reset()
        before_s = held[0].t_s if held else 0.0
        for people in held:
            Shown.of(people).teach(self._world, people.t_s - before_s)
            before_s = people.t_s
        self._world.conclude()
        return [Shown.of(people).message(self._world, self._names) for people in held]


@dataclass(frozen=True, slots=True)
class Shown:
    """Whom receivers get to see of one image, by id."""

    people: People
    chosen: Array
    """(S,) rows of `people`."""
    pose_wxyz: Array
    """(S, 55, 4) as People.pose_wxyz, theirs."""
    rest: Array
    """(S, 55, 3) m."""
    pelvis: Array
    """(S, 3) m in the camera frame, as the next two; float32 like those."""
    joints: Array
    """(S, 55, 3) m."""
    rotations: Array
    """(S, 55, 3, 3), global."""

    @classmethod
    def of(cls, people: People) -> Shown:
        """Choose them and work out their joints."""
        order = people.ids.argsort(kind="stable")
        chosen = order[people.ids[order] > 0]
        pose, rest = people.pose_wxyz[chosen], people.rest_joints[chosen].astype(np.float32)
        pelvis = pelvis_of(people.places[chosen]).astype(np.float32)
        posed = posed_joints(pose.astype(np.float32), rest, pelvis)
        return cls(people, chosen, pose, rest, pelvis, *posed)

    def settled(self, settling: Settling, floor: Floor, dt_s: float) -> Shown:
        """The same people at distances at which they stand on `floor`."""
        people, rows = self.people, self.chosen
        visibility = people.visibility[rows] * people.seen[rows, None]
        stretch = settling.step(
            people.keys[rows], self.pelvis, self.joints, visibility, floor, dt_s
        )
        pelvis = (self.pelvis * np.exp(stretch)[:, None]).astype(np.float32)
        joints = self.joints + (pelvis - self.pelvis)[:, None]
        return replace(self, pelvis=pelvis, joints=joints)

    def teach(self, world: WorldEstimator, dt_s: float) -> None:
        """Let `world` learn from those who are seen, `dt_s` after the last image."""
        seen = self.people.seen[self.chosen]
        if not seen.any():
            return
        if world.due(dt_s):
            visibility = self.people.visibility[self.chosen[seen]]
            world.look(self.joints[seen], self.rest[seen], self.rotations[seen, 0], visibility)
        world.move(dt_s)

    def message(self, world: WorldEstimator, names: Mapping[int, str]) -> TrackFrame:
        """Everybody in `world`; `names` are of track ids."""
        people, rows = self.people, self.chosen
        frame, T = people.frame, world.T_world_cam
        local = local_pose(self.pose_wxyz)
        local[:, 0] = multiply(world.world_cam_wxyz, local[:, 0])
        trust = np.where(people.seen[rows], 1.0, PREDICTED_TRUST)[:, None]
        return TrackFrame(
            camera_id=frame.camera_id,
            sequence=frame.sequence,
            t_capture_ns=frame.t_capture_ns,
            t_grab_ns=frame.t_grab_ns,
            t_infer_ns=frame.t_infer_ns,
            t_pose_ns=frame.t_pose_ns,
            t_track_ns=time.monotonic_ns(),
            width=frame.width,
            height=frame.height,
            K=frame.K,
            T_world_cam=T,
            world_source=world.source,
            cut=frame.cut,
            body_model=frame.body_model,
            body_hash=frame.body_hash,
            hand_mean_known=frame.hand_mean_known,
            track_ids=people.ids[rows],
            states=people.states[rows],
            detections=people.rows[rows],
            scores=people.scores[rows].astype(np.float32),
            joint_rotvecs=rotvec_from_quat(local).astype(np.float32),
            pelvis=transform_points(T, self.pelvis),
            joints=transform_points(T, self.joints),
            rest_joints=self.rest,
            betas=people.betas[rows].astype(np.float32),
            expression=people.expression[rows].astype(np.float32),
            joint_confidence=(trust * people.visibility[rows]).astype(np.float32),
            names={str(i): names[i] for i in people.ids[rows].tolist() if i in names},
            repairs=_repairs(people.ids[rows], people.repairs[rows]),
            provenance=_provenance(people.ids[rows], people.provenance[rows]),
        )


def _repairs(ids: Array, bits: Array) -> dict[str, int]:
    mended = np.flatnonzero(bits)
    return {str(ids[i]): int(bits[i]) for i in mended}


def _provenance(ids: Array, kinds: Array) -> dict[str, bytes]:
    """Of those who have joints that are not just FILTERED."""
    told = np.flatnonzero((kinds != FILTERED).any(1))
    return {str(ids[i]): kinds[i].tobytes() for i in told}
