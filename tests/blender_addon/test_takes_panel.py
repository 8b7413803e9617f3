"""The panel Takes: what it shows of bakes, and what its buttons do to takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from baked_takes import in_blender, write_take
from blender_process import needs_bpy, run_blender

pytestmark = [pytest.mark.blender, needs_bpy]


def test_the_takes_panel_shows_the_progress_and_what_became_of_it(tmp_path: Path) -> None:
    write_take(tmp_path)
    said = run_blender(
        in_blender("""
    from blender_addon.takes.bake import BakeOptions
    from blender_addon.panels.takes_panel import LIVEMOCAP_PT_takes
    from panel_layout import sentences

    def show():
        return sentences(LIVEMOCAP_PT_takes)

    empty()
    bpy.context.window_manager.livemocap.takes_folder = str(folder / "none")
    said = [show()]
    assert bpy.ops.livemocap.bake_take.poll() and not bpy.ops.livemocap.bake_cancel.poll()
    baking.start(BakeOptions(take=Path(take)))
    baking.tick(0.0)
    assert not bpy.ops.livemocap.bake_take.poll() and bpy.ops.livemocap.bake_cancel.poll()
    said.append(show())
    baking.finish()
    said.append(show())
    refused(people="9")
    said.append(show())

    from blender_addon.panels.take_list import follow_folder, takes
    from blender_addon.takes import folder as take_list
    bpy.context.window_manager.livemocap.takes_folder = str(folder)
    take_list.look_again()
    show()
    assert bpy.app.timers.is_registered(follow_folder), "drawing may change nothing itself"
    follow_folder()
    assert [(row.name, row.short) for row in takes().rows] == [("take", "1.5 s, 2 people")]
    said.append(show())
    assert bpy.ops.livemocap.take_mute(filepath=take) == {"FINISHED"}
    curves = [c for a in bpy.data.actions if a.get("livemocap_take") for c in all_curves(a)]
    assert curves and all(curve.mute for curve in curves)
    bpy.ops.livemocap.take_mute(filepath=take)
    assert not any(curve.mute for curve in curves)
    baking.start(BakeOptions(take=Path(take)))
    for path in (take, str(folder / "notes.txt")):
        try:
            bpy.ops.livemocap.take_delete(filepath=path)
        except RuntimeError as error:
            said.append(str(error))
    baking.cancel()
    assert Path(take).exists()
    assert bpy.ops.livemocap.take_rename(filepath=take, name="best") == {"FINISHED"}
    renamed = str(folder / "best.mcap")
    assert not Path(take).exists() and Path(renamed).exists()
    assert {a["livemocap_take"] for a in bpy.data.actions if "livemocap_take" in a} == {"best"}
    for name in ("best", "../best", "a:b"):
        try:
            bpy.ops.livemocap.take_rename(filepath=renamed, name=name)
            raise AssertionError(name)
        except RuntimeError as error:
            said.append(str(error))
    follow_folder()
    assert [row.name for row in takes().rows] == ["best"]
    assert bpy.ops.livemocap.take_delete(filepath=renamed) == {"FINISHED"}
    assert not Path(renamed).exists() and take_list.takes_in(folder) == []
    follow_folder()
    assert not takes().rows
    print(json.dumps(said))
    """),
        str(tmp_path),
    )
    idle, running, done, failed, listed, busy, other, *names = json.loads(said.splitlines()[-1])
    assert idle.endswith("No takes in this folder yet Bake Take...")
    assert "% livemocap.bake_cancel Baking take" in running
    assert "Baked take: take person 1, take" in done
    assert "no person 9" in failed
    assert "1.5 s, 2 people, 30 a second, 0 dropped Bake Again..." in " ".join(listed.split())
    assert "best.mcap is there already" in names[0]
    assert all("cannot be the name of a take" in each for each in names[1:])
    assert "take.mcap is being baked: cancel that first" in busy
    assert "notes.txt is no take" in other


def test_a_take_that_was_baked_in_another_file_is_not_muted_here_and_people_are_asked_anew(
    tmp_path: Path,
) -> None:
    said = run_blender(
        in_blender("""
    action = bpy.data.actions.new("there")
    action["livemocap_take"] = "take"
    library = str(folder / "library.blend")
    bpy.data.libraries.write(library, {action}, fake_user=True)
    bpy.data.actions.remove(action)
    with bpy.data.libraries.load(library, link=True) as (_, chosen):
        chosen.actions = ["there"]
    said = []
    for name in ("take", "other"):
        try:
            bpy.ops.livemocap.take_mute(filepath=str(folder / (name + ".mcap")))
        except RuntimeError as error:
            said.append(str(error))
    known = bpy.ops.livemocap.bake_take.get_rna_type().properties
    print(json.dumps([*said, known["people"].is_skip_save]))
    """),
        str(tmp_path),
    )
    linked, nowhere, anew = json.loads(said.splitlines()[-1])
    assert "take comes from another file: mute it there" in linked
    assert "other was not baked in this file" in nowhere
    assert anew, "another take has other people"
