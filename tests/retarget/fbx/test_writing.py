"""FBX files of any skeleton, as programs of other makers read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from readers.clips import bpy_clip, three_clip, ufbx_clip
from rigs_made import made_rig

from livemocap.rotation import Array, matrix_from_rotvec, quat_from_rotvec
from retarget.errors import RetargetError
from retarget.fbx import FbxMotion, FbxSkeleton, motion_of_rig, skeleton_of_rig, write_fbx
from retarget.rigs.skeleton import RigSkeleton

FILM, VIDEO = Fraction(24000, 1001), Fraction(30000, 1001)
FRAMES = 40


def dancing(rig: RigSkeleton, frames: int = FRAMES) -> tuple[Array, Array]:
    """Axes (T, B, 3, 3) and heads (T, B, 3) of bones that all turn; some leave their places."""
    rng = np.random.default_rng(5)
    bones, t = len(rig.names), np.arange(frames)[:, None, None] / 15
    turn = matrix_from_rotvec(0.6 * np.sin(rng.uniform(1, 5, (bones, 3)) * t))
    axes, heads = np.zeros((frames, bones, 3, 3)), np.zeros((frames, bones, 3))
    deltas = np.zeros_like(axes)
    for bone, parent in enumerate(rig.parents):
        above, arm = np.eye(3), rig.heads[bone]
        if parent >= 0:
            above, arm = deltas[:, parent], rig.heads[bone] - rig.heads[parent]
        deltas[:, bone] = above @ turn[:, bone]
        axes[:, bone] = deltas[:, bone] @ rig.axes[bone]
        # Blender sticks only children to their parents' tails, where they cannot slide
        slides = rig.parents.count(parent) > 1 and bone % 3 == 0
        slide = np.sin(3 * t[:, 0]) * 0.2 if slides else 0.0
        heads[:, bone] = (above @ arm) + slide + (heads[:, parent] if parent >= 0 else 0)
    return axes, heads


def stick(names: Sequence[str] = ("root", "tip")) -> FbxSkeleton:
    """Bones of 1 m, each on top of the one before."""
    rest = np.tile([0.0, 1.0, 0.0], (len(names), 1))
    return FbxSkeleton(
        names=tuple(names),
        parents=tuple(range(-1, len(names) - 1)),
        rest_local_translation=rest,
        rest_local_rotation=np.tile([1.0, 0, 0, 0], (len(names), 1)),
    )


def still(frames: int, bones: int = 2) -> FbxMotion:
    return FbxMotion(rotations=np.broadcast_to([1.0, 0, 0, 0], (frames, bones, 4)))


@pytest.mark.parametrize(
    ("reader", "axes"),
    [
        pytest.param(ufbx_clip, "limb", id="ufbx"),
        pytest.param(ufbx_clip, "random", id="ufbx, axes by chance"),
        pytest.param(three_clip, "random", id="three"),
        pytest.param(bpy_clip, "random", marks=pytest.mark.blender, id="blender"),
    ],
)
def test_every_bone_of_a_character_is_where_it_was_posed(reader, axes, tmp_path: Path) -> None:
    rig = made_rig("ue4", rest="A", axes=axes).skeleton
    turns, heads = dancing(rig)
    path = tmp_path / "rig.fbx"
    write_fbx(path, skeleton_of_rig(rig), motion_of_rig(rig, turns, heads), FILM)
    clip = reader(path, FRAMES, FILM, rig.names)
    metres = 1.0 if reader is bpy_clip else 0.01
    assert np.abs(clip.rest * metres - rig.heads).max() < 1e-5
    assert np.linalg.norm(clip.joints * metres - heads, axis=-1).max() < 0.05e-3
    assert clip.parents == [rig.names[p] if p >= 0 else "" for p in rig.parents]
    assert clip.names == list(rig.names) or sorted(clip.names) == sorted(rig.names)


@pytest.mark.parametrize("units", ["cm", "m"])
def test_the_unit_is_the_one_the_file_says(units: str, tmp_path: Path) -> None:
    write_fbx(tmp_path / "a.fbx", stick(), still(3), Fraction(30), units=units)
    clip = ufbx_clip(tmp_path / "a.fbx", 3, Fraction(30), ("root", "tip"))
    assert clip.found["metres"] == {"cm": 0.01, "m": 1.0}[units]
    assert clip.rest[1] * clip.found["metres"] == pytest.approx([0, 2, 0])
    assert clip.found["scale"] == [1, 1, 1]
    assert clip.found["others"] == []


def test_names_stay_as_they_are(tmp_path: Path) -> None:
    names = ("Hüfte", "脊椎 1", "mixamorig:Head", "a.L|b::c", " ")
    write_fbx(tmp_path / "a.fbx", stick(names), still(2, 5), Fraction(30))
    assert ufbx_clip(tmp_path / "a.fbx", 2, Fraction(30), names).names == list(names)


@pytest.mark.parametrize("fps", [FILM, VIDEO, Fraction(47, 3)], ids=str)
def test_a_long_take_keeps_its_rate_to_the_last_key(fps: Fraction, tmp_path: Path) -> None:
    write_fbx(tmp_path / "a.fbx", stick(("root",)), still(8_000, 1), fps)
    clip = ufbx_clip(tmp_path / "a.fbx", 1, fps, ("root",))
    assert (clip.found["frames"], clip.found["first_s"]) == (8_000, 0)
    assert clip.found["last_s"] == pytest.approx(float(7_999 / fps), rel=1e-12)
    assert clip.found["stack_s"] == [0, clip.found["last_s"]]
    assert clip.found["fps"] == pytest.approx(float(fps), rel=2e-6)  # it calls film 23.976


def test_a_bone_that_turns_on_and_on_never_jumps_back(tmp_path: Path) -> None:
    turns = np.zeros((200, 2, 3))
    turns[:, 1, 2] = np.radians(30) * np.arange(200)
    motion = FbxMotion(rotations=quat_from_rotvec(turns))
    write_fbx(tmp_path / "a.fbx", stick(("root", "wheel")), motion, Fraction(30))
    # half a frame later the reader draws a line between two keys
    halves = ufbx_clip(tmp_path / "a.fbx", 399, Fraction(60), ("root", "wheel"))
    assert halves.found["spans_deg"] == pytest.approx(30 * 199, rel=1e-5)


def test_only_bones_that_leave_their_places_have_places_in_every_frame(tmp_path: Path) -> None:
    places = np.tile([0.0, 1.0, 0.0], (10, 2, 1))
    places[:, 1, 0] = np.arange(10) * 0.1
    motion = replace(still(10), translations=places)
    write_fbx(tmp_path / "a.fbx", stick(), motion, Fraction(30))
    clip = ufbx_clip(tmp_path / "a.fbx", 10, Fraction(30), ("root", "tip"))
    assert clip.found["curves"] == 3 + 6
    np.testing.assert_allclose(clip.joints[:, 1, 0], np.arange(10) * 10, atol=1e-5)


def test_translations_of_three_numbers_are_the_first_bones(tmp_path: Path) -> None:
    motion = replace(still(5), translations=np.full((5, 3), 2.0))
    write_fbx(tmp_path / "a.fbx", stick(), motion, Fraction(30))
    clip = ufbx_clip(tmp_path / "a.fbx", 5, Fraction(30), ("root", "tip"))
    np.testing.assert_allclose(clip.joints[:, 1], np.tile([200, 300, 200], (5, 1)))


@pytest.mark.parametrize(
    "motion",
    [
        still(0),
        still(4, 3),
        replace(still(4), translations=np.zeros((5, 2, 3))),
        replace(still(4), rotations=np.full((4, 2, 4), np.nan)),
    ],
    ids=["no frame", "other bones", "other frames", "no numbers"],
)
def test_a_motion_that_does_not_fit_is_refused_and_leaves_nothing(motion, tmp_path: Path) -> None:
    with pytest.raises(RetargetError):
        write_fbx(tmp_path / "a.fbx", stick(), motion, Fraction(30))
    assert not list(tmp_path.iterdir())


def test_bones_that_rest_nowhere_are_refused() -> None:
    nowhere = np.full((2, 3), np.nan)
    with pytest.raises(RetargetError, match="no numbers"):
        replace(stick(), rest_local_translation=nowhere)


def test_two_bones_of_one_name_are_refused() -> None:
    with pytest.raises(RetargetError, match="same"):
        stick(("root", "root"))


def test_writing_can_be_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    told = []

    def stop(done: int, bones: int) -> None:
        told.append((done, bones))
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_fbx(tmp_path / "a.fbx", stick(), still(9), Fraction(30), progress=stop)
    assert told == [(0, 2), (1, 2)]
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RetargetError, match="file") as failed:
        write_fbx(tmp_path / "file" / "a.fbx", stick(), still(2), Fraction(30))
    assert "\n" not in str(failed.value)
