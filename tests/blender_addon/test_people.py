"""The People panel in headless Blender: the list, and what can be done with a person."""

from pathlib import Path

import pytest
from blender_process import needs_bpy, run_blender

pytestmark = [pytest.mark.blender, needs_bpy]

_START = """
    import sys
    from types import SimpleNamespace
    from unittest.mock import MagicMock
    from rigs_in_blender import *
    from live_in_blender import *
    from blender_addon.panels.people_list import LIVEMOCAP_UL_people, choices
    from blender_addon.panels.people_panel import LIVEMOCAP_PT_people
    from blender_addon.rigs.note import read_note

    def follow():
        connection, shown = live.current(), []
        show = connection.poser.show  # what is called last
        connection.poser.show = lambda frames, now: (show(frames, now), shown.extend(frames))
        tick_until(lambda: shown)
        return shown

    def texts(draw):
        layout = MagicMock()
        draw(layout)
        names = ("label", "operator", "operator_menu_enum")
        calls = [c for c in layout.mock_calls if c[0].split(".")[-1] in names]
        return [str(c.kwargs.get("text") or c.args[0]) for c in calls]

    def panel():
        return texts(lambda to: LIVEMOCAP_PT_people.draw(SimpleNamespace(layout=to), bpy.context))

    def item(row):
        return texts(
            lambda to: LIVEMOCAP_UL_people.draw_item(None, None, to, people, row, 0, None, "")
        )

    people = bpy.context.window_manager.livemocap_people
"""


def test_the_list_shows_who_is_there_and_keeps_who_left_for_a_moment() -> None:
    run_blender(
        _START
        + """
    from dataclasses import replace
    from livemocap.messages import TRACK_PREDICTED
    from blender_addon.stream.posing import Poser
    from blender_addon.stream.roster import KEEP_S
    from track_stream import frame_at, _without

    assert panel() == ["Nobody", "livemocap.clear_proxies"]
    assert not bpy.ops.livemocap.person_proxy.poll()
    bpy.ops.livemocap.test_stream()
    connection = live.current()
    connection.receiver.close()

    def send(now_s, **changes):
        frame = replace(frame_at(0), **changes)
        connection.receiver.take_newest = lambda: [frame]
        live.tick(now_s)

    send(1e6)
    assert [row.name for row in people.rows] == ["Person 1", "Person 2", "Person 3"]
    assert item(people.rows[1])[0] == f"Person 2, {people.rows[1].percent}%"
    send(1e6 + 0.3, names={"2": "anna"})
    assert [row.name for row in people.rows] == ["Person 1", "anna", "Person 3"]
    send(1e6 + 0.5)
    assert [row.name for row in people.rows] == ["Person 1", "Person 2", "Person 3"]
    people.active, people.rows[2].live, people.rows[2].bake = 2, False, False
    guessed = np.array([1, TRACK_PREDICTED, 1], np.uint8)
    send(1e6 + 0.7, states=guessed)
    assert item(people.rows[1])[0] == "Person 2, guessed"
    full = frame_at(0)
    connection.receiver.take_newest = lambda: [_without(full, row=0)]
    live.tick(1e6 + 1.0)
    live.tick(1e6 + 3.7)
    assert [row.is_gone for row in people.rows] == [True, False, False]
    assert item(people.rows[0])[0] == "Person 1, 3 s ago"
    people.active = 0
    assert "Person 1 left, seen 3.0 s ago" in panel()
    people.active = 2
    live.tick(1e6 + 0.7 + KEEP_S + 1)
    assert [row.name for row in people.rows] == ["Person 2", "Person 3"]
    assert people.active == 1 and not people.rows[1].live, "what was chosen goes along"
    assert choices().left_out == {3} == choices().held
    assert bpy.ops.livemocap.disconnect() == {"FINISHED"}
    assert not people.rows
    """
    )


def test_a_person_gets_characters_swaps_them_and_lets_them_go() -> None:
    run_blender(
        _START
        + """
    for name in ("Anna", "Bob"):
        add_rig(name, naming="mixamo", placed=np.eye(4))
    bpy.ops.object.select_all(action="DESELECT")
    bpy.context.view_layer.objects.active = None
    bpy.ops.livemocap.test_stream()
    shown = follow()

    def moved():
        for _ in range(3):
            tick_to_next(shown)
        time.sleep(0.12)  # the list is written ten times a second
        tick_to_next(shown)
        return {row.track_id: row.characters for row in people.rows}

    assert not bpy.ops.livemocap.rig_assign.poll(), "nothing is selected"
    assert bpy.ops.livemocap.person_character(character="Anna") == {"FINISHED"}
    assert moved() == {"1": "Anna", "2": ""}
    assert "Anna" in panel()
    people.active = 1
    assert not bpy.ops.livemocap.person_drop.poll()
    assert bpy.ops.livemocap.person_character(character="Bob") == {"FINISHED"}
    select(bpy.data.objects["Anna"])
    bpy.ops.object.mode_set(mode="POSE")
    assert moved() == {"1": "Anna", "2": "Bob"}
    from blender_addon.panels.people_operators import _armatures, _others
    menu = _armatures(None, bpy.context)
    assert [each[0] for each in _others(SimpleNamespace(person=""), None)] == ["1"]
    assert [each[0] for each in menu] == ["Anna", "Bob"], "one menu takes no texts from another"
    assert bpy.ops.livemocap.person_swap(person="1", other="2") == {"FINISHED"}
    assert moved() == {"1": "Bob", "2": "Anna"}
    assert bpy.ops.livemocap.person_drop(person="1") == {"FINISHED"}
    assert moved() == {"1": "", "2": "Anna"}
    assert read_note(bpy.data.objects["Bob"]) is not None, "its bones are still known"
    assert not bpy.ops.livemocap.person_swap(person="1", other="2") == {"CANCELLED"}
    assert moved() == {"1": "Anna", "2": ""}

    before = set(bpy.data.objects.keys())
    assert bpy.ops.livemocap.person_proxy(person="2") == {"FINISHED"}
    (name,) = set(bpy.data.objects.keys()) - before
    mine = bpy.data.objects[name]
    assert "livemocap_track" not in mine and sorted(find_proxies()) == [1, 2]
    bpy.context.view_layer.update()
    still = np.array(mine.pose.bones["left_wrist"].matrix)
    bpy.ops.livemocap.person_character(person="2", character=name)
    assert moved()["2"] == name, "it is a character like any other"
    bpy.context.view_layer.update()
    assert np.abs(np.array(mine.pose.bones["left_wrist"].matrix) - still).max() > 1e-4
    assert bpy.context.mode == "POSE"
    """
    )


