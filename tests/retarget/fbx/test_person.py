"""People of takes as FBX, as programs of other makers read them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from motion import smooth_motion
from readers.clips import (
    Clip,
    bpy_clip,
    smplx_parents,
    three_clip,
    ufbx_clip,
    worst_mm,
    worst_rest_mm,
)

from retarget.fbx.person import write_person
from retarget.motion import PersonMotion, resample

FILM, VIDEO, PAL = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(25)
BLENDER = pytest.param(bpy_clip, marks=pytest.mark.blender, id="blender")
READERS = [pytest.param(ufbx_clip, id="ufbx"), pytest.param(three_clip, id="three"), BLENDER]
Exported = dict[Fraction, tuple[Path, PersonMotion]]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """The same motion at three rates, on bodies of three sizes."""
    folder = tmp_path_factory.mktemp("fbx")
    files = {}
    for fps, scale in ((FILM, 1.0), (VIDEO, 0.6), (PAL, 1.2)):
        motion = resample(smooth_motion(scale=scale), fps)
        files[fps] = (folder / f"{float(fps):.3f}.fbx", motion)
        write_person(motion, fps, files[fps][0])
    return files


@pytest.fixture(scope="module")
def clip_of(exported: Exported) -> Callable[[Callable, Fraction], tuple[Clip, PersonMotion]]:
    """Each reader reads each file once."""
    read: dict[tuple[Callable, Fraction], tuple[Clip, PersonMotion]] = {}

    def clip_of(reader: Callable, fps: Fraction) -> tuple[Clip, PersonMotion]:
        path, motion = exported[fps]
        if (reader, fps) not in read:
            read[reader, fps] = reader(path, motion.frames, fps), motion
        return read[reader, fps]

    return clip_of


each_reader = pytest.mark.parametrize("reader", READERS)
each_rate = pytest.mark.parametrize("fps", [FILM, VIDEO, PAL], ids=str)


def metres(reader: Callable) -> float:
    """Blender goes by the unit that the file states, the others give its numbers."""
    return 1.0 if reader is bpy_clip else 0.01


@each_reader
@each_rate
def test_every_joint_is_where_forward_kinematics_puts_it(reader, fps, clip_of) -> None:
    clip, motion = clip_of(reader, fps)
    assert worst_mm(clip, motion, metres(reader)) < 0.05


@each_reader
def test_the_rest_pose_is_the_persons_t_pose_on_the_floor(reader, clip_of) -> None:
    clip, motion = clip_of(reader, PAL)
    assert worst_rest_mm(clip, motion, metres(reader)) < 0.01
    assert clip.rest[0, [0, 2]] == pytest.approx(0, abs=1e-6)
    assert clip.rest[:, 1].min() == pytest.approx(0, abs=1e-6)


@each_reader
def test_the_hierarchy_is_smplx_without_anything_extra(reader, clip_of) -> None:
    clip, _ = clip_of(reader, PAL)
    assert len(clip.names) == 55
    assert clip.parents == smplx_parents()
    assert clip.found["others"] == []
    # Blender shows centimetres as a scale of its own object, of which the file has none
    scale = 0.01 if reader is bpy_clip else 1
    assert clip.found["scale"] == pytest.approx([scale] * 3, abs=1e-6)


@each_reader
@each_rate
def test_keys_stand_at_the_frames_and_the_first_at_zero(reader, fps, clip_of) -> None:
    clip, motion = clip_of(reader, fps)
    assert clip.found["frames"] == motion.frames
    if reader is bpy_clip:
        assert clip.found["first_frame"] == 0
        assert clip.found["fps"] == pytest.approx(float(fps), rel=2e-6)
        return
    assert clip.found["first_s"] == 0
    assert clip.found["last_s"] == pytest.approx(float((motion.frames - 1) / fps), rel=1e-7)


@each_rate
def test_the_file_states_rate_unit_and_up_axis(fps, clip_of) -> None:
    clip, motion = clip_of(ufbx_clip, fps)
    assert clip.found["fps"] == pytest.approx(float(fps), rel=2e-6)  # 23.976 is how FBX calls it
    assert (clip.found["metres"], clip.found["up"]) == (0.01, "POSITIVE_Y")
    assert clip.found["stack_s"] == pytest.approx([0, float((motion.frames - 1) / fps)], abs=1e-9)


@pytest.mark.blender
def test_in_metres_blender_shows_it_without_a_scale(tmp_path: Path) -> None:
    motion = smooth_motion(5)
    write_person(motion, Fraction(30), tmp_path / "a.fbx", units="m")
    clip = bpy_clip(tmp_path / "a.fbx", 5, Fraction(30))
    assert clip.found["scale"] == [1, 1, 1]
    assert worst_mm(clip, motion, 1.0) < 0.05
