"""Takes baked in headless Blender: what it evaluates is what was recorded."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from baked_takes import FRAMES, LATE, START, in_blender, take_and_rig, tracks, write_take
from blender_process import needs_bpy, run_blender
from motion import smooth_motion, smooth_tracks
from rigs_made import MadeRig, made_rig

from livemocap.rotation import Array, normalize
from livemocap.skeleton import SMPLX
from livemocap.take_writer import TakeWriter
from retarget.motion import PersonMotion, motions_from_tracks, resample
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import load_armatures, save_armatures

pytestmark = [pytest.mark.blender, needs_bpy]

RIGS = {
    "mannequin": {"naming": "ue4", "rest": "A", "axes": "random", "extras": ("root", "twist")},
    "mixamo": {"naming": "mixamo", "axes": "world", "yaw_deg": 70, "scale": 1.3},
    "makehuman": {"naming": "makehuman", "rest": "A", "extras": ("spine", "neck")},
    "chibi": {"naming": "chibi", "axes": "random", "scale": 0.5},
}
LIMBS = {"shoulder": "elbow", "elbow": "wrist", "hip": "knee", "knee": "ankle", "ankle": "foot"}


RATES = {"30": (30, 1.0), "24": (24, 1.0), "23.976": (24, 1.001), "29.97": (30, 1.001)}


@pytest.fixture(scope="module")
def baked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """New armatures at several rates of the scene, evaluated on every frame."""
    folder = tmp_path_factory.mktemp("baked")
    write_take(folder)
    code = """
    said = {}
    for title, (fps, base) in json.loads(sys.argv[2]).items():
        for rate in ("SCENE", "TAKE"):
            empty(fps, base)
            assert bake(rate=rate) == {"FINISHED"}
            people = [bpy.data.objects[f"take person {n}"] for n in (1, 2)]
            action = people[0].animation_data.action
            slotted = bpy.app.version >= (4, 4)
            assert (people[1].animation_data.action == action) == slotted
            assert len(bpy.data.actions) == (1 if slotted else 2)
            assert [p.users_collection[0].name for p in people] == ["take", "take"]
            assert (scene.render.fps, scene.frame_start) == (fps, 11)
            assert abs(scene.render.fps_base - base) < 1e-7
            found = []
            for person in people:
                curves = moving_curves(person)
                assert len(curves) == 3 + 4 * 55
                assert {len(c.keyframe_points) for c in curves} == {len(curves[0].keyframe_points)}
                frames = [point.co[0] for point in curves[0].keyframe_points]
                places = []
                for frame in frames:
                    scene.frame_set(int(frame // 1), subframe=frame % 1)
                    places.append(heads(person))
                np.savez(folder / f"{title} {rate} {len(found)}.npz", frames=frames, heads=places)
                found.append(person)
    """
    run_blender(in_blender(code), str(folder), json.dumps(RATES), timeout_s=170)
    return folder


def _motions() -> list[PersonMotion]:
    return motions_from_tracks(tracks())


@pytest.mark.parametrize("person", [0, 1])
@pytest.mark.parametrize("title", RATES)
def test_joints_are_where_they_were_recorded_on_every_frame_of_the_scene(
    title: str, person: int, baked: Path
) -> None:
    found = np.load(baked / f"{title} SCENE {person}.npz")
    fps = Fraction(RATES[title][0]) / Fraction(str(RATES[title][1]))
    motion = _motions()[person]
    first = -(-LATE * fps // 30) if person else 0  # the first frame that person is there
    assert found["frames"].tolist() == list(
        range(START + first, START + first + len(found["frames"]))
    )
    last_s = (found["frames"][-1] - START) / float(fps)
    assert (FRAMES - 1) / 30 - 1 / float(fps) < last_s < (FRAMES - 1) / 30 + 1e-6
    hold = max(-motion.start_s, 0) + motion.start_s  # stands still until then
    expected = resample(motion, fps, hold).joints()[int(first) :]
    assert np.abs(found["heads"] - expected).max() < 5e-5


@pytest.mark.parametrize("person", [0, 1])
@pytest.mark.parametrize("title", RATES)
def test_keys_as_recorded_stand_at_the_instants_of_the_take(
    title: str, person: int, baked: Path
) -> None:
    found, motion = np.load(baked / f"{title} TAKE {person}.npz"), _motions()[person]
    times_s = (found["frames"] - START) * RATES[title][1] / RATES[title][0]
    np.testing.assert_allclose(times_s, motion.times_s + motion.start_s, atol=1e-5)
    assert np.abs(found["heads"] - motion.joints()).max() < 5e-5


def test_the_first_person_alone_is_exact_against_the_motion_itself(baked: Path) -> None:
    found = np.load(baked / "30 SCENE 0.npz")
    expected = smooth_motion(FRAMES, seed=1, scale=1.1).joints()
    assert np.abs(found["heads"] - expected).max() < 5e-5


_ON_RIGS = """
    modes = ("QUATERNION", "XYZ", "ZYX", "AXIS_ANGLE", "YXZ")
    placed = np.array(Matrix.Translation((1, 2, 0)) @ Matrix.Rotation(0.7, 4, (0, 0, 1))
                      @ Matrix.Scale(0.02, 4))

    def dump(rig):
        curves = all_curves(bpy.data.actions["other"])
        keys = [np.array([k.co[:] for k in c.keyframe_points]).tobytes() for c in curves]
        bones = [(b.name, b.use_inherit_rotation, b.use_connect, b.use_local_location,
                  np.array(b.matrix_local).tobytes()) for b in rig.data.bones]
        posed = [(p.name, p.rotation_mode, [c.name for c in p.constraints], p.lock_location[:])
                 for p in rig.pose.bones]
        return repr((keys, bones, posed, scene.render.fps, scene.render.fps_base,
                     np.array(rig.matrix_world).tobytes()))

    said, found = {}, []
    for armature in load_armatures(folder / "made.npz"):
        for root in ("HIPS", "OBJECT", "IN_PLACE", "ROOT_BONE"):
            if root == "ROOT_BONE" and armature.name != "mannequin":
                continue
            empty(25)
            rig = build_armature(armature.name, armature.skeleton, placed)
            for n, bone in enumerate(rig.pose.bones):
                bone.rotation_mode = modes[n % len(modes)]
            rig.data.bones[armature.skeleton.names[1]].use_local_location = False
            rig.select_set(True)
            rig["speed"] = 1.0
            rig.animation_data_create().action = bpy.data.actions.new("other")
            rig.keyframe_insert('["speed"]', frame=3)
            rig.animation_data.action = None
            rig.animation_data.action = bpy.data.actions["other"]
            bpy.context.view_layer.update()
            before = dump(rig)
            assert bake(to="SELECTED", people="2", root=root) == {"FINISHED"}
            assert [rig.animation_data.action.name] == action_names("take", rig.name)
            assert bpy.data.actions["other"].use_fake_user
            scene.frame_set(0)
            if root != "OBJECT":
                assert dump(rig) == before, armature.name
            for frame in range(21, 45, 6):
                scene.frame_set(frame)
                found.append(Armature(name=f"{armature.name} {root}", skeleton=posed_skeleton(rig)))
    save_armatures(folder / "posed.npz", found)
"""


@pytest.fixture(scope="module")
def on_rigs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Array]:
    """By rig and root, (T, B, 3) m where Blender puts the bones, in the order they were made in."""
    folder = tmp_path_factory.mktemp("rigs")
    write_take(folder)
    made = {name: made_rig(**how) for name, how in RIGS.items()}
    rigs = [Armature(name=name, skeleton=one.skeleton) for name, one in made.items()]
    save_armatures(folder / "made.npz", rigs)
    run_blender(in_blender(_ON_RIGS), str(folder), timeout_s=170)
    found: dict[str, list[Array]] = {}
    for posed in load_armatures(folder / "posed.npz"):
        names = made[posed.name.split()[0]].skeleton.names
        rows = [posed.skeleton.rows[name] for name in names]
        found.setdefault(posed.name, []).append(posed.skeleton.heads[rows])
    return {name: np.stack(heads) for name, heads in found.items()}


def _actor() -> Array:
    """(T, 55, 3) m at the frames that were looked at."""
    return resample(_motions()[1], Fraction(25)).joints()[[n - 21 for n in range(21, 45, 6)]]


def _made(title: str) -> MadeRig:
    return made_rig(**RIGS[title.split()[0]])


_TITLES = [f"{rig} {root}" for rig in RIGS for root in ("HIPS", "OBJECT", "IN_PLACE")]


@pytest.mark.parametrize("title", [*_TITLES, "mannequin ROOT_BONE"])
def test_limbs_of_a_character_point_as_the_actors_do_in_any_rotation_mode(
    title: str, on_rigs: dict[str, Array]
) -> None:
    made, actor = _made(title), _actor()
    for side in ("left", "right"):
        for joint, child in LIMBS.items():
            pair = f"{side}_{joint}", f"{side}_{child}"
            rows = [made.skeleton.rows[made.bones[name]] for name in pair]
            theirs = normalize(on_rigs[title][:, rows[1]] - on_rigs[title][:, rows[0]])
            a, b = (actor[:, SMPLX.index(name)] for name in pair)
            off_deg = np.degrees(np.linalg.norm(np.cross(theirs, normalize(b - a)), axis=-1))
            assert off_deg.max() < 0.1, (joint, off_deg)


@pytest.mark.parametrize("rig", RIGS)
def test_whatever_carries_it_the_character_goes_the_same_way(
    rig: str, on_rigs: dict[str, Array]
) -> None:
    by_hips, made = on_rigs[f"{rig} HIPS"], _made(rig)
    driven = [made.skeleton.rows[bone] for bone in made.bones.values()]
    for title in {f"{rig} OBJECT", f"{rig} ROOT_BONE"} & set(on_rigs):
        np.testing.assert_allclose(on_rigs[title][:, driven], by_hips[:, driven], atol=1e-4)
    hips = _made(rig).skeleton.rows[_made(rig).bones["pelvis"]]
    on_spot = on_rigs[f"{rig} IN_PLACE"][:, hips]
    assert np.ptp(by_hips[:, hips, 0]) > 0.1
    assert np.ptp(on_spot[:, 0]) < 0.1
    np.testing.assert_allclose(on_spot[:, 1], by_hips[:, hips, 1], atol=1e-4)


def test_what_was_chosen_for_a_character_in_the_rig_panel_is_used(tmp_path: Path) -> None:
    write_take(tmp_path)
    run_blender(
        in_blender("""
    from dataclasses import replace
    from blender_addon.rigs.edits import new_note
    from blender_addon.rigs.note import as_text, read_note, write_note
    from retarget.rigs.joint_map import JointMap
    from retarget.rigs.rig import RootMotion
    empty()
    rig = build_armature("Rig", load_armatures(folder / "made.npz")[0].skeleton, np.eye(4))
    rig.select_set(True)
    note = new_note(rig)
    kept = {j: m for j, m in note.joint_map.matches.items() if "hip" in j or j == "pelvis"}
    note = replace(note, joint_map=JointMap(matches=kept), root=RootMotion.OBJECT)
    write_note(rig, note)
    rig.location = (50, 60, 0)  # carried there while live
    bpy.context.view_layer.update()
    assert bake(to="SELECTED", people="2") == {"FINISHED"}
    assert as_text(read_note(rig)) == as_text(note)
    groups = {curve.group.name for curve in moving_curves(rig)}
    assert groups == {m.bone for m in kept.values()} | {"Object Transforms"}
    scene.frame_set(30)
    assert np.linalg.norm(rig.matrix_world.translation) < 5
    """),
        str(take_and_rig(tmp_path)),
    )


def test_keys_can_be_fewer_other_trimmed_or_not_of_fingers(tmp_path: Path) -> None:
    write_take(tmp_path)
    run_blender(
        in_blender("""
    def keys(**how):
        for name in ("take person 1", "take person 2"):
            if name in bpy.data.objects:
                bpy.data.objects.remove(bpy.data.objects[name])
        bake(people="1", **how)
        person = bpy.data.objects["take person 1"]
        curves = {(c.data_path, c.array_index): c for c in moving_curves(person)}
        return person, curves, sorted({k.co[0] for c in curves.values() for k in c.keyframe_points})

    def seen(person, frames):
        places = []
        for frame in frames:
            scene.frame_set(round(frame))
            places.append(heads(person))
        return np.array(places)

    empty()
    person, dense, frames = keys()
    assert frames == list(range(11, 56)) and dense.values()
    whole = seen(person, frames)
    assert person.animation_data.action["livemocap_take"] == "take"
    assert person.animation_data.action["livemocap_rate"] == "30"

    person, few, _ = keys(within_deg=1.0)
    assert set(few) == set(dense)
    count = [sum(len(c.keyframe_points) for c in curves.values()) for curves in (few, dense)]
    assert count[0] < 0.6 * count[1]
    assert 0 < np.abs(seen(person, frames) - whole).max() < 0.1

    person, _, frames = keys(every=10)
    assert frames == [11, 21, 31, 41, 51, 55]
    rows = [round(frame) - 11 for frame in frames]
    np.testing.assert_allclose(seen(person, frames), whole[rows], atol=1e-5)

    person, _, frames = keys(rate="CUSTOM", custom_rate="15")
    assert frames == list(range(11, 56, 2))

    person, trimmed, frames = keys(trim_start_s=0.5, trim_end_s=1.0)
    assert frames == list(range(11, 27))
    np.testing.assert_allclose(seen(person, frames), whole[15:31], atol=1e-5)

    person, body, frames = keys(fingers=False)
    gone = {path for path, _ in set(dense) - set(body)}
    assert len(gone) == 30 and all(any(d in p for d in ("index", "thumb", "middle", "ring",
                                                        "pinky")) for p in gone)

    person, _, frames = keys(smooth_s=0.4)
    shakes = [np.abs(np.diff(e, 2, axis=0)).mean() for e in (seen(person, frames), whole)]
    assert 0.2 < shakes[0] / shakes[1] < 0.95
    for why, how in {"no rate": dict(rate="CUSTOM", custom_rate="x"),
                     "Nothing lies": dict(trim_start_s=1, trim_end_s=0.5),
                     "nobody is in": dict(trim_start_s=99)}.items():
        assert why in refused(**how), why
    """),
        str(tmp_path),
    )


def test_what_never_moves_has_two_keys_and_is_exact(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "take.mcap")
    for frame in smooth_tracks(FRAMES, people=(1,)):
        still = frame.joint_rotvecs.copy()
        still[:, 3:] = [0.1, 0.2, 0.3]
        writer.write("track", replace(frame, joint_rotvecs=still))
    writer.close()
    run_blender(
        in_blender("""
    empty()
    bake()
    person = bpy.data.objects["take person 1"]
    counts = {}
    for curve in moving_curves(person):
        counts.setdefault(len(curve.keyframe_points), []).append(curve)
    assert set(counts) == {2, 45} and len(counts[45]) == 3 + 3 * 4
    values = [[curve.evaluate(frame) for frame in (11, 30.5, 55)] for curve in counts[2]]
    assert all(len(set(each)) == 1 for each in values)
    """),
        str(tmp_path),
    )


_RIGIFY = Path(__file__).parents[3] / "shared" / "rigs" / "rigify_human_b42.blend"
_DEFORMING = {
    "shoulder": ("upper_arm", "forearm", "elbow"),
    "elbow": ("forearm", "hand", "wrist"),
    "hip": ("thigh", "shin", "knee"),
    "knee": ("shin", "foot", "ankle"),
}


@pytest.mark.skipif(not _RIGIFY.is_file(), reason="needs the folder ../shared/rigs")
def test_a_control_rig_is_switched_to_turning_and_its_skin_follows(tmp_path: Path) -> None:
    write_take(tmp_path)
    run_blender(
        in_blender("""
    from blender_addon.headless.rig_import import import_armatures
    empty(25)
    (rig,) = import_armatures(Path(sys.argv[2]))
    scene.frame_start, scene.render.fps, scene.render.fps_base = 11, 25, 1
    for each in bpy.context.selected_objects:
        each.select_set(False)
    rig.select_set(True)
    bones = rig.pose.bones
    chest = bones["chest"]
    chest.rotation_mode = "XYZ"
    chest.rotation_euler = (0.7, 0, 0)
    rig.animation_data_create().action = bpy.data.actions.new("other")
    chest.keyframe_insert("rotation_euler", frame=1)
    switches = [b for b in bones if "IK_FK" in b]
    assert {b["IK_FK"] for b in switches} == {0.0}
    assert bake(to="SELECTED", people="2") == {"FINISHED"}
    assert chest.rotation_mode == "XYZ"
    assert [rig.animation_data.action.name] == action_names("take", rig.name)
    assert rig.animation_data.use_nla
    found = []
    for frame in range(21, 45, 6):
        scene.frame_set(frame)
        assert {b["IK_FK"] for b in switches} == {1.0}  # by keys of the action
        found.append(Armature(name="rigify", skeleton=posed_skeleton(rig)))
    save_armatures(folder / "posed.npz", found)
    """),
        str(tmp_path),
        str(_RIGIFY),
        timeout_s=170,
    )
    skeletons = [armature.skeleton for armature in load_armatures(tmp_path / "posed.npz")]
    for skeleton, actor in zip(skeletons, _actor(), strict=True):
        for side, mark in (("left", "L"), ("right", "R")):
            for joint, (bone, below, child) in _DEFORMING.items():
                rows = [skeleton.rows[f"DEF-{name}.{mark}"] for name in (bone, below)]
                joints = SMPLX.indices(f"{side}_{joint}", f"{side}_{child}")
                theirs = normalize(np.diff(skeleton.heads[rows], axis=0)[0])
                ours = normalize(np.diff(actor[joints], axis=0)[0])
                off_deg = np.degrees(np.linalg.norm(np.cross(theirs, ours)))
                assert off_deg < 0.1, (side, joint)
                assert theirs @ ours > 0
