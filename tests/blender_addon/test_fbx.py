import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from motion import smooth_motion
from readers.clips import (
    Clip,
    bpy_clip,
    require_bpy,
    smplx_parents,
    three_clip,
    ufbx_clip,
    worst_mm,
    worst_rest_mm,
)

from retarget.blender import write_fbx
from retarget.errors import RetargetError
from retarget.motion import PersonMotion, resample
from retarget.motion_file import save_motions

pytestmark = pytest.mark.blender
FILM, VIDEO, PAL = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(25)
READERS = [ufbx_clip, three_clip, bpy_clip]
Exported = dict[Fraction, tuple[Path, PersonMotion]]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """The same motion at three rates, on bodies of three sizes."""
    require_bpy()
    folder = tmp_path_factory.mktemp("fbx")
    files = {}
    for fps, scale in ((FILM, 1.0), (VIDEO, 0.6), (PAL, 1.2)):
        motion = resample(smooth_motion(scale=scale), fps)
        files[fps] = (folder / f"{float(fps):.3f}.fbx", motion)
        write_fbx([motion], fps, [files[fps][0]])
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


each_reader = pytest.mark.parametrize("reader", READERS, ids=lambda r: r.__name__)
each_rate = pytest.mark.parametrize("fps", [FILM, VIDEO, PAL], ids=str)


@each_reader
@each_rate
def test_every_joint_is_where_forward_kinematics_puts_it(reader, fps, clip_of) -> None:
    clip, motion = clip_of(reader, fps)
    assert worst_mm(clip, motion, 1.0) < 0.05


@each_reader
def test_the_rest_pose_is_the_persons_t_pose_on_the_floor(reader, clip_of) -> None:
    clip, motion = clip_of(reader, PAL)
    assert worst_rest_mm(clip, motion, 1.0) < 0.01
    assert clip.rest[0, [0, 2]] == pytest.approx(0, abs=1e-6)
    assert clip.rest[:, 1].min() == pytest.approx(0, abs=1e-6)


@each_reader
def test_the_hierarchy_is_smplx_without_anything_extra(reader, clip_of) -> None:
    clip, _ = clip_of(reader, PAL)
    assert len(clip.names) == 55
    assert clip.parents == smplx_parents()
    assert set(clip.found["others"]) <= {"Armature"}
    assert clip.found["scale"] == pytest.approx([1, 1, 1], abs=1e-6)


@pytest.mark.parametrize("reader", [ufbx_clip, three_clip], ids=lambda r: r.__name__)
@each_rate
def test_keys_stand_at_the_frames_and_the_first_at_zero(reader, fps, clip_of) -> None:
    clip, motion = clip_of(reader, fps)
    assert clip.found["frames"] == motion.frames
    assert clip.found["first_s"] == 0
    assert clip.found["last_s"] == pytest.approx(float((motion.frames - 1) / fps), rel=1e-7)


@each_rate
def test_the_file_states_rate_unit_and_up_axis(fps, clip_of) -> None:
    clip, motion = clip_of(ufbx_clip, fps)
    assert clip.found["fps"] == pytest.approx(float(fps), rel=2e-6)  # 23.976 is how FBX calls it
    assert (clip.found["metres"], clip.found["up"]) == (1.0, "POSITIVE_Y")
    assert clip.found["stack_s"] == pytest.approx([0, float((motion.frames - 1) / fps)], abs=1e-9)


def test_several_people_come_from_one_process(tmp_path: Path) -> None:
    require_bpy()
    motions = [smooth_motion(7, seed=1), smooth_motion(5, seed=2, scale=1.1)]
    paths = [tmp_path / "a.fbx", tmp_path / "b.fbx"]
    write_fbx(motions, Fraction(30), paths)
    for motion, path in zip(motions, paths, strict=True):
        assert worst_mm(ufbx_clip(path, motion.frames, Fraction(30)), motion, 1.0) < 0.05
    assert sorted(tmp_path.iterdir()) == paths


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    require_bpy()
    (tmp_path / "file").write_text("")
    with pytest.raises(RetargetError, match="file") as failed:
        write_fbx([smooth_motion(2)], Fraction(30), [tmp_path / "file" / "a.fbx"])
    assert "\n" not in str(failed.value)


def test_without_bpy_it_says_what_to_install(tmp_path: Path) -> None:
    save_motions(tmp_path / "job.npz", [smooth_motion(2)], Fraction(30))
    hide = "import sys; sys.modules['bpy'] = None; import runpy; sys.argv[1:] = {}; "
    run = "runpy.run_module('blender_addon.headless.fbx', run_name='__main__')"
    arguments = [str(tmp_path / "job.npz"), str(tmp_path / "a.fbx")]
    done = subprocess.run(
        [sys.executable, "-c", hide.format(arguments) + run], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "bpy==4.4.0" in done.stderr
    assert not (tmp_path / "a.fbx").exists()
