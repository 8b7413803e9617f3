"""The Rig panel's parts in headless Blender: what they show, and how bones are chosen by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from blender_process import needs_bpy, run_blender

pytestmark = [pytest.mark.blender, needs_bpy]

_START = """
    import json, os, sys, tempfile
    os.environ["BLENDER_USER_SCRIPTS"] = tempfile.mkdtemp()
    from live_in_blender import *
    from rigs_in_blender import *
    from panel_layout import drawn
    from blender_addon.rigs.note import read_note
    objects, context = bpy.data.objects, bpy.context
    PARTS = [f"LIVEMOCAP_PT_{part}" for part in ("bones", "root", "smoothing", "hands", "face")]

    def chosen(joint):
        rows = bpy.context.window_manager.livemocap_joints
        rows.active = [row.name for row in rows.joints].index(joint)
        return bpy.context.scene.livemocap_rig

    def note(name="Hero"):
        return read_note(bpy.data.objects[name])

    def refused(operator, **how):
        try:
            operator(**how)
        except RuntimeError as error:
            return str(error)
"""


def test_panels_show_every_state_and_never_fail() -> None:
    run_blender(
        _START
        + """
    select()
    context.view_layer.objects.active = None
    assert [drawn(part) for part in PARTS] == [None] * 5
    made = add_rig("Hero", naming="ue4", rest="A")
    assert [drawn(part) for part in PARTS] == [None] * 5, "nothing is known of it yet"
    assign("Hero")
    shown = drawn("LIVEMOCAP_PT_rig")
    assert "Unreal Engine 4 Mannequin, 52 of 52" in shown, shown
    assert shown[shown.index("Arm") + 1 :][:2] == ["L 0.0", "R 0.0"], shown
    bones = drawn("LIVEMOCAP_PT_bones")
    assert bones[bones.index("left elbow") + 1] == "lowerarm_l"
    assert bones[bones.index("jaw") + 1] == "" and "Accept All" not in bones
    assert "Factor=1.0" not in drawn("LIVEMOCAP_PT_root")
    context.scene.livemocap_rig.scale_by = "CUSTOM"
    assert "Factor=1.0" in drawn("LIVEMOCAP_PT_root")
    assert "No mesh on it has shape keys" in " ".join(drawn("LIVEMOCAP_PT_face"))
    assert "Smoothing" not in " ".join(drawn("LIVEMOCAP_PT_smoothing"))
    rig = objects["Hero"]
    rig.data.bones["lowerarm_l"].name = "elbow"
    chosen("left_elbow")
    assert "this bone is gone" in " ".join(drawn("LIVEMOCAP_PT_bones"))
    add_rig("Odd", naming="chibi")
    assign("Odd")
    assert any("Found by names and shape" in text for text in drawn("LIVEMOCAP_PT_rig"))
    rig["livemocap_rig"] = "nonsense"
    select(rig)
    assert [drawn(part) for part in PARTS] == [None] * 5
    assert "cannot be read" in " ".join(drawn("LIVEMOCAP_PT_rig"))
    assert not bpy.ops.livemocap.bone_accept.poll()
    bpy.ops.wm.read_homefile(use_empty=True)
    assert len(bpy.context.window_manager.livemocap_joints.joints) == 55
    longest = max(len(line) for part in ("rig", "bones", "root") for line in drawn(
        f"LIVEMOCAP_PT_{part}") or [""])
    assert longest <= 36, "no line is longer than the sidebar shows"
    """
    )


def test_bones_are_searched_picked_mirrored_cleared_accepted_and_undone() -> None:
    run_blender(
        _START
        + """
    made = add_rig("Hero", naming="ue4", rest="A", axes="random")
    assign("Hero")
    before, whole = untouched("Hero"), note().joint_map.bones
    rig = objects["Hero"]
    bpy.ops.ed.undo_push(message="before")
    assert chosen("left_elbow").bone == "lowerarm_l"
    chosen("left_elbow").bone = "hand_l"
    assert note().joint_map.bones["left_elbow"] == "hand_l" and note().by_hand == {"left_elbow"}
    assert "left_wrist" in note().joint_map.missing, "one joint a bone"
    assert "left_palm" not in note().residual_deg, "and it is looked at again"
    chosen("left_elbow").bone = "no such bone"
    assert chosen("left_elbow").bone == "hand_l"
    rig.data.bones.active = rig.data.bones["lowerarm_l"]
    assert bpy.ops.livemocap.bone_pick() == {"FINISHED"}
    rig.data.bones.active = rig.data.bones["hand_l"]
    chosen("left_wrist")
    assert bpy.ops.livemocap.bone_pick() == {"FINISHED"}
    assert note().joint_map.bones == whole and max(note().residual_deg.values()) < 0.1
    rig.data.bones.active = None
    assert not bpy.ops.livemocap.bone_pick.poll()
    for joint in ("right_elbow", "right_index1", "right_ankle"):
        chosen(joint)
        assert bpy.ops.livemocap.bone_clear() == {"FINISHED"}
    assert len(note().joint_map.bones) == len(whole) - 3
    assert bpy.ops.livemocap.bones_mirror(side="left") == {"FINISHED"}
    assert note().joint_map.bones == whole
    bpy.ops.ed.undo_push(message="changed")
    bpy.ops.ed.undo()
    assert not note().by_hand, "all of it can be undone"
    bpy.ops.ed.redo()
    assert "left_elbow" in note().by_hand
    assert bpy.ops.livemocap.rig_detect() == {"FINISHED"}
    assert not note().by_hand and note().joint_map.bones == whole
    assert untouched("Hero") == before, "the rig itself is as it was"

    import dataclasses
    from blender_addon.rigs.note import write_note
    joints = note().joint_map
    guesses = {joint: joints.matches[joint] for joint in ("neck", "left_knee")}
    sure = {j: m for j, m in joints.matches.items() if j not in guesses}
    unsure = dataclasses.replace(joints, matches=sure, unsure=guesses)
    select(bpy.data.objects["Hero"])
    assert not bpy.ops.livemocap.bone_accept.poll(), "nothing is unsure"
    write_note(bpy.data.objects["Hero"], dataclasses.replace(note(), joint_map=unsure))
    assert "Accept All" in drawn("LIVEMOCAP_PT_bones")
    assert any("2 unsure" in text for text in drawn("LIVEMOCAP_PT_rig"))
    chosen("neck")
    assert bpy.ops.livemocap.bone_accept() == {"FINISHED"}
    assert list(note().joint_map.unsure) == ["left_knee"]
    assert bpy.ops.livemocap.bone_accept(every=True) == {"FINISHED"}
    assert note().joint_map.bones == whole and note().by_hand == {"neck", "left_knee"}
    """
    )


def test_presets_are_saved_loaded_exported_and_known_from_then_on(tmp_path: Path) -> None:
    run_blender(
        _START
        + """
    bones = {}
    made = add_rig("Hero", naming="ue4")
    rig = objects["Hero"]
    for number, bone in enumerate(rig.data.bones):
        bones[bone.name] = bone.name = f"x{number}"
    assign("Hero")
    for joint in ("left_elbow", "spine2"):
        chosen(joint)
        bpy.ops.livemocap.bone_clear()
    saved = note().joint_map.bones
    assert "a name" in refused(bpy.ops.livemocap.preset_save, name="  ")
    assert bpy.ops.livemocap.preset_save(name="My Studio") == {"FINISHED"}
    from blender_addon.rigs.user_presets import own_presets, preset_folder
    assert [preset.title for preset in own_presets()] == ["My Studio"]
    (preset_folder() / "broken.json").write_text("no")
    path = os.path.join(sys.argv[1], "mine")
    assert bpy.ops.livemocap.preset_export(filepath=path) == {"FINISHED"}
    assert json.loads(open(path + ".json").read())["bones"]["left_elbow"] is None

    chosen("head")
    bpy.ops.livemocap.bone_clear()
    assert bpy.ops.livemocap.preset_load(name="My_Studio") == {"FINISHED"}
    assert note().joint_map.bones == saved and not note().by_hand
    chosen("head")
    bpy.ops.livemocap.bone_clear()
    assert bpy.ops.livemocap.preset_load(filepath=path + ".json") == {"FINISHED"}
    assert note().joint_map.bones == saved
    bpy.ops.livemocap.rig_detect()
    assert note().joint_map.preset == "My_Studio" and note().joint_map.bones == saved

    before = note()
    assert "does not fit" in refused(bpy.ops.livemocap.preset_load, name="ue4")
    assert "no rig preset 'nowhere'" in refused(bpy.ops.livemocap.preset_load, name="nowhere")
    assert "not a rig preset" in refused(bpy.ops.livemocap.preset_load,
                                         filepath=str(preset_folder() / "broken.json"))
    assert note() is before or note().joint_map == before.joint_map
    rig.data.bones[saved["left_hip"]].name = "thigh"
    assert bpy.ops.livemocap.preset_load(name="My_Studio") == {"FINISHED"}
    assert "left_hip" in note().joint_map.missing
    from panel_layout import ShownLayout
    from types import SimpleNamespace
    shown = []
    bpy.types.LIVEMOCAP_MT_rig_presets.draw(SimpleNamespace(layout=ShownLayout(shown)), context)
    assert shown[:2] == ["My Studio", ""] and "Mixamo" in shown
    assert bpy.ops.livemocap.preset_remove(name="My_Studio") == {"FINISHED"}
    assert not own_presets()
    assert "You have no" in refused(bpy.ops.livemocap.preset_remove, name="ue4")
    """,
        str(tmp_path),
    )


def test_linked_and_overridden_characters_are_edited_like_others() -> None:
    run_blender(
        _START
        + """
    made = add_rig("Hero", naming="mixamo")
    folder = tempfile.mkdtemp()
    library, path = (os.path.join(folder, name) for name in ("library.blend", "scene.blend"))
    bpy.ops.wm.save_as_mainfile(filepath=library)
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(library, link=True) as (theirs, ours):
        ours.objects = ["Hero"]
    bpy.context.scene.collection.objects.link(ours.objects[0])
    for override in (False, True):
        if override:
            bpy.context.scene.objects[0].override_create(remap_local_usages=True)
        bpy.context.view_layer.objects.active = bpy.context.scene.objects[0]
        assert bpy.ops.livemocap.rig_assign() == {"FINISHED"}
        settings = chosen("left_elbow")
        settings.finger_gain = 0.25
        settings.bone = made.bones["left_wrist"]
        bpy.ops.wm.save_as_mainfile(filepath=path)
        bpy.ops.wm.open_mainfile(filepath=path)
        settings = chosen("left_elbow")
        assert settings.finger_gain == 0.25 and settings.bone == made.bones["left_wrist"]
        assert all(drawn(part) for part in PARTS)
        assert bpy.ops.livemocap.rig_remove() == {"FINISHED"}
    """
    )


def test_the_panel_is_of_the_selected_character_or_else_of_the_chosen_person(
    publisher_endpoint: str,
) -> None:
    run_blender(
        _START
        + """
    for person, name in enumerate(("Hero", "Robot"), 1):
        add_rig(name, naming="mixamo")
        assign(name, person)
    shown = connect(sys.argv[1])
    people = context.window_manager.livemocap_people
    tick_until(lambda: len(people.rows) == 3 and len(live.current().targets.driven) == 2)
    title = lambda: drawn("LIVEMOCAP_PT_rig")[0]
    assert title() == "Robot", "it is active"
    select()
    context.view_layer.objects.active = None
    for active, name in ((0, "Hero"), (1, "Robot")):
        people.active = active
        assert title() == name
        context.scene.livemocap_rig.finger_gain = 0.5 + active
    assert [note(name).settings.finger_gain for name in ("Hero", "Robot")] == [0.5, 1.5]
    people.active = 2
    assert "Select the armature" in title(), "this person moves no character"
    assert not bpy.ops.livemocap.rig_assign.poll(), "only what is selected is assigned"
    """,
        publisher_endpoint,
    )
