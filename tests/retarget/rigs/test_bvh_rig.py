"""Skeletons of BVH files, whose unit nobody says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retarget.bvh import BvhClip, read_bvh
from retarget.rigs.bvh_rig import METRES_PER_UNIT, armature_of_clip, guess_metres_per_unit

_CLIP = """HIERARCHY
ROOT Hips
{{
  OFFSET 0 {0} 0
  CHANNELS 3 Xrotation Yrotation Zrotation
  JOINT Bone
  {{
    OFFSET 0 {1} 0
    CHANNELS 3 Xrotation Yrotation Zrotation
    JOINT Bone
    {{
      OFFSET 0 {1} 0
      CHANNELS 3 Xrotation Yrotation Zrotation
      End Site
      {{
        OFFSET 0 0 {1}
      }}
    }}
    JOINT Arm
    {{
      OFFSET {1} 0 0
      CHANNELS 3 Xrotation Yrotation Zrotation
    }}
  }}
}}
MOTION
Frames: 1
Frame Time: 0.01
0 0 0 0 0 0 0 0 0 0 0 0
"""


def clip(tmp_path: Path, step: float) -> BvhClip:
    """Two steps tall."""
    path = tmp_path / "clip.bvh"
    path.write_text(_CLIP.format(step, step))
    return read_bvh(path)


@pytest.mark.parametrize(
    ("tall", "unit"),
    [
        (1.7, "m"),
        (0.9, "m"),
        (170, "cm"),
        (100, "cm"),
        (30, "cmu"),
        (67, "inch"),
        (1700, "mm"),
        (5000, "mm"),
        (4, "m"),
        (0.05, "m"),
    ],
)
def test_the_unit_is_the_likeliest_that_makes_a_person(tmp_path, tall, unit) -> None:
    assert guess_metres_per_unit(clip(tmp_path, tall / 2)) == METRES_PER_UNIT[unit]


def test_a_skeleton_without_any_length_is_read_all_the_same(tmp_path: Path) -> None:
    found = armature_of_clip(clip(tmp_path, 0.0), "point").skeleton
    np.testing.assert_array_equal(found.heads, 0)


def test_the_root_stands_at_its_offset_and_axes_are_the_worlds(tmp_path: Path) -> None:
    found = armature_of_clip(clip(tmp_path, 80), "clip").skeleton
    expected = [[0, 0.8, 0], [0, 1.6, 0], [0, 2.4, 0], [0.8, 1.6, 0]]
    np.testing.assert_allclose(found.heads, expected, atol=1e-12)
    np.testing.assert_array_equal(found.axes, np.tile(np.eye(3), (4, 1, 1)))
    assert found.parents == (-1, 0, 1, 1)


def test_a_unit_that_is_told_is_not_guessed(tmp_path: Path) -> None:
    found = armature_of_clip(clip(tmp_path, 80), "clip", metres_per_unit=1.0).skeleton
    np.testing.assert_allclose(found.heads[1], [0, 160, 0])


def test_tails_are_where_a_bone_leads_to(tmp_path: Path) -> None:
    found = armature_of_clip(clip(tmp_path, 80), "clip").skeleton
    np.testing.assert_allclose(found.tails[0], found.heads[1])  # its only child
    np.testing.assert_allclose(found.tails[1], [0.4, 2.0, 0])  # amid two
    np.testing.assert_allclose(found.tails[2], [0, 2.4, 0.8])  # its end site
    np.testing.assert_allclose(found.tails[3], [1.6, 1.6, 0])  # on from its parent


def test_a_name_that_comes_twice_is_made_different_as_blender_does(tmp_path: Path) -> None:
    found = armature_of_clip(clip(tmp_path, 80), "clip").skeleton
    assert found.names == ("Hips", "Bone", "Bone.001", "Arm")
