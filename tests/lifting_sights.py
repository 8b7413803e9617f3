"""People in 2D over time, and a net simple enough to know what it ought to say."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

import numpy as np
from reference.make_inputs_lift import coco17

from inference.lifting.box import HEIGHT
from inference.lifting.h36m_keypoints import H36M_FROM_COCO
from inference.lifting.net import Normalization
from livemocap.lifter import Lifted, Lifter, Sight

SIZE_PX = (960, 540)
K = np.array([[900, 0, 480], [0, 900, 270], [0, 0, 1.0]])


def sight(t_s: float, people: dict[int, np.ndarray]) -> Sight:
    keypoints = np.array(list(people.values()), float).reshape(-1, 17, 3)
    keys = np.array(list(people), np.int64)
    return Sight(t_s=t_s, keys=keys, keypoints_px=keypoints, K=K, size_px=SIZE_PX)


def clip(frames: int, seed: int = 0) -> np.ndarray:
    """(T, 17, 3) px, everything seen."""
    keypoints = coco17(frames, seed)
    keypoints[..., 2] = 0.9
    return keypoints


def steady(keypoints: np.ndarray, *, key: int = 7, rate_hz: float = 50.0) -> list[Sight]:
    return [sight(3 + k / rate_hz, {key: points}) for k, points in enumerate(keypoints)]


def through(lifter: Lifter, sights: Iterable[Sight]) -> list[Lifted]:
    """All results, those that a flush gives last."""
    results = [lifted for sight in sights for lifted in lifter.push(sight)]
    return [*results, *lifter.flush()]


def joints(results: Sequence[Lifted], key: int = 7) -> np.ndarray:
    """(T, 17, 3) of one person who is named in every result."""
    return np.stack([r.joints[r.keys.tolist().index(key)] for r in results])


class MeanNet:
    """Says where every point was on average over its window; the hip is at 0."""

    name, rate_hz = "mean", 50.0
    normalization: Normalization = "image"
    takes_unknown = True

    def __init__(self, past: int = 8, ahead: int = 0) -> None:
        self.past, self.ahead = past, ahead

    def poses(self, frames: np.ndarray, /) -> np.ndarray:
        length = self.past + 1 + self.ahead
        windows = np.lib.stride_tricks.sliding_window_view(frames, length, axis=1)
        poses = windows.mean(-1)
        poses[:, :, 0] = 0
        return poses.astype(np.float32)


class MeanCausalNet(MeanNet):
    def ring(self) -> MeanRing:
        return MeanRing(self)


class CardboardNet:
    """Takes everybody for flat, and to stand at right angles to the view: nobody is far off."""

    name, rate_hz, past, ahead = "cardboard", 50.0, 0, 0
    normalization: Normalization = "box"
    takes_unknown = False

    def poses(self, frames: np.ndarray, /) -> np.ndarray:
        flat = H36M_FROM_COCO @ frames[..., :2] * 1.6 / HEIGHT
        return np.concatenate([flat, np.zeros_like(flat[..., :1])], -1)

    def ring(self) -> CardboardNet:
        return self

    def push(self, keys: Sequence[int], frames: np.ndarray, /, *, keep: bool = True) -> np.ndarray:
        return self.poses(frames)

    def reset(self) -> None:
        pass


class MeanRing:
    def __init__(self, net: MeanNet) -> None:
        self._net = net
        self._kept: dict[int, deque[np.ndarray]] = {}

    def push(self, keys: Sequence[int], frames: np.ndarray, /, *, keep: bool = True) -> np.ndarray:
        length = self._net.past + 1
        kept, poses = {}, []
        for key, frame in zip(keys, frames, strict=True):
            before = self._kept.get(key) or deque([frame] * length, length)
            after = deque([*before, frame], length)
            poses.append(self._net.poses(np.stack(after)[None])[0, 0])
            if keep or key in self._kept:
                kept[key] = after if keep else before
        self._kept = kept
        return np.stack(poses)

    def reset(self) -> None:
        self._kept = {}
