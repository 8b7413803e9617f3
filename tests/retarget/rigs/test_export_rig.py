"""Takes on the user's rigs, as files: what programs of other makers read is where we posed it."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from motion import smooth_motion, smooth_tracks
from readers.clips import Clip, bpy_clip, bvhio_clip, three_clip, ufbx_clip
from rig_angles import limb_errors_deg
from rigs_made import MadeRig, made_rig
from rigs_made import person as made_joints

from livemocap.rotation import quat_from_rotvec
from livemocap.skeleton import SMPLX
from livemocap.take import TakeWriter
from retarget.bvh import read_bvh
from retarget.bvh_writing import write_bvh_tree
from retarget.errors import RetargetError
from retarget.fbx import write_fbx
from retarget.motion import PersonMotion, resample
from retarget.rigs.as_bvh import bvh_of_rig, bvh_rows
from retarget.rigs.as_fbx import fbx_of_rig
from retarget.rigs.export import BakedPerson, BakeWishes, bake, export_onto_rig
from retarget.rigs.export_file import ChosenRig
from retarget.rigs.posed import posed_heads
from retarget.rigs.rig import RigOptions, RootMotion
from retarget.rigs.rig_source import RigSource
from retarget.rigs.skeleton import RigSkeleton

FPS, FRAMES = Fraction(24000, 1001), 24
NO_LOCK = BakeWishes(options=RigOptions(flat_feet=False), foot_lock=0.0)
RIGS = {
    "T": {},
    "scrambled axes": {"naming": "unity", "axes": "random"},
    "A with root and twist": {
        "naming": "ue4", "rest": "A", "axes": "random", "extras": ["root", "twist", "ik"],
    },
    "more spine than ours": {
        "naming": "makehuman", "rest": "scrambled", "extras": ["split", "spine", "neck", "hip"],
    },
    "facing away, small": {"naming": "vroid", "rest": "A", "yaw_deg": 170.0, "scale": 0.4},
}  # fmt: skip


def chosen(made: MadeRig, **changes: object) -> ChosenRig:
    return ChosenRig("Hero", replace(made.skeleton, **changes), made.joint_map)


def baked(rig: ChosenRig, wishes: BakeWishes = NO_LOCK, root: str = "hips") -> BakedPerson:
    options = replace(wishes.options, root=RootMotion(root))
    return bake(smooth_motion(31), FPS, rig, replace(wishes, options=options))


def in_three(names: tuple[str, ...]) -> list[str]:
    """As three.js's FBX reader calls them."""
    return [re.sub(r"[\[\].:/]", "", name.replace(" ", "_")) for name in names]


def assert_as_posed(clip: Clip, person: BakedPerson, metres: float, rows: list[int]) -> None:
    skeleton = person.rig.skeleton
    heads = posed_heads(person.rig, person.pose)[:, rows]
    rest = skeleton.heads[rows]
    assert np.linalg.norm(clip.joints * metres - heads, axis=-1).max() < 0.05e-3
    np.testing.assert_allclose(
        clip.rest * metres - clip.rest[0] * metres, rest - rest[0], atol=1e-5
    )
    assert len(clip.names) == len(rows)
    assert clip.found["frames"] == person.frames == FRAMES


@pytest.mark.parametrize(
    ("rig", "reader"),
    [
        *((rig, reader) for rig in RIGS for reader in (ufbx_clip, three_clip)),
        pytest.param("A with root and twist", bpy_clip, marks=pytest.mark.blender),
    ],
)
def test_fbx_has_every_bone_where_the_rig_was_posed(rig: str, reader, tmp_path: Path) -> None:
    person = baked(chosen(made_rig(**RIGS[rig])))
    write_fbx(tmp_path / "a.fbx", *fbx_of_rig(person.rig, person.pose), FPS)
    names = person.rig.skeleton.names
    wanted = in_three(names) if reader is three_clip else names
    clip = reader(tmp_path / "a.fbx", FRAMES, FPS, wanted)
    metres = 1.0 if reader is bpy_clip else 0.01
    assert_as_posed(clip, person, metres, list(range(len(names))))
    above = ["" if p < 0 else wanted[p] for p in person.rig.skeleton.parents]
    assert clip.parents == above
    if reader is ufbx_clip:
        assert clip.found["others"] == []
        assert clip.found["scale"] == [1, 1, 1]
        assert (clip.found["first_s"], clip.found["metres"], clip.found["up"]) == (
            0, 0.01, "POSITIVE_Y",
        )  # fmt: skip
        assert clip.found["last_s"] == pytest.approx((FRAMES - 1) / float(FPS), abs=1e-9)


