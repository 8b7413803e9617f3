"""A causal net frame by frame, against the same net on the whole clip."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from lift_parity.arrays import filled
from reference.make_inputs_lift import walk2d

from inference.lifting.clip import lift_clip
from inference.lifting.ring import Ring
from inference.lifting.videopose3d import TemporalNet

FRAMES = 40


@cache
def net() -> TemporalNet:
    small = TemporalNet((3, 3, 3), channels=64, causal=True).double()
    filled(small, "vp3d", 0)
    return small.double()


def clip(seed: int) -> torch.Tensor:
    return torch.from_numpy(walk2d(FRAMES, seed=seed)).double()


def test_the_ring_is_the_clip_at_once() -> None:
    clips = torch.stack([clip(seed) for seed in range(3)], 1)
    ring = Ring(net())
    found = torch.stack([ring.push([7, 2, 9], frame) for frame in clips])
    for person in range(3):
        whole = lift_clip(net(), clips[:, person], flip=False)
        torch.testing.assert_close(found[:, person], whole, rtol=0, atol=1e-12)


def test_people_come_go_and_change_places() -> None:
    """Whoever is missing from one frame begins anew."""
    anna, bob, ring = clip(1), clip(2), Ring(net())
    both = [ring.push([1, 2], torch.stack([anna[k], bob[k]])) for k in range(10)]
    turned = [ring.push([2, 1], torch.stack([bob[k], anna[k]])) for k in range(10, 20)]
    alone = [ring.push([2], bob[k : k + 1]) for k in range(20, 30)]
    again = [ring.push([2, 1], torch.stack([bob[k], anna[k]])) for k in range(30, 40)]
    bobs = torch.stack([out[1] for out in both] + [out[0] for out in (*turned, *alone, *again)])
    torch.testing.assert_close(bobs, lift_clip(net(), bob, flip=False), rtol=0, atol=1e-12)
    annas = torch.stack([out[1] for out in again])
    torch.testing.assert_close(annas, lift_clip(net(), anna[30:], flip=False), rtol=0, atol=1e-12)


def test_a_net_that_looks_ahead_is_refused() -> None:
    with pytest.raises(ValueError, match="only a causal net"):
        Ring(TemporalNet((3, 3)).eval())
