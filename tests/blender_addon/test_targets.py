"""Characters of the user's in headless Blender, following a publisher in another process."""

import subprocess
from collections.abc import Callable

import pytest
from blender_process import blender_child, needs_bpy, run_blender

pytestmark = [pytest.mark.blender, needs_bpy]

_START = """
    import sys, os, tempfile
    from live_in_blender import *
    from rigs_in_blender import *
    from blender_addon.rigs.note import read_note
    endpoint = sys.argv[1]
    objects, context = bpy.data.objects, bpy.context

    def go_live():
        shown = connect(endpoint)
        tick_until(lambda: shown)
        everybody(shown)
        return shown

    def everybody(shown):
        tick_to_next(shown)
        tick_until(lambda: len(shown[-1].track_ids) == 3)
        return shown[-1]

    def troubles():
        return " / ".join(live.current().targets.troubles)
"""


def test_characters_of_any_making_point_their_limbs_as_their_people_do(
    publisher_endpoint: str,
) -> None:
    run_blender(
        _START
        + """
    made = {
        "Mannequin": add_rig("Mannequin", naming="ue4", rest="A", axes="random",
                             extras=("root", "twist")),
        "Mixamo": add_rig("Mixamo", naming="mixamo", axes="world", yaw_deg=70, scale=1.3),
        "Human": add_rig("Human", naming="makehuman", rest="A", extras=("split", "spine")),
    }
    for mode, bone in zip(("XYZ", "YZX", "ZXY", "ZYX", "AXIS_ANGLE", "XZY", "YXZ"),
                          objects["Mixamo"].pose.bones):
        bone.rotation_mode = mode
    for joint in ("left_shoulder", "right_hip"):
        bone = made["Mannequin"].bones[joint]
        objects["Mannequin"].data.bones[bone].use_inherit_rotation = False
    before = {name: untouched(name) for name in made}
    for person, name in enumerate(made, 1):
        assign(name, person)
    shown = go_live()
    worst = {}
    for _ in range(200):
        frame = tick_to_next(shown)
        for person, name in enumerate(made, 1):
            if person in frame.track_ids:
                off = worst_limb_deg(name, made[name], frame, person)
                worst[name] = max(worst.get(name, 0.0), off)
    assert len(worst) == 3 and max(worst.values()) < 0.1, worst
    assert not troubles(), troubles()
    assert before == {name: untouched(name) for name in made}, "only the pose has changed"
    assert not find_proxies(), "nobody stands beside their character, not even for a frame"
    context.window_manager.livemocap.hide_stand_ins = False
    everybody(shown)
    everybody(shown)
    assert worst_joint_mm(shown[-1]) < 0.1, "the stand-ins are back"
    """,
        publisher_endpoint,
    )


def test_undo_file_loading_deletion_and_renaming_while_live_do_no_harm(
    publisher_endpoint: str,
) -> None:
    run_blender(
        _START
        + """
    made = {name: add_rig(name, naming=naming) for name, naming in
            (("Hero", "mixamo"), ("Robot", "ue4"), ("Extra", "vrm"))}
    bpy.ops.ed.undo_push(message="before")
    for person, name in enumerate(made, 1):
        assign(name, person)
        bpy.ops.ed.undo_push(message=name)
    shown = go_live()

    def all_well(**people):
        for _ in range(4):  # one character a tick is looked at closely
            everybody(shown)
        for name, person in (people or {"Hero": 1, "Robot": 2, "Extra": 3}).items():
            off = worst_limb_deg(name, made[name], shown[-1], person)
            assert off < 0.1, (name, off, troubles())

    all_well()
    for round in range(10):
        bpy.ops.ed.undo_push(message=f"step {round}")
        tick_to_next(shown)
        bpy.ops.ed.undo()
        all_well()
        bpy.ops.ed.redo()
        all_well()

    path = os.path.join(tempfile.mkdtemp(), "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True)
    tick_to_next(shown)
    assert not live.current().targets.driven
    bpy.ops.wm.open_mainfile(filepath=path)
    all_well()

    objects = bpy.data.objects
    objects["Hero"].name = "Heroine"
    made["Heroine"] = made["Hero"]
    all_well(Heroine=1, Robot=2, Extra=3)
    knee = made["Robot"].bones["left_knee"]
    objects["Robot"].data.bones[knee].name = "knie"
    all_well(Heroine=1, Extra=3)
    assert f"Robot: bone '{knee}' is gone or has another name" in troubles(), troubles()
    objects["Robot"].data.bones["knie"].name = knee
    all_well(Heroine=1, Robot=2, Extra=3)
    assert not troubles(), troubles()
    hips = made["Robot"].bones["pelvis"]
    objects["Robot"].data.bones[hips].name = "other"
    all_well(Heroine=1, Extra=3)
    assert "it carried the hips" in troubles(), troubles()
    objects["Robot"].data.bones["other"].name = hips
    select(objects["Robot"])
    bpy.ops.object.mode_set(mode="EDIT")
    bones = objects["Robot"].data.edit_bones
    bones.new("hat").tail = (0, 0, 1)
    all_well(Heroine=1, Extra=3)
    bpy.ops.object.mode_set(mode="OBJECT")
    all_well(Heroine=1, Robot=2, Extra=3)
    bpy.ops.ed.undo_push(message="before deletion")
    select(objects["Extra"])
    bpy.ops.object.delete()
    bpy.ops.ed.undo_push(message="deletion")
    all_well(Heroine=1, Robot=2)
    assert "Extra is gone" in troubles(), troubles()
    bpy.ops.ed.undo()
    all_well(Heroine=1, Robot=2, Extra=3)
    assert not troubles(), troubles()
    extra = bpy.data.objects["Extra"]
    context.scene.collection.objects.unlink(extra)
    all_well(Heroine=1, Robot=2)
    assert "Extra is gone" in troubles(), troubles()
    context.scene.collection.objects.link(extra)
    live.look_again()
    all_well(Heroine=1, Robot=2, Extra=3)
    bpy.data.armatures.remove(bpy.data.objects["Robot"].data)
    all_well(Heroine=1, Extra=3)
    assert "Robot is gone" in troubles(), troubles()
    """,
        publisher_endpoint,
    )


