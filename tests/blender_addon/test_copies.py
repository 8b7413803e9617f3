"""Characters that Blender copies together with all that is noted of them."""

from pathlib import Path

import pytest
from blender_process import needs_bpy, run_blender

pytestmark = [pytest.mark.blender, needs_bpy]

_START = """
    import sys
    from rigs_in_blender import *
    from live_in_blender import *
    get = lambda name: bpy.data.objects[name]  # another file has other objects

    def copied(name, linked=False):
        select(get(name))
        assert bpy.ops.object.duplicate(linked=linked) == {"FINISHED"}
        return bpy.context.object.name

    def follow():
        bpy.ops.livemocap.test_stream()
        connection, shown = live.current(), []
        show = connection.poser.show  # what is called last
        connection.poser.show = lambda frames, now: (show(frames, now), shown.extend(frames))
        tick_until(lambda: len(shown) > 3)
        return shown

    def whom(*names):
        live.current().targets.look_again()
        tick_to_next(shown)
        tick_to_next(shown)
        return [live.current().targets.person_of(get(name)) for name in names]
"""


def test_a_copy_follows_nobody_until_it_is_asked_to() -> None:
    run_blender(
        _START
        + """
    made = add_rig("Hero", naming="mixamo")
    assign("Hero", 1)
    known = read_note(get("Hero"))
    shown = follow()
    copy, twin = copied("Hero"), copied("Hero", linked=True)
    get(copy).location.x += 3
    bpy.context.view_layer.update()
    assert whom("Hero", copy, twin) == [1, None, None]
    rest = [list(bone.matrix_basis) for bone in get(copy).pose.bones]
    tick_to_next(shown)
    assert [list(bone.matrix_basis) for bone in get(copy).pose.bones] == rest
    note = read_note(get(copy))
    assert note.joint_map == known.joint_map and note.settings == known.settings
    assert abs(note.home[0, 3] - known.home[0, 3] - 3) < 1e-6, "it starts out from where it is"
    assign(copy, 2)
    assert whom("Hero", copy, twin) == [1, 2, None]
    bpy.data.objects.remove(get("Hero"))
    assert whom(copy, twin) == [2, None]
    """
    )


def test_who_is_renamed_or_saved_follows_on_and_their_copies_do_not(tmp_path: Path) -> None:
    run_blender(
        _START
        + """
    add_rig("Hero", naming="mixamo")
    assign("Hero", 1)
    assert copied("Hero") == "Hero.001"
    get("Hero").name = "Max"
    shown = follow()
    assert whom("Max", "Hero.001") == [1, None]
    bpy.ops.wm.save_as_mainfile(filepath=sys.argv[1])
    bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
    assert whom("Max", "Hero.001") == [1, None]
    assert copied("Max") == "Max.001"
    assert whom("Max", "Hero.001", "Max.001") == [1, None, None]
    get("Max")["livemocap_rig"] = "[1]"
    assert whom("Max", "Hero.001") == [None, None]
    assert any("cannot be read" in each for each in live.current().targets.troubles)
    """,
        str(tmp_path / "copies.blend"),
    )