@pytest.mark.parametrize("reader", [bvhio_clip, three_clip], ids=["bvhio", "three"])
@pytest.mark.parametrize("rig", RIGS)
def test_bvh_has_every_bone_below_the_hips_where_the_rig_was_posed(
    rig: str, reader, tmp_path: Path
) -> None:
    person = baked(chosen(made_rig(**RIGS[rig])))
    skeleton, rows = person.rig.skeleton, bvh_rows(person.rig)
    write_bvh_tree(tmp_path / "a.bvh", *bvh_of_rig(person.rig, person.pose), FPS)
    names = [skeleton.names[row] for row in rows]
    clip = reader(tmp_path / "a.bvh", FRAMES, FPS, names)
    hips = [k for k, row in enumerate(rows) if skeleton.names[row] in person.rig.bones]
    heads = posed_heads(person.rig, person.pose)[:, rows]
    off = np.linalg.norm(clip.joints * 0.01 - heads, axis=-1)
    assert off[:, hips].max() < 0.05e-3
    assert clip.parents == [
        "" if skeleton.parents[row] < 0 else skeleton.names[skeleton.parents[row]] for row in rows
    ]
    assert sorted(clip.names) == sorted(names)
    assert clip.found["frames"] == FRAMES


@pytest.mark.blender
def test_bvh_keeps_mixamos_colons(tmp_path: Path) -> None:
    # three.js takes what stands before a colon for a folder
    person = baked(chosen(made_rig("mixamo", axes="random")))
    write_bvh_tree(tmp_path / "a.bvh", *bvh_of_rig(person.rig, person.pose), FPS)
    for reader in (bvhio_clip, bpy_clip):
        clip = reader(tmp_path / "a.bvh", FRAMES, FPS, person.rig.skeleton.names)
        assert_as_posed(clip, person, 0.01, list(range(len(clip.names))))


@pytest.mark.parametrize("rig", RIGS)
def test_limbs_in_the_file_point_as_the_persons_do(rig: str, tmp_path: Path) -> None:
    made = made_rig(**RIGS[rig])
    person = baked(chosen(made))
    write_bvh_tree(tmp_path / "a.bvh", *bvh_of_rig(person.rig, person.pose), FPS)
    clip = read_bvh(tmp_path / "a.bvh")
    rows = {joint: clip.skeleton.index(bone) for joint, bone in made.bones.items()}
    errors = limb_errors_deg(clip.joints(), rows, resample(smooth_motion(31), FPS).joints())
    assert len(errors) >= 10
    assert max(error.mean() for error in errors.values()) < 0.1


@pytest.mark.parametrize("root", ["in place", "object", "root bone", "hips"])
def test_what_carries_the_character_is_what_was_asked_for(root: str) -> None:
    person = baked(chosen(made_rig("ue4", extras=["root"])), root=root)
    heads, rig = posed_heads(person.rig, person.pose), person.rig
    still = heads - heads[:1]
    hips, bone = still[:, rig.hips_row], still[:, rig.skeleton.rows["root_bone"]]
    level = np.array([1.0, 0, 1.0])
    assert (np.abs(hips * level).max() > 0.5) == (root != "in place")
    assert (np.abs(bone * level).max() > 0.5) == (root in ("object", "root bone"))
    assert np.abs(hips[:, 1]).max() > 0.01
    assert np.abs(bone[:, 1]).max() < 1e-9


def test_a_character_without_a_bone_above_its_hips_gets_one_if_its_object_shall_move() -> None:
    made = made_rig()
    person = baked(chosen(made), root="object")
    skeleton = person.rig.skeleton
    assert skeleton.names[:2] == ("Hero", made.bones["pelvis"])
    assert skeleton.parents[:2] == (-1, 0)
    np.testing.assert_array_equal(person.pose.object_m, 0)


def test_in_place_and_scale_change_how_far_a_small_character_goes() -> None:
    rig = chosen(made_rig(scale=0.4))

    def reach(options: RigOptions) -> float:
        person = bake(smooth_motion(31), FPS, rig, BakeWishes(options=options, foot_lock=0))
        hips = posed_heads(person.rig, person.pose)[:, person.rig.hips_row, [0, 2]]
        return float(np.linalg.norm(hips[-1] - hips[0]))

    assert reach(RigOptions(scale=1.0)) / reach(RigOptions()) == pytest.approx(1 / 0.4, rel=0.1)