def test_people_are_swapped_dropped_paused_and_shared_by_buttons(publisher_endpoint: str) -> None:
    run_blender(
        _START
        + """
    made = {name: add_rig(name, naming="mixamo") for name in ("Hero", "Robot")}
    select()
    context.view_layer.objects.active = None
    assert not bpy.ops.livemocap.rig_assign.poll() and not bpy.ops.livemocap.rig_swap.poll()
    select(objects["Hero"])
    assert not bpy.ops.livemocap.rig_live.poll(), "nobody has been assigned yet"
    assign("Hero", 1)
    assign("Robot", 2)
    shown = go_live()

    def driven():
        everybody(shown)
        targets = live.current().targets
        return tuple(targets.person_of(objects[name]) for name in ("Hero", "Robot"))

    def worst():
        everybody(shown)
        people = live.current().targets.driven
        return max(worst_limb_deg(n, made[n], shown[-1], people[objects[n].session_uid])
                   for n in made)

    assert driven() == (1, 2)
    select(objects["Hero"], objects["Robot"])
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.livemocap.rig_swap() == {"FINISHED"}
    bpy.ops.ed.undo_push(message="swapped")
    assert driven() == (2, 1) and worst() < 0.1
    bpy.ops.ed.undo()
    objects = bpy.data.objects
    assert driven() == (1, 2) and worst() < 0.1, "swapping can be undone"
    assign("Robot", 1)
    assert driven() == (None, 1), "a person moves one character"
    assign("Hero", 1, share=True)
    assert driven() == (1, 1)
    assert worst() < 0.1, "or more, if asked to"
    assert bpy.ops.livemocap.rig_drop() == {"FINISHED"}
    assert driven() == (None, 1)
    assert bpy.ops.livemocap.rig_rule(rule="LEFT_TO_RIGHT") == {"FINISHED"}
    assert driven()[0] in (2, 3)
    select(objects["Robot"])
    assert bpy.ops.livemocap.rig_live() == {"FINISHED"}
    everybody(shown)
    still = hips_m("Robot", made["Robot"])
    everybody(shown)
    assert (hips_m("Robot", made["Robot"]) == still).all() and driven()[1] == 1
    assert bpy.ops.livemocap.rig_live() == {"FINISHED"}
    everybody(shown)
    assert (hips_m("Robot", made["Robot"]) != still).any()
    assert bpy.ops.livemocap.rig_remove() == {"FINISHED"}
    assert driven()[1] is None and read_note(objects["Robot"]) is None
    """,
        publisher_endpoint,
    )


