"""Undo while stand-ins come and go, which have no undo steps of their own."""

import pytest
from blender_process import needs_bpy, run_blender

pytestmark = [pytest.mark.blender, needs_bpy]

_START = """
    import blender_addon
    from rigs_in_blender import *
    from blender_addon.stream.proxies import create_proxy, find_proxies
    from retarget.rigs.average_person import average_joints
    blender_addon.register()
    joints, ed = average_joints(), bpy.ops.ed

    def delete(name):
        ed.undo_push(message="before")
        select(bpy.data.objects[name])
        bpy.ops.object.delete()
        ed.undo_push(message="deleted " + name)

    def shown():
        bpy.context.view_layer.update()  # Blender crashed here
        collection = bpy.data.collections["LiveMocap"]
        assert sorted(map(str, find_proxies())) == sorted(o.name[-1] for o in collection.objects)
        return sorted(find_proxies())
"""


def test_a_deletion_can_be_undone_and_redone_after_somebody_came() -> None:
    run_blender(
        _START
        + """
    add_rig("Extra", naming="mixamo")
    create_proxy(1, joints)
    delete("Extra")
    create_proxy(2, joints)
    assert shown() == [1, 2]
    assert ed.undo() == {"FINISHED"}
    assert shown() == [1] and "Extra" in bpy.data.objects
    create_proxy(3, joints)
    assert shown() == [1, 3]
    assert ed.redo() == {"FINISHED"}
    assert shown() == [1] and "Extra" not in bpy.data.objects
    """
    )


def test_a_stand_in_that_the_user_poses_stays_selected_and_posed() -> None:
    run_blender(
        _START
        + """
    proxy = create_proxy(1, joints)
    select(proxy)
    bpy.ops.object.mode_set(mode="POSE")
    ed.undo_push(message="pose mode")
    proxy.pose.bones["head"].location.x = 1
    ed.undo_push(message="moved")
    create_proxy(2, joints)
    assert ed.undo() == {"FINISHED"}
    assert shown() == [1]
    proxy = bpy.data.objects["Person 1"]
    assert bpy.context.mode == "POSE" and bpy.context.object == proxy and proxy.select_get()
    assert proxy.pose.bones["head"].location.x == 0
    """
    )


def test_a_character_follows_as_its_undone_and_redone_bones_and_note_say() -> None:
    run_blender(
        _START
        + """
    from live_in_blender import *
    made = {name: add_rig(name, naming="mixamo") for name in ("Hero", "Robot")}
    get = lambda name: bpy.data.objects[name]
    ed.undo_push(message="made")
    assign("Robot", 2)
    ed.undo_push(message="assigned Robot")
    assign("Hero", 1)
    ed.undo_push(message="assigned Hero")
    bpy.ops.livemocap.test_stream()
    connection, shown = live.current(), []
    show = connection.poser.show  # what is called last
    connection.poser.show = lambda frames, now: (show(frames, now), shown.extend(frames))

    def whom():
        for _ in range(3):
            frame = tick_to_next(shown)
        driven = {n: connection.targets.person_of(get(n)) for n in made}
        for name, person in driven.items():
            if person is not None:
                worst = worst_limb_deg(name, made[name], frame, person)
                assert worst < 0.1, (name, worst)
        assert not connection.targets.troubles, connection.targets.troubles
        return driven

    both = {"Hero": 1, "Robot": 2}
    assert whom() == both
    assert ed.undo() == {"FINISHED"}
    assert whom() == {"Hero": None, "Robot": 2}
    assert ed.redo() == {"FINISHED"}
    assert whom() == both

    select(get("Hero"))  # another rest pose: an arm that hangs
    bpy.ops.object.mode_set(mode="EDIT")
    arm = get("Hero").data.edit_bones[made["Hero"].bones["left_elbow"]]
    arm.head.z -= 12.0
    bpy.ops.object.mode_set(mode="OBJECT")
    ed.undo_push(message="edited")
    assert whom() == both
    assert ed.undo() == {"FINISHED"}
    assert whom() == both

    bone = made["Hero"].bones["left_knee"]
    get("Hero").data.bones[bone].name = "knie"
    ed.undo_push(message="renamed")
    live.look_again()
    tick_to_next(shown)
    tick_to_next(shown)
    assert "is gone or has another name" in str(connection.targets.troubles)
    assert ed.undo() == {"FINISHED"}
    assert whom() == both

    delete("Robot")
    tick_to_next(shown)
    tick_to_next(shown)
    assert "Robot is gone" in str(connection.targets.troubles)
    assert ed.undo() == {"FINISHED"}
    assert whom() == both
    """
    )
