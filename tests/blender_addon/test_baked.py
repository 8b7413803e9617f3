"""From which frame to which an armature is animated, and at which rate it was."""

import pytest
from blender_process import needs_bpy, run_blender

pytestmark = [pytest.mark.blender, needs_bpy]


def test_the_span_is_that_of_keys_and_curves_without_any_are_on_no_frame() -> None:
    run_blender(
        """
    from fractions import Fraction
    import bpy
    from action_curves import all_curves
    from blender_addon.export.baked import baked_rate, keyed_span
    from blender_addon.export.plan import ExportError

    def refused():
        try:
            keyed_span(rig)
        except ExportError as error:
            return str(error)

    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    assert "Rig has no animation" in refused()
    rig.keyframe_insert("location", frame=12)
    action = rig.animation_data.action
    noise = list(all_curves(action))[0]
    noise.modifiers.new("NOISE")
    noise.keyframe_points.remove(noise.keyframe_points[0])
    assert keyed_span(rig) == (12, 12), "noise alone is on no frame"
    rig.keyframe_insert("location", index=2, frame=30.5)
    assert keyed_span(rig) == (12, 30.5)
    assert baked_rate(rig) is None
    action["livemocap_rate"] = "30000/1001"
    assert baked_rate(rig) == Fraction(30000, 1001)
    action["livemocap_rate"] = "nonsense"
    assert baked_rate(rig) is None
    strip = rig.animation_data.nla_tracks.new().strips.new("s", 100, action)
    rig.animation_data.action = None
    assert keyed_span(rig)[0] == 100 == strip.frame_start
    for curve in all_curves(action):
        while curve.keyframe_points:
            curve.keyframe_points.remove(curve.keyframe_points[0])
    rig.animation_data.action = action
    assert "Rig has no keys" in refused()
    """
    )