def test_who_moves_a_character_is_not_shown_beside_it_not_even_when_they_come_back() -> None:
    run_blender(
        _START
        + """
    from track_stream import frame_at, _without
    add_rig("Anna", naming="mixamo", placed=np.eye(4))
    assign("Anna", 2)
    bpy.ops.livemocap.test_stream()
    connection, full = live.current(), frame_at(0)
    connection.receiver.close()

    def seen_after(frame, now_s):
        connection.receiver.take_newest = lambda: [frame]
        live.tick(now_s)
        return sorted(i for i, proxy in find_proxies().items() if not proxy.hide_viewport)

    for now_s in (1e6, 1e6 + 2, 1e6 + 4):
        assert seen_after(full, now_s) == [1, 3]
        assert connection.targets.moving == {2}
        assert seen_after(_without(full, row=1), now_s + 1) == [1, 3]
    people.active = 1
    assert bpy.ops.livemocap.person_proxy() == {"CANCELLED"}
    bpy.context.window_manager.livemocap.hide_stand_ins = False
    assert seen_after(full, 1e6 + 6) == [1, 2, 3]
    assert worst_joint_mm(full) < 0.1
    assert bpy.ops.livemocap.person_proxy() == {"FINISHED"}
    """
    )


def test_who_is_held_or_not_alone_stands_still() -> None:
    run_blender(
        _START
        + """
    made = {name: add_rig(name, naming="mixamo", placed=np.eye(4)) for name in ("Anna", "Bob")}
    bpy.context.window_manager.livemocap.hide_stand_ins = False
    bpy.ops.livemocap.test_stream()
    shown = follow()
    assign("Anna", 1)
    assign("Bob", 2)
    for _ in range(5):
        tick_to_next(shown)

    def state(name, track_id):
        bpy.context.view_layer.update()
        own = find_proxies()[track_id].pose.bones["left_wrist"].matrix
        bone = bpy.data.objects[name].pose.bones[made[name].bones["left_wrist"]]
        return np.array([own, bone.matrix])

    def moving():
        before = state("Anna", 1), state("Bob", 2)
        for _ in range(20):
            tick_to_next(shown)
        after = state("Anna", 1), state("Bob", 2)
        return [
            bool((np.abs(a - b).max((1, 2)) > 1e-5).all())
            if (np.abs(a - b).max((1, 2)) > 1e-5).any()
            else False
            for a, b in zip(before, after)
        ]

    assert moving() == [True, True]
    people.rows[0].live = False
    tick_to_next(shown)
    assert moving() == [False, True]
    people.rows[0].live = True
    assert bpy.ops.livemocap.person_solo(person="1") == {"FINISHED"}
    tick_to_next(shown)
    assert moving() == [True, False]
    hidden = {i: proxy.hide_viewport for i, proxy in find_proxies().items()}
    assert hidden == {1: False, 2: True}
    assert bpy.ops.livemocap.person_solo(person="1") == {"FINISHED"}
    tick_to_next(shown)
    assert moving() == [True, True]
    assert not any(proxy.hide_viewport for proxy in find_proxies().values())
    """
    )


def test_who_was_left_out_while_recording_is_recorded_but_not_baked(tmp_path: Path) -> None:
    run_blender(
        _START
        + """
    from blender_addon.takes import recording
    from livemocap.take_glance import glance, left_out
    bpy.ops.livemocap.test_stream()
    shown = follow()
    settings = bpy.context.window_manager.livemocap
    settings.takes_folder, settings.take_name = sys.argv[1], "duet"
    people.rows[1].bake = False
    bpy.ops.livemocap.record_start()
    for _ in range(20):
        tick_to_next(shown)
    bpy.ops.livemocap.record_stop()
    path = recording.current().status().path
    assert glance(path).people == (1, 2)
    assert left_out(path) == {2}

    def baked(**how):
        bpy.ops.livemocap.bake_take(filepath=str(path), wait=True, **how)
        names = sorted(each.name for each in bpy.data.objects if each.name.startswith("duet"))
        for name in names:
            bpy.data.objects.remove(bpy.data.objects[name])
        return names

    assert baked() == ["duet person 1"]
    assert baked(people="1, 2") == ["duet person 1", "duet person 2"]
    people.rows[0].bake, people.rows[1].bake = False, True
    bpy.ops.livemocap.record_start()
    for _ in range(5):
        tick_to_next(shown)
    people.rows[0].bake = True
    tick_to_next(shown)
    bpy.ops.livemocap.record_stop()
    assert left_out(recording.current().status().path) == set(), "it may be chosen until the end"
    """,
        str(tmp_path),
    )
