"""People made for tests of the root: they stand, walk, jump or lie before a level camera."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from livemocap.messages import TRACK_OBSERVED, TRACK_PREDICTED, PoseFrame
from livemocap.rotation import Array, inverse, multiply, rotate
from livemocap.skeleton import SMPLX
from tracking.people import People
from tracking.stage import Stage

UPRIGHT_WXYZ = np.array([0.0, 1.0, 0.0, 0.0])
"""Of somebody who stands and faces the camera, in its frame."""
HIP_M, SHIN_M, ANKLE_M = 0.09, 0.42, 0.085
STEP_S = 0.5
"""How long each foot stands in a walk."""


def rest_joints() -> Array:
    """(55, 3) m: legs of a person; the rest does not matter."""
    rest = np.zeros((55, 3))
    for side, sign in (("left", 1), ("right", -1)):
        for name, at in (
            ("hip", [HIP_M, 0, 0]),
            ("knee", [HIP_M, -SHIN_M, 0]),
            ("ankle", [HIP_M, -2 * SHIN_M, 0]),
            ("foot", [HIP_M, -2 * SHIN_M - 0.06, 0.12]),
        ):
            rest[SMPLX.index(f"{side}_{name}")] = np.array(at, float) * [sign, 1, 1]
    return rest


REST = rest_joints()
LEGS = [
    SMPLX.indices(f"{s}_hip", f"{s}_knee", f"{s}_ankle", f"{s}_foot") for s in ("left", "right")
]


def standing(facing_wxyz: Array = UPRIGHT_WXYZ) -> Array:
    """(55, 4) body's rotations global, the rest at rest."""
    pose = np.tile([1.0, 0, 0, 0], (55, 1))
    pose[:22] = facing_wxyz
    return pose


def reaching(ankles: Array) -> Array:
    """(55, 4) of somebody upright whose ankles are at (2, 3) m from the pelvis in its own frame."""
    pose = standing()
    for leg, ankle in zip(LEGS, ankles, strict=True):
        way = ankle - REST[leg[0]]
        far = min(float(np.linalg.norm(way)), 2 * SHIN_M - 1e-4)
        bend = np.arccos(far / (2 * SHIN_M))
        aim = np.arctan2(-way[2], -way[1])
        tilt = np.arcsin(np.clip(way[0] / np.linalg.norm(way), -1, 1))
        side = _about([0, 0, 1.0], tilt)
        pose[leg[0]] = _turned(side, _about([1.0, 0, 0], aim - bend))
        pose[leg[1]] = _turned(side, _about([1.0, 0, 0], aim + bend))
    return pose


def _about(axis: Sequence[float], angle: float) -> Array:
    return np.array([np.cos(angle / 2), *(np.sin(angle / 2) * np.array(axis))])


def _turned(*turns: Array) -> Array:
    whole = UPRIGHT_WXYZ
    for turn in turns:
        whole = multiply(whole, turn)
    return whole


def walk(
    t_s: float, speed_ms: float = 1.0, along: Sequence[float] = (1.0, 0, 0)
) -> tuple[Array, Array]:
    """Pelvis (3,) m and pose at an instant of a walk that starts 4 m before the camera."""
    way = np.array(along)
    own = rotate(inverse(UPRIGHT_WXYZ), way)
    ankles = np.zeros((2, 3))
    for foot in (0, 1):
        phase = (t_s / (2 * STEP_S) + 0.5 * foot) % 1
        reach = speed_ms * STEP_S
        if phase < 0.5:  # stands: goes back under the pelvis
            shift, lift = reach * (0.5 - 2 * phase), 0.0
        else:
            part = 2 * phase - 1
            eased = part * part * (3 - 2 * part)
            shift, lift = reach * (eased - 0.5), 0.12 * np.sin(np.pi * part) ** 2
        ankles[foot] = np.array([(HIP_M, -HIP_M)[foot], -0.80 + lift, 0]) + own * shift
    return np.array([-0.5, 0.2, 4.0]) + way * speed_ms * t_s, reaching(ankles)


def stand(t_s: float) -> tuple[Array, Array]:
    """Pelvis and pose of somebody who does not move."""
    return np.array([0.3, 0.2, 5.0]), standing()


Motion = Callable[[float], tuple[Array, Array]]