def test_fingers_stay_at_rest_if_they_shall() -> None:
    made = made_rig("mixamo")
    person = baked(chosen(made), BakeWishes(options=RigOptions(fingers=False), foot_lock=0))
    assert "mixamorig:LeftHand" in person.rig.bones
    assert not [name for name in person.rig.bones if "Index" in name or "Thumb" in name]


def test_names_with_spaces_are_kept_in_fbx_and_written_with_a_line_in_bvh(tmp_path: Path) -> None:
    made = made_rig()
    new = {name: f"Bip01 {name}" for name in made.skeleton.names}
    skeleton = replace(made.skeleton, names=tuple(new.values()))
    joints = replace(
        made.joint_map,
        matches={j: replace(m, bone=new[m.bone]) for j, m in made.joint_map.matches.items()},
    )
    person = baked(ChosenRig("Hero", skeleton, joints))
    assert bvh_of_rig(person.rig, person.pose)[0].names[0] == "Bip01_pelvis"
    assert fbx_of_rig(person.rig, person.pose)[0].names[0] == "Bip01 pelvis"


def two_roots(made: MadeRig) -> RigSkeleton:
    """A prop beside the character, with a bone of its own."""
    s = made.skeleton
    return RigSkeleton(
        names=(*s.names, "prop", "prop.tip"),
        parents=(*s.parents, -1, len(s.names)),
        heads=np.concatenate([s.heads, [[1.0, 0, 0], [1, 0.5, 0]]]),
        axes=np.concatenate([s.axes, np.tile(np.eye(3), (2, 1, 1))]),
        tails=np.concatenate([s.tails, [[1.0, 0.5, 0], [1, 1, 0]]]),
    )


@pytest.fixture
def take(tmp_path: Path) -> Path:
    writer = TakeWriter(tmp_path / "walk.mcap")
    for frame in smooth_tracks(31, people=(1, 4)):
        writer.write("track", frame)
    return writer.close()


def test_everybody_gets_a_file_of_each_format_and_hears_what_bvh_leaves_out(
    take: Path, tmp_path: Path
) -> None:
    made = made_rig()
    rig = ChosenRig("Hero", two_roots(made), made.joint_map)
    lines: list[str] = []
    paths = export_onto_rig(
        take,
        RigSource("hero", lambda _rest: rig),
        ["bvh", "fbx"],
        None,
        None,
        tmp_path / "out",
        BakeWishes(),
        report=lines.append,
    )
    stems = [f"walk_person{n}_hero{kind}" for n in (1, 4) for kind in (".bvh", ".fbx")]
    assert [path.name for path in paths] == stems
    assert sum("left out 'prop' and 1 more" in line for line in lines) == 1
    clip = read_bvh(paths[0])
    assert "prop" not in clip.skeleton.names
    assert (len(clip.values), clip.frame_time_s) == (31, 1 / 30)
    fbx = ufbx_clip(paths[1], 31, Fraction(30), rig.skeleton.names)
    assert len(fbx.names) == len(rig.skeleton.names)


def test_sync_lets_a_late_person_stand_until_they_are_seen(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "late.mcap")
    for k, frame in enumerate(smooth_tracks(21, people=(1,))):
        if k == 0:
            writer.write("track", smooth_tracks(1, people=(2,))[0])
        elif k >= 6:
            writer.write("track", frame)
    take = writer.close()
    made = made_rig()
    source = RigSource("a", lambda _rest: chosen(made))
    frames = {}
    for sync in (False, True):
        [path] = export_onto_rig(
            take, source, ["bvh"], [1], Fraction(30), tmp_path / str(sync), NO_LOCK, sync=sync
        )
        frames[sync] = read_bvh(path).values
    assert (len(frames[False]), len(frames[True])) == (15, 21)
    np.testing.assert_allclose(frames[True][6:], frames[False], atol=2e-4)


def test_an_export_that_is_stopped_leaves_no_half_file(take: Path, tmp_path: Path) -> None:
    def stop(done: int, frames: int) -> None:
        if done > 0.6 * frames:
            raise KeyboardInterrupt

    source = RigSource("hero", lambda _rest: chosen(made_rig()))
    with pytest.raises(KeyboardInterrupt):
        export_onto_rig(
            take, source, ["fbx"], None, None, tmp_path / "o", BakeWishes(), progress=stop
        )
    assert [path.name for path in (tmp_path / "o").iterdir()] == ["walk_person1_hero.fbx"]