def test_root_motion_goes_where_it_is_wanted_and_home_again(publisher_endpoint: str) -> None:
    run_blender(
        _START
        + """
    made = add_rig("Hero", naming="ue4", rest="A", axes="random", extras=("root",))
    hero = objects["Hero"]
    parent = bpy.data.objects.new("Stage", None)
    context.scene.collection.objects.link(parent)
    parent.matrix_world = Matrix.Rotation(1.1, 4, "Z") @ Matrix.Scale(3, 4)
    context.view_layer.update()
    hero.parent, hero.matrix_parent_inverse = parent, Matrix.Rotation(0.4, 4, "X")
    select(hero)
    context.view_layer.update()
    assign("Hero", 1)
    home = list(hero.location)
    shown = go_live()
    root = hero.pose.bones["root_bone"]

    def state(option):
        assert bpy.ops.livemocap.rig_root(root=option) == {"FINISHED"}
        everybody(shown)
        connection = live.current()
        connection.targets.show([shown[0]], time.monotonic())  # the same moment each time
        hips = hips_m("Hero", made)
        assert worst_limb_deg("Hero", made, shown[0], 1) < 0.1
        return hips, list(hero.location), list(root.location)

    hips, location, moved = state("HIPS")
    assert location == home and moved == [0, 0, 0]
    by_object, location, moved = state("OBJECT")
    assert np.allclose(by_object, hips, atol=1e-4), (by_object, hips)
    assert location != home and moved == [0, 0, 0]
    by_root, location, moved = state("ROOT_BONE")
    assert np.allclose(by_root, hips, atol=1e-4), (by_root, hips)
    assert location == home and moved != [0, 0, 0]
    in_place, location, moved = state("IN_PLACE")
    assert abs(in_place[2] - hips[2]) < 1e-4 and location == home and moved == [0, 0, 0]
    """,
        publisher_endpoint,
    )


def test_joints_are_detected_and_calibrated_and_saved_with_the_file(
    publisher_endpoint: str,
) -> None:
    run_blender(
        _START
        + """
    made = add_rig("Hero", naming="mixamo")
    hero = objects["Hero"]
    assign("Hero", 1)
    note = read_note(hero)
    assert note.joint_map.preset == "mixamo" and note.joint_map.bones == made.bones
    assert max(note.residual_deg.values()) < 0.1
    arm = made.bones["left_shoulder"]
    hero.pose.bones[arm].rotation_mode = "XYZ"
    hero.pose.bones[arm].rotation_euler = (0.5, 0, 0)
    assert bpy.ops.livemocap.rig_calibrate(source="POSE") == {"FINISHED"}
    off = read_note(hero).residual_deg
    assert off["right_arm"] < 10 < 15 < off["left_arm"] < 40, off
    path = os.path.join(tempfile.mkdtemp(), "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    hero = bpy.data.objects["Hero"]
    assert set(read_note(hero).calibration) == set(made.bones)
    select(hero)
    try:
        bpy.ops.livemocap.rig_calibrate(source="ACTOR")
        raise AssertionError("nobody is there")
    except RuntimeError as error:
        assert "Nobody in the stream" in str(error)
    shown = go_live()
    assert worst_limb_deg("Hero", made, shown[-1], 1) > 5, "as it was calibrated"
    assert bpy.ops.livemocap.rig_calibrate(source="REST") == {"FINISHED"}
    assert worst_limb_deg("Hero", made, everybody(shown), 1) < 0.1
    frame = everybody(shown)
    bpy.ops.livemocap.rig_live()
    assert bpy.ops.livemocap.rig_calibrate(source="ACTOR") == {"FINISHED"}
    bpy.ops.livemocap.rig_live()
    assert worst_limb_deg("Hero", made, everybody(shown), 1) < 0.1, "it stood as its actor did"
    hero.data.bones[made.bones["left_elbow"]].name = "?"
    assert bpy.ops.livemocap.rig_detect() == {"FINISHED"}
    assert read_note(hero).joint_map.bones != made.bones
    """,
        publisher_endpoint,
    )


