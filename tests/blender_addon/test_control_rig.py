"""Looking what moves the bones of an animated rig of controls leaves its animation as it is."""

import pytest
from blender_process import needs_bpy, run_blender

pytestmark = [pytest.mark.blender, needs_bpy]

_START = """
    import blender_addon
    from rigs_in_blender import *
    blender_addon.register()
    add_rig("Hero", naming="mixamo")
    hero = bpy.data.objects["Hero"]
    hero.pose.bones[6].constraints.new("LIMIT_ROTATION")
    wave = bpy.data.actions.new("Wave")
    animation = hero.animation_data_create()
    animation.action = wave
    hero.keyframe_insert("location", frame=1)
"""


@pytest.mark.parametrize("has_slot", [True, False])
def test_an_action_comes_back_with_the_slot_that_it_had_or_with_none(has_slot: bool) -> None:
    run_blender(
        _START
        + f"""
    has_slots = hasattr(animation, "action_slot")  # from Blender 4.4 on
    if has_slots and not {has_slot}:
        animation.action_slot = None
    before = getattr(animation, "action_slot", None)
    assert (before is not None) == (has_slots and {has_slot})
    assign("Hero", 1)
    assert (animation.action, getattr(animation, "action_slot", None)) == (wave, before)
    """
    )


def test_a_rig_in_the_tweak_mode_of_a_strip_is_refused_with_what_to_do() -> None:
    run_blender(
        _START
        + """
    animation.nla_tracks.new().strips.new("Strip", 1, wave)
    animation.action = None
    animation.use_tweak_mode = True
    try:
        assign("Hero", 1)
        raise AssertionError("it was assigned")
    except RuntimeError as error:
        assert str(error).strip() == "Error: leave the tweak mode of its NLA strip first"
    assert animation.use_tweak_mode and "livemocap_rig" not in hero
    """
    )


def test_the_rig_panel_looks_through_all_bones_once_and_still_says_what_is_set_now() -> None:
    run_blender(
        _START
        + """
    from types import SimpleNamespace
    from unittest.mock import MagicMock
    from blender_addon.panels import rig_panel

    looked = []
    through_all = rig_panel.settable_bones

    def counted(rigged):
        looked.append(rigged.name)
        return through_all(rigged)

    rig_panel.settable_bones = counted
    rig_panel._STALE_S = 1e9

    def show():
        layout = MagicMock()
        rig_panel.LIVEMOCAP_PT_rig.draw(SimpleNamespace(layout=layout), bpy.context)
        labels = [call for call in layout.mock_calls if call[0].split(".")[-1] == "label"]
        return " ".join(call.kwargs.get("text") or call.args[0] for call in labels)

    bone = hero.pose.bones[8]
    bone["IK_FK"], bone["Head_Follow"] = 0.0, 1.0
    assign("Hero", 1)
    bpy.context.view_layer.objects.active = hero
    said = show()
    assert f"IK_FK of {bone.name} to 1" in said and "others than before" not in said
    bone["IK_FK"], bone["Head_Follow"] = 1.0, 0.0
    said = show()
    assert "IK_FK" not in said and "others than before" in said
    assert looked == ["Hero"]
    bone.name = "other"
    assert "IK_FK" not in show(), "a name that is gone does no harm"
    """
    )