def test_progress_rises_to_the_number_of_all_frames(take: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    source = RigSource("hero", lambda _rest: chosen(made_rig()))
    export_onto_rig(
        take,
        source,
        ["bvh", "fbx"],
        None,
        None,
        tmp_path,
        BakeWishes(),
        progress=lambda *now: seen.append(now),
    )
    done = [d for d, _ in seen]
    assert done == sorted(done)
    assert (done[-1], {total for _, total in seen}) == (2 * 2 * 31, {2 * 2 * 31})


def swaying(frames: int = 120) -> PersonMotion:
    """Somebody who leans from one leg to the other and never lifts a foot."""
    lean = 0.06 * np.sin(np.arange(frames) / 12)
    rotvecs = np.zeros((frames, 55, 3))
    rotvecs[:, SMPLX.indices("left_hip", "right_hip"), 2] = lean[:, None]
    rotvecs[:, SMPLX.indices("left_ankle", "right_ankle"), 2] = -lean[:, None]
    motion = replace(
        smooth_motion(frames), rest_joints=made_joints(), local_wxyz=quat_from_rotvec(rotvecs)
    )
    leg = float(np.linalg.norm(made_joints()[SMPLX.index("left_hip")] - made_joints()[7]))
    across = np.stack([-leg * np.sin(lean), 0 * lean, 0 * lean], -1)
    return replace(motion, pelvis=across + np.array([0, made_joints()[0, 1], 0]))


@pytest.mark.parametrize("kind", ["bvh", "fbx"])
def test_feet_stay_where_they_stand_unless_that_is_turned_off(kind: str, tmp_path: Path) -> None:
    rig = chosen(made_rig("ue4", scale=0.5))
    toe = rig.joint_map.bones["left_foot"]
    strays = {}
    for lock in (0.0, 1.0):
        wishes = BakeWishes(options=RigOptions(scale=1.0), foot_lock=lock)
        someone = bake(swaying(), Fraction(30), rig, wishes)
        if kind == "bvh":
            write_bvh_tree(tmp_path / "a.bvh", *bvh_of_rig(someone.rig, someone.pose), Fraction(30))
            clip = read_bvh(tmp_path / "a.bvh")
            feet = clip.joints()[:, clip.skeleton.index(toe)]
        else:
            write_fbx(tmp_path / "a.fbx", *fbx_of_rig(someone.rig, someone.pose), Fraction(30))
            feet = ufbx_clip(tmp_path / "a.fbx", 120, Fraction(30), [toe]).joints[:, 0]
        strays[lock] = float(np.ptp(feet[20:-20], axis=0).max()) / 100
    assert strays[0.0] > 0.02
    assert strays[1.0] < 0.2 * strays[0.0]


@pytest.mark.parametrize("frames", [1, 2, 3])
@pytest.mark.parametrize("sync", [False, True])
def test_takes_of_a_moment_are_written_too(frames: int, sync: bool, tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "short.mcap")
    writer.write("track", smooth_tracks(1, people=(2,))[0])
    for frame in smooth_tracks(6 + frames, people=(1,))[6:]:
        writer.write("track", frame)
    take = writer.close()
    source = RigSource("a", lambda _rest: chosen(made_rig("ue4")))
    wishes = BakeWishes(smooth_s=0.1)
    paths = export_onto_rig(
        take, source, ["bvh", "fbx"], [1], Fraction(30), tmp_path / "o", wishes, sync=sync
    )
    expected = frames + (6 if sync else 0)
    clip = read_bvh(paths[0])
    assert len(clip.values) == expected
    names = source.of(made_joints()).skeleton.names
    fbx = ufbx_clip(paths[1], expected, Fraction(30), names)
    assert fbx.found["frames"] == expected
    order = [clip.skeleton.index(name) for name in names]
    np.testing.assert_allclose(fbx.joints[:, 1:], clip.joints()[:, order][:, 1:], atol=1e-3)


def test_bvh_refuses_legs_that_hang_on_another_root() -> None:
    made = made_rig()
    parents = list(made.skeleton.parents)
    parents[made.skeleton.rows[made.bones["left_hip"]]] = -1
    person = baked(chosen(made, parents=tuple(parents)))
    with pytest.raises(RetargetError, match="BVH has one root"):
        bvh_of_rig(person.rig, person.pose)