def place_of(pelvis: Array) -> Array:
    """(..., 3) x/z, y/z, log z."""
    return np.concatenate([pelvis[..., :2] / pelvis[..., 2:], np.log(pelvis[..., 2:])], -1)


def pelvis_of(place: Array) -> Array:
    """The inverse."""
    z = np.exp(place[..., 2:])
    return np.concatenate([place[..., :2] * z, z], -1)


def image(
    motions: dict[int, Motion],
    t_s: float,
    *,
    rng: np.random.Generator | None = None,
    unseen: Sequence[int] = (),
    first: bool = False,
) -> People:
    """People with these keys; noise as of an estimator where `rng` is given."""
    keys = list(motions)
    count = len(keys)
    bodies = [motion(t_s) for motion in motions.values()]
    pelvis = np.array([body[0] for body in bodies]).reshape(count, 3)
    places = place_of(pelvis)
    if rng is not None:
        places = places + rng.normal(size=(count, 3)) * [0.0008, 0.0008, 0.006]
    seen = np.array([key not in unseen for key in keys], bool)
    return People(
        frame=EMPTY,
        t_s=t_s,
        cut=False,
        keys=np.array(keys, np.int64),
        ids=np.array(keys, np.int64),
        states=np.where(seen, TRACK_OBSERVED, TRACK_PREDICTED).astype(np.uint8),
        rows=np.where(seen, np.arange(count), -1),
        fresh=np.full(count, first),
        scores=np.full(count, 0.9),
        places=places,
        noise=np.tile([0.008, 0.008, 0.05], (count, 1)),
        pose_wxyz=np.array([body[1] for body in bodies]).reshape(count, 55, 4),
        visibility=np.ones((count, 55)),
        rest_joints=np.tile(REST, (count, 1, 1)),
        betas=np.zeros((count, 10)),
        expression=np.zeros((count, 0)),
        repairs=np.zeros(count, np.uint16),
        provenance=np.ones((count, 55), np.uint8),
    )


EMPTY = PoseFrame(
    camera_id="test",
    sequence=0,
    t_capture_ns=0,
    t_grab_ns=0,
    width=1280,
    height=720,
    K=np.eye(3, dtype=np.float32),
    engine="test/1",
    body_model="test",
    body_hash="0" * 16,
    scores=np.zeros(0, np.float32),
    boxes_px=np.zeros((0, 4), np.float32),
    joint_rotvecs=np.zeros((0, 55, 3), np.float32),
    pelvis=np.zeros((0, 3), np.float32),
    rest_joints=np.zeros((0, 55, 3), np.float32),
    betas=np.zeros((0, 10), np.float32),
    expression=np.zeros((0, 0), np.float32),
    joint_visibility=np.zeros((0, 55), np.float32),
    keypoint_layout="smplx55",
    keypoints_px=np.zeros((0, 55, 3), np.float32),
    appearance=np.zeros((0, 0), np.float32),
    engine_ids=np.zeros(0, np.int64),
)


def times(seconds: float, rate_hz: float = 30.0) -> Array:
    """Instants of images."""
    return np.arange(round(seconds * rate_hz)) / rate_hz


def stream(motions: dict[int, Motion], t_s: Array, seed: int | None = 0) -> list[People]:
    """Images of people who are there all the time."""
    rng = None if seed is None else np.random.default_rng(seed)
    return [image(motions, float(t), rng=rng, first=k == 0) for k, t in enumerate(t_s.tolist())]


def through(stage: Stage[People, People], images: Sequence[People]) -> list[People]:
    """What comes out of a stage, and of its flush."""
    out = [result for people in images for result in stage.push(people)]
    return out + list(stage.flush())


def pelvises(images: Sequence[People], key: int) -> Array:
    """(T, 3) m of one person."""
    return np.array([pelvis_of(p.places[p.keys == key][0]) for p in images])


def mirrored(people: People) -> People:
    """Seen in a mirror: left is right and x is -x."""
    swap = SMPLX.mirror
    return replace(
        people,
        places=people.places * [-1.0, 1, 1],
        pose_wxyz=people.pose_wxyz[:, swap] * [1.0, 1, -1, -1],
        rest_joints=people.rest_joints[:, swap] * [-1.0, 1, 1],
        visibility=people.visibility[:, swap],
    )
