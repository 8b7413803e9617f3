"""Bakes from the first step to the last: undone, stopped, refused, failed half-way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from baked_takes import in_blender, take_and_rig, write_take
from blender_process import needs_bpy, run_blender
from rigs_made import made_rig

from livemocap.take_writer import TakeWriter
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import save_armatures

pytestmark = [pytest.mark.blender, needs_bpy]


def test_a_bake_is_one_step_of_undo(tmp_path: Path) -> None:
    write_take(tmp_path)
    run_blender(
        in_blender("""
    empty()
    bpy.ops.ed.undo_push(message="before")
    before = inventory()
    bake()
    after = inventory()
    names = action_names("take", "person 1", "person 2")
    assert after["actions"] == names and len(after["objects"]) == 2
    for _ in range(3):
        bpy.ops.ed.undo()
        assert inventory() == before
        bpy.ops.ed.redo()
        assert inventory() == after
    scene = bpy.context.scene
    scene.frame_set(30)
    first = heads(bpy.data.objects["take person 1"])
    scene.frame_set(40)
    assert np.abs(first - heads(bpy.data.objects["take person 1"])).max() > 0.1
    bake()
    assert inventory()["actions"] == sorted(names + [f"{name}.001" for name in names])
    assert bpy.data.objects["take person 1"].animation_data.action.name == names[0]
    """),
        str(tmp_path),
    )


def test_a_bake_that_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    write_take(tmp_path)
    run_blender(
        in_blender("""
    from blender_addon.takes.bake import BakeOptions
    empty()
    rig = build_armature("Rig", load_armatures(folder / "made.npz")[0].skeleton, np.eye(4))
    bpy.ops.ed.undo_push(message="before")
    before, steps = inventory(), 0
    options = [BakeOptions(take=Path(take)), BakeOptions(take=Path(take), characters=("Rig",))]
    for how in options:
        baking.start(how)
        while baking.current():
            baking.tick(0.0)
            steps += 1
        assert baking.note()[0].startswith("Baked take: ") and not baking.note()[1]
        bpy.ops.ed.undo()
        assert inventory() == before
        for stop_at in (1, steps // 3, steps - 3):
            baking.start(how)
            for _ in range(stop_at):
                baking.tick(0.0)
            assert 0 < baking.current().progress < 1
            assert bpy.ops.livemocap.bake_cancel() == {"FINISHED"}
            assert inventory() == before
            assert bpy.data.objects["Rig"].animation_data is None
            assert baking.note() == ("Cancelled baking take", False)
        steps = 0

    def halfway():
        baking.start(options[0])
        while not bpy.data.actions:
            baking.tick(0.0)

    bpy.ops.ed.undo_push(message="more")
    halfway()
    bpy.ops.ed.undo()
    baking.tick(0.0)
    assert baking.current() is None and "Undo ended" in baking.note()[0]
    assert inventory() == before
    halfway()
    bpy.data.actions.remove(bpy.data.actions[0])
    while baking.current():
        baking.tick(0.0)
    assert "gone" in baking.note()[0] and inventory() == before
    halfway()
    bpy.ops.wm.read_homefile(use_empty=True)
    assert baking.current() is None and not bpy.data.actions
    halfway()
    blender_addon.unregister()
    assert baking.current() is None and not bpy.data.actions
    assert not bpy.app.timers.is_registered(baking._job.on_timer)
    """),
        str(take_and_rig(tmp_path)),
    )


def _with_pole(folder: Path) -> Path:
    made = made_rig("mixamo").skeleton
    pole = replace(
        made,
        names=("a", "b"),
        parents=(-1, 0),
        **{name: getattr(made, name)[:2] for name in ("heads", "axes", "tails")},
        deforms=(),
        connected=(),
    )
    armatures = [Armature(name="Rig", skeleton=made), Armature(name="Pole", skeleton=pole)]
    save_armatures(folder / "made.npz", armatures)
    return folder


def test_what_cannot_be_baked_is_said_in_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    whole = write_take(tmp_path)
    (tmp_path / "damaged.mcap").write_bytes(whole.read_bytes()[:-300])
    (tmp_path / "text.mcap").write_text("no take at all")
    TakeWriter(tmp_path / "empty.mcap").close()
    said = run_blender(
        in_blender("""
    empty()
    rig = build_armature("Rig", load_armatures(folder / "made.npz")[0].skeleton, np.eye(4))
    pole = build_armature("Pole", load_armatures(folder / "made.npz")[1].skeleton, np.eye(4))
    before, said = inventory(), {}

    def select(*names):
        for each in bpy.data.objects:
            each.select_set(each.name in names)

    for name in ("damaged", "text", "empty", "absent"):
        said[name] = refused(take=str(folder / f"{name}.mcap"))
    select()
    said["nobody"] = refused(people="7")
    said["words"] = refused(people="left")
    said["unselected"] = refused(to="SELECTED")
    select("Pole")
    said["pole"] = refused(to="SELECTED", people="1")
    select("Rig")
    said["many"] = refused(to="SELECTED", people="1 2")
    said["root"] = refused(to="SELECTED", people="1", root="ROOT_BONE")
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    said["edited"] = refused()
    bpy.ops.object.mode_set(mode="OBJECT")
    rig.scale = (-1, 1, 1)
    bpy.context.view_layer.update()
    said["mirrored"] = refused(to="SELECTED", people="1")
    assert inventory() == before
    assert rig.animation_data is None and pole.animation_data is None
    print(json.dumps(said))
    """),
        str(_with_pole(tmp_path)),
    )
    found = json.loads(said.splitlines()[-1])
    assert "damaged (the end is missing). Try `livemocap take recover" in found["damaged"]
    assert "not a take" in found["text"]
    assert "nobody was tracked" in found["empty"]
    assert "No such file" in found["absent"]
    assert "no person 7; there are 1, 2" in found["nobody"]
    assert "People 'left': expected their numbers" in found["words"]
    assert "Select the armature" in found["unselected"]
    assert "Pole: no bone was found that is surely its hips" in found["pole"]
    assert "2 people for 1 selected" in found["many"]
    assert "no bone lies above" in found["root"]
    assert "in Object Mode and Pose Mode only" in found["edited"]
    assert "mirrored" in found["mirrored"]


def test_if_the_second_cannot_be_given_its_action_the_first_has_the_one_that_it_had(
    tmp_path: Path,
) -> None:
    write_take(tmp_path)
    run_blender(
        in_blender("""
    from blender_addon.takes.action import TakeAction
    from blender_addon.takes.bake import Bake, BakeOptions
    empty()
    objects = [bpy.data.objects.new(name, None) for name in "ab"]
    for each in objects:
        scene.collection.objects.link(each)
    bpy.context.view_layer.update()
    first, second = objects
    first.keyframe_insert("location", frame=1)
    had = first.animation_data.action
    assert had and had.users == 1
    work = Bake(BakeOptions(take=Path(take)))
    for name in "ab":
        work._action.channels(work._action.add_actor(name, 30)).fcurves.new("location")
    give = TakeAction.assign

    def assign(self, actor, animated):
        if animated.name == "b":
            raise AttributeError("read-only")
        give(self, actor, animated)

    TakeAction.assign = assign
    targets = [type("Made", (), {"object": lambda self, each=each: each})() for each in objects]
    try:
        work._show(list(enumerate(targets)))
        raise AssertionError("it is refused")
    except AttributeError:
        work.cancel()
    assert first.animation_data.action == had and second.animation_data is None
    assert not had.use_fake_user and list(bpy.data.actions) == [had] and not work.baked
    """),
        str(tmp_path),
    )
