"""Motion and small nets to train lifters on in tests."""

from __future__ import annotations

import numpy as np
import torch
from motion import smooth_motion

from inference.lifting.train.motion import MotionClip, Motions
from inference.lifting.train.net import LimbNet, Shape
from inference.lifting.train.training import Plan

SMALL = Shape(channels=16)


def motion_clip(seed: int = 0, frames: int = 90) -> MotionClip:
    """Somebody who moves every joint."""
    motion = smooth_motion(frames, seed=seed)
    return MotionClip(
        name=f"clip{seed}",
        local_wxyz=motion.local_wxyz[:, :22],
        pelvis=motion.pelvis,
        rate_hz=30.0,
    )


def motions(*seeds: int) -> Motions:
    return Motions([motion_clip(seed) for seed in seeds or (0,)])


def small_plan(**more: object) -> Plan:
    """A plan of seconds."""
    usual = {"shape": SMALL, "people": 4, "frames": 12, "held_out_people": 4, "steps": 4}
    return Plan(**(usual | more))  # type: ignore[arg-type]


def random_net(shape: Shape = SMALL) -> LimbNet:
    """Untrained, with normalisations that do something."""
    torch.manual_seed(3)
    net = LimbNet(shape).eval()
    for part in net.modules():
        if isinstance(part, torch.nn.BatchNorm1d):
            assert part.running_mean is not None
            assert part.running_var is not None
            part.running_mean.normal_(0, 0.3)
            part.running_var.uniform_(0.5, 2)
            torch.nn.init.uniform_(part.weight, 0.5, 1.5)
    return net


def random_frames(people: int, frames: int, seed: int = 0) -> np.ndarray:
    """(P, T, 17, 3) of which some joints are unknown."""
    rng = np.random.default_rng(seed)
    made = rng.normal(0, 0.3, (people, frames, 17, 3)).astype(np.float32)
    made[..., 2] = rng.random(made.shape[:-1])
    made[rng.random(made.shape[:-1]) < 0.1] = 0
    return made