def test_linked_and_overridden_characters_move_and_stay_assigned(publisher_endpoint: str) -> None:
    run_blender(
        _START
        + """
    made = add_rig("Hero", naming="mixamo")
    folder = tempfile.mkdtemp()
    library, path = (os.path.join(folder, name) for name in ("library.blend", "scene.blend"))
    bpy.ops.wm.save_as_mainfile(filepath=library)
    bpy.ops.wm.read_homefile(use_empty=True)
    for name in ("Linked", "Override"):
        copy = os.path.join(folder, name + ".blend")
        with open(library, "rb") as source, open(copy, "wb") as target:
            target.write(source.read())
        with bpy.data.libraries.load(copy, link=True) as (theirs, ours):
            ours.objects = ["Hero"]
        bpy.context.scene.collection.objects.link(ours.objects[0])
    ours.objects[0].override_create(remap_local_usages=True)
    rigs = lambda: [o for o in bpy.context.scene.objects if "Hero" in o.name]
    assert sorted(o.library is None for o in rigs()) == [False, True], rigs()
    for person, rig in enumerate(rigs(), 1):
        bpy.context.view_layer.objects.active = rig
        assert bpy.ops.livemocap.rig_assign(person=str(person)) == {"FINISHED"}
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    shown = go_live()
    assert sorted(live.current().targets.driven.values()) == [1, 2], troubles()
    live.current().targets._search = None  # they are found where they were from now on
    tick_to_next(shown)
    bpy.context.view_layer.update()
    assert all(abs(rig.pose.bones[made.bones["pelvis"]].location.length) > 0.1 for rig in rigs())
    """,
        publisher_endpoint,
    )


def test_a_worker_restarted_finds_the_same_people_on_the_same_characters(
    start_publisher: Callable[..., subprocess.Popen[str]],
) -> None:
    first = start_publisher("tcp://127.0.0.1:0", "--apart-m", "20")
    assert first.stdout
    endpoint = first.stdout.readline().strip()
    code = (
        _START
        + """
    made = {name: add_rig(name, naming="mixamo") for name in ("Hero", "Robot", "Extra")}
    for person, name in enumerate(made, 1):
        assign(name, person)
    shown = go_live()
    targets = live.current().targets
    print("live", flush=True)
    tick_until(lambda: not live.current().receiver.status().connected)
    count = len(shown)
    print("gone", flush=True)
    tick_until(lambda: len(shown) > count and len(shown[-1].track_ids) == 3)
    tick_until(lambda: len(targets.driven) == 3)
    frame = everybody(shown)
    for name in made:
        person = targets.person_of(objects[name])
        assert person > 100, "the tracker calls them something else now"
        assert worst_limb_deg(name, made[name], frame, person) < 0.1
        assert person % 100 == list(made).index(name) + 1, targets.driven
    print("back", flush=True)
    """
    )
    with blender_child(code, endpoint) as heard:
        assert "live\n" in heard
        first.kill()
        first.wait()
        assert "gone\n" in heard
        start_publisher(endpoint, "--first-id", "101", "--apart-m", "20")
        assert "back\n" in heard


def test_the_rig_panel_says_what_is_known_and_what_is_missing(publisher_endpoint: str) -> None:
    said = run_blender(
        _START
        + """
    from types import SimpleNamespace
    from unittest.mock import MagicMock
    from blender_addon.panels import rig_panel
    from blender_addon.panels.rig_panel import LIVEMOCAP_PT_rig

    rig_panel._STALE_S = 0.0  # a switch is added here faster than a person adds one

    def show(title):
        print(title)
        layout = MagicMock()
        LIVEMOCAP_PT_rig.draw(SimpleNamespace(layout=layout), bpy.context)
        for call in layout.mock_calls:
            if call[0].split(".")[-1] in ("label", "operator", "operator_menu_enum"):
                print("  ", call.kwargs.get("text") or call.args[0])

    context.view_layer.objects.active = None
    show("empty")
    made = add_rig("Hero", naming="chibi")
    show("new")
    assign("Hero", 1)
    show("assigned")
    shown = go_live()
    show("live")
    objects["Hero"].data.bones[made.bones["left_knee"]].name = "knie"
    objects["Hero"].pose.bones["hips"]["IK_FK"] = 0.0
    for _ in range(3):
        tick_to_next(shown)
    show("renamed")
    objects["Hero"]["livemocap_rig"] = "nonsense"
    tick_to_next(shown)
    show("broken")
    """,
        publisher_endpoint,
    )
    parts = said.split("empty\n")[1]
    texts = []
    for title in ("new", "assigned", "live", "renamed", "broken"):
        text, parts = parts.split(f"{title}\n", 1)
        texts.append(" ".join(text.split()))
    empty, new, assigned, running, renamed = texts
    assert "Select the armature of your character" in empty
    assert "Use with the Nearest Person" in new
    assert "Follows person 1 once connected" in assigned
    assert "18 of 55 joints" in assigned
    assert "Missing: neck" in assigned.replace("Missing: spine2, ", "Missing: ")
    assert "Moved by person 1" in running
    assert "is gone or has another name" in renamed
    assert "To move these limbs set IK_FK of hips to 1" in renamed
    assert "cannot be read" in " ".join(parts.split())
