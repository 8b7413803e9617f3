"""Lifting and HMR against the golden arrays of the references."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from lift_parity.arrays import Case, Golden, case_of, failures, filled
from lift_parity.kinds import comparison
from reference.make_inputs_lift import walk2d

from inference.lifting.clip import lift_clip, padded
from inference.lifting.pstmo import Pstmo, Size

GOLDEN = Path(__file__).parents[2] / "reference" / "golden"
SHARED = Path(__file__).parents[4] / "shared" / "reference" / "golden"
OTHERS = ("aios", "dynaboa_webcam", "dynaboa_internet")
KINDS = sorted(p.stem for p in GOLDEN.glob("*.npz") if not p.stem.startswith(OTHERS))
LONG = "pstmo_s_wild"


def golden(kind: str, folder: Path = GOLDEN) -> Case:
    with np.load(folder / f"{kind}.npz") as file:
        return case_of(kind, dict(file))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "kind", [pytest.param(k, marks=pytest.mark.slow if k == LONG else ()) for k in KINDS]
)
def test_every_array_is_the_references(kind: str) -> None:
    checks = comparison(kind)(golden(kind))
    assert checks
    assert failures(checks) == {}


def test_the_first_frames_of_windows_are_the_references() -> None:
    """The same clip as above by P-STMO-S, of which each frame costs a window."""
    checks = comparison(LONG)(replace(golden(LONG), frames=2))
    assert [check.name for check in checks] == ["pred_cam"]
    assert failures(checks) == {}


def test_a_clip_is_its_windows() -> None:
    net = Pstmo(Size(frames=9, channels=16, hidden=32))
    filled(net, "pstmo", 0)
    clip = torch.from_numpy(walk2d(20))
    around = padded(clip[None], 9, causal=False)
    with torch.inference_mode():
        alone = torch.cat([net(around[:, k : k + 9]) for k in range(20)])
        alone[:, 0] = 0
    torch.testing.assert_close(lift_clip(net, clip, flip=False), alone, rtol=0, atol=2e-6)


def test_published_poses_are_reproduced_exactly() -> None:
    if not (SHARED / "real_lift.npz").exists():
        pytest.skip(f"{SHARED / 'real_lift.npz'} is not there: its poses may not be shipped")
    assert failures(comparison("real_lift")(golden("real_lift", SHARED))) == {}


@pytest.mark.parametrize("kind", ["vp3d_sym_27", "pstmo_s_81_forward", "pstmo_refine"])
def test_other_weights_are_noticed(kind: str) -> None:
    found = failures(comparison(kind)(replace(golden(kind), salt=1)))
    assert {"out", "checksum"} <= found.keys()


def test_an_array_that_moved_by_a_millimetre_is_noticed() -> None:
    case = golden("vp3d_sym_27")
    arrays = {name: case.golden[name] for name in case.golden}
    moved = {**arrays, "out": arrays["out"] + np.float32(1e-3)}
    found = failures(comparison(case.kind)(replace(case, golden=Golden(moved))))
    assert list(found) == ["out"]
    assert found["out"] == pytest.approx(1e-3, rel=1e-2)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        comparison("aios_small")
