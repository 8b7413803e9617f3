"""The foot lock of a stream answers as it did before its sums were made fewer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rigs_made import made_rig, person
from walkers import walk
from walking_person import walking_person

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX
from retarget.rigs.live import LiveCast
from retarget.rigs.rig import Rig
from retarget.rigs.solve import fit

_ANSWERS = Path(__file__).with_name("walkers_held.npy")
"""`_held_walkers()` as of November 2026, when each sum was written out on its own."""
_LEGS = [
    f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle", "foot")
]


def _held_walkers() -> Array:
    """(15, 4, 35) leg bones' rotations and hips of four walkers, every tenth frame.

    One floats, one is held at half strength, one crouches; frames come unevenly, one of them
    twice, and there is a gap.
    """
    made = made_rig("mixamo", rest="A", axes="random")
    actor = fit(Rig.of(made.skeleton, made.joint_map), person())
    cast = LiveCast([actor] * 4, [1.0, 1.0, 0.5, 1.0])
    motion = walking_person(walk())
    frames = np.arange(motion.frames)[:, None] + [0, 7, 19, 31]
    frames %= motion.frames
    bones = [actor.rig.rows[joint] for joint in SMPLX.indices(*_LEGS)]
    driven = [k for k, bone in enumerate(actor.rig.driven) if bone.row in bones]
    kept = []
    for k, rows in enumerate(frames):
        pelvis = motion.pelvis[rows] + np.array([0, 1, 0]) * [[0], [0.02], [0], [-0.02]]
        t_s = (k - (k % 5 == 3) / 3 - (k % 20 == 12)) / 60 + (k > 110)
        poses = cast.solve(t_s, motion.local_wxyz[rows], pelvis)
        if k % 10 == 9:
            kept.append([[*p.rotations_wxyz[driven].ravel(), *p.hips_m] for p in poses])
    return np.array(kept)


def test_walkers_are_held_as_ever() -> None:
    np.testing.assert_allclose(_held_walkers(), np.load(_ANSWERS), rtol=0, atol=1e-9)
