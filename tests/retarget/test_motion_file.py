from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from motion import smooth_motion

from retarget.errors import RetargetError
from retarget.motion_file import load_motions, save_motions


def test_motions_come_back_as_they_were(tmp_path: Path) -> None:
    motions = [smooth_motion(4, track_id=3), smooth_motion(6, seed=1, track_id=9)]
    save_motions(tmp_path / "a.npz", motions, Fraction(24000, 1001))
    found, fps = load_motions(tmp_path / "a.npz")
    assert fps == Fraction(24000, 1001)
    for one, other in zip(motions, found, strict=True):
        assert (one.track_id, one.start_s) == (other.track_id, other.start_s)
        for name in ("times_s", "local_wxyz", "pelvis", "rest_joints"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 no archive", b"text"])
def test_anything_else_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(RetargetError, match=r"a\.npz"):
        load_motions(tmp_path / "a.npz")
