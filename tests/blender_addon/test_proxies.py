"""Stand-ins are made, remade and removed without anything happening to what else there is."""

import pytest
from blender_process import needs_bpy, run_blender

pytestmark = [pytest.mark.blender, needs_bpy]

_START = """
    from rigs_in_blender import *
    from blender_addon.stream.proxies import create_proxy, remove_proxy, reshape_proxy
    from retarget.rigs.average_person import average_joints
    bpy.ops.wm.read_homefile(use_empty=True)
    objects, joints = bpy.data.objects, average_joints()
"""


def test_armatures_that_are_selected_do_not_go_into_edit_mode_when_somebody_comes() -> None:
    run_blender(
        _START
        + """
    for name in ("Posed", "Posed too", "Selected"):
        add_rig(name, naming="mixamo")
    rigs = [objects[name] for name in ("Posed", "Posed too", "Selected")]
    select(*rigs[1::-1])
    bpy.ops.object.mode_set(mode="POSE")
    rigs[1].select_set(False)
    rigs[2].select_set(True)

    def state():
        layer = bpy.context.view_layer.objects
        modes = [(each.mode, each.select_get()) for each in rigs]
        # leaving edit mode makes all bones anew
        bones = [bone.as_pointer() for each in rigs for bone in each.data.bones]
        return modes, layer.active.name, sorted(each.name for each in layer.selected), bones

    before = state()
    assert before[0] == [("POSE", True), ("POSE", False), ("OBJECT", True)]
    proxy = create_proxy(1, joints)
    assert state() == before
    reshape_proxy(proxy, 1.1 * joints)
    assert state() == before
    bpy.ops.object.mode_set(mode="OBJECT")
    select(*rigs)
    before = state()
    create_proxy(2, joints)
    assert state() == before
    """
    )


def test_a_copy_that_shares_the_bones_of_a_stand_in_outlives_it() -> None:
    run_blender(
        _START
        + """
    def shared(proxy, name):
        copy = proxy.copy()
        copy.name = name
        bpy.context.scene.collection.objects.link(copy)

    proxy = create_proxy(1, joints)
    shared(proxy, "Mine")
    reshape_proxy(proxy, 1.1 * joints)
    assert "Mine" in objects
    shared(proxy, "Mine too")
    remove_proxy(proxy)
    assert {"Mine", "Mine too"} == set(objects.keys()) and len(bpy.data.armatures) == 2
    """
    )
