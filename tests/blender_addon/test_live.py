"""The add-on in headless Blender, following a publisher in another process."""

import json
import subprocess
from collections.abc import Callable

import pytest
from blender_process import blender_child, needs_bpy, run_blender

pytestmark = [pytest.mark.blender, needs_bpy]

_START = """
    import sys, threading, time
    from live_in_blender import *
    endpoint = sys.argv[1]
"""


def test_everybody_is_where_the_message_says_and_goes_and_grows_with_it(
    publisher_endpoint: str,
) -> None:
    said = run_blender(
        _START
        + """
    from track_stream import PHASE_FRAMES
    shown = connect(endpoint)
    tick_until(lambda: shown and len(shown[-1].track_ids) == 3)  # who never came is not hidden
    worst, hidden, rest, armatures = {}, {}, {}, set()
    while len(worst) < 4 or len(shown) < 60:
        frame = tick_to_next(shown)
        phase = frame.sequence // PHASE_FRAMES % 4
        worst[phase] = max(worst.get(phase, 0), worst_joint_mm(frame))
        proxies = find_proxies()
        hidden[phase] = sorted(i for i, p in proxies.items() if p.hide_viewport)
        rest[phase] = round(proxies[3].data.bones["head"].head_local.z, 3)
        armatures.add((len(bpy.data.armatures), len(bpy.data.objects), proxies[3].name))
    import json
    print(json.dumps([worst, hidden, rest, sorted(armatures)]))
    """,
        publisher_endpoint,
    )
    worst, hidden, rest, armatures = json.loads(said.splitlines()[-1])
    assert max(worst.values()) < 0.1
    assert hidden == {"0": [], "1": [2], "2": [], "3": []}
    assert rest["0"] == rest["1"] == rest["2"] < rest["3"]
    assert len(armatures) == 1, "remade on the same object, nothing left behind"


def test_a_proxy_is_removed_when_its_person_stays_away(publisher_endpoint: str) -> None:
    run_blender(
        _START
        + """
    from blender_addon.stream.posing import KEEP_HIDDEN_S
    from track_stream import _without
    shown = connect(endpoint)
    tick_until(lambda: shown and len(shown[-1].track_ids) == 3)
    assert set(find_proxies()) == {1, 2, 3}
    receiver, without = live.current().receiver, _without(shown[-1], row=1)
    receiver.take_newest = lambda: [without]  # for longer than the publisher leaves them out
    now_s = time.monotonic()
    for later_s in (0, KEEP_HIDDEN_S - 1):
        live.tick(now_s + later_s)
        assert set(find_proxies()) == {1, 2, 3}
    live.tick(now_s + KEEP_HIDDEN_S + 1)
    assert set(find_proxies()) == {1, 3}
    assert "Person 2" not in bpy.data.objects and "Person 2" not in bpy.data.armatures
    del receiver.take_newest
    tick_to_next(shown)
    tick_until(lambda: len(shown[-1].track_ids) == 3)
    assert worst_joint_mm(tick_to_next(shown)) < 0.1
    """,
        publisher_endpoint,
    )


def test_people_of_all_cameras_are_shown_until_their_camera_leaves_the_stream() -> None:
    run_blender(
        """
    from dataclasses import replace
    from live_in_blender import *
    from blender_addon.stream.posing import FORGET_CAMERA_S, Poser
    from livemocap.messages import TRACK_TENTATIVE
    from track_stream import frame_at
    first = frame_at(0, people=2)
    other = replace(first, camera_id="cam1", track_ids=np.array([2**40, 2**40 + 1]))
    poser = Poser()

    def visible():
        return sorted(i for i, proxy in find_proxies().items() if not proxy.hide_viewport)

    poser.show([first, other], 0.0)
    poser.show([other], 0.5 * FORGET_CAMERA_S)
    assert visible() == [1, 2, 2**40, 2**40 + 1] == [p.track_id for p in poser.people]
    poser.show([other], 1.1 * FORGET_CAMERA_S)
    assert visible() == [2**40, 2**40 + 1] == [p.track_id for p in poser.people]
    poser.show([], 9.9)
    maybe = replace(first, states=np.array([TRACK_TENTATIVE, 1], np.uint8))
    poser.show([maybe], 10.0)
    assert visible() == [2] == [p.track_id for p in poser.people]
    """
    )


def test_who_comes_back_is_seen_at_once_also_when_the_collection_is_gone() -> None:
    run_blender(
        """
    from live_in_blender import *
    from blender_addon.stream.posing import Poser
    from track_stream import PHASE_FRAMES, frame_at
    poser, everybody, fewer = Poser(), frame_at(0), frame_at(PHASE_FRAMES)
    poser.show([everybody], 0.0)
    poser.show([fewer], 0.1)
    assert [i for i, proxy in find_proxies().items() if proxy.hide_viewport] == [2]
    bpy.data.collections.remove(bpy.data.collections["LiveMocap"])
    poser.show([everybody], 0.2)
    assert [proxy.hide_viewport for proxy in find_proxies().values()] == [False] * 3
    assert len(bpy.data.armatures) == 3
    """
    )


def test_undo_redo_and_file_loading_while_live_do_no_harm(publisher_endpoint: str) -> None:
    run_blender(
        _START
        + """
    import tempfile, os
    shown = connect(endpoint)
    bpy.ops.ed.undo_push(message="before")
    tick_to_next(shown)
    for round in range(20):
        bpy.ops.ed.undo_push(message=f"step {round}")
        tick_to_next(shown)
        bpy.ops.ed.undo()
        assert worst_joint_mm(tick_to_next(shown)) < 0.1
        if round % 2:
            bpy.ops.ed.redo()
            assert worst_joint_mm(tick_to_next(shown)) < 0.1
    path = os.path.join(tempfile.mkdtemp(), "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    for load in (
        lambda: bpy.ops.wm.open_mainfile(filepath=path),
        lambda: bpy.ops.wm.read_homefile(use_empty=True),
        lambda: bpy.ops.wm.open_mainfile(filepath=path),
    ):
        load()
        tick_to_next(shown)  # what was shown last was shown in the other file
        tick_until(lambda: len(shown[-1].track_ids) == 3)
        assert worst_joint_mm(tick_to_next(shown)) < 0.1
        assert len(bpy.data.armatures) == 3
    """,
        publisher_endpoint,
    )


def test_what_the_user_does_meanwhile_is_respected(publisher_endpoint: str) -> None:
    run_blender(
        _START
        + """
    def all_well():
        tick_to_next(shown)  # after whatever was done
        tick_until(lambda: len(shown[-1].track_ids) == 3)
        assert worst_joint_mm(shown[-1]) < 0.1
        return find_proxies()

    def go_to(mode, thing):
        bpy.context.view_layer.objects.active = thing
        thing.select_set(True)
        bpy.ops.object.mode_set(mode=mode)

    cube = bpy.data.objects["Cube"]
    go_to("EDIT", cube)
    shown = connect(endpoint)
    tick_to_next(shown)
    assert bpy.context.mode == "EDIT_MESH" and not find_proxies()
    assert live.current().poser.waits_for_object_mode
    go_to("OBJECT", cube)
    cube.select_set(False)
    proxies = all_well()
    assert not live.current().poser.waits_for_object_mode
    assert bpy.context.view_layer.objects.active == cube
    assert not bpy.context.selected_objects

    # in pose mode people are remade, and the user stays in pose mode
    go_to("POSE", proxies[1])
    for _ in range(150):
        tick_to_next(shown)
    assert bpy.context.mode == "POSE" and bpy.context.object.name == "Person 1"
    go_to("OBJECT", all_well()[1])

    # renamed, deleted, moved to another collection, duplicated, bones renamed or removed
    find_proxies()[1].name = "Anna"
    assert all_well()[1].name == "Anna" and "Person 1" not in bpy.data.objects
    bpy.data.armatures.remove(find_proxies()[2].data)  # takes the object along
    assert 2 in all_well()
    other = bpy.data.collections.new("Mine")
    bpy.context.scene.collection.children.link(other)
    proxy = find_proxies()[3]
    other.objects.link(proxy)
    bpy.data.collections["LiveMocap"].objects.unlink(proxy)
    assert all_well()[3].name == proxy.name == "Person 3"
    copy = proxy.copy()
    bpy.data.collections["LiveMocap"].objects.link(copy)
    assert all_well()[3].name == "Person 3"
    worn = copy.data
    bpy.data.objects.remove(copy)
    if not worn.users:  # the person has another size since, and bones of their own for it
        bpy.data.armatures.remove(worn)
    proxy.data.bones["left_knee"].name = "knie"
    live.forget_shapes()
    assert "left_knee" in all_well()[3].data.bones
    go_to("EDIT", find_proxies()[3])
    bones = bpy.context.object.data.edit_bones
    bones.remove(bones["head"])
    bpy.ops.object.mode_set(mode="OBJECT")
    assert "head" in all_well()[3].data.bones

    bpy.data.collections.remove(bpy.data.collections["LiveMocap"])
    all_well()
    assert bpy.ops.livemocap.disconnect() == {"FINISHED"}
    assert len(find_proxies()) == 3
    assert bpy.ops.livemocap.clear_proxies() == {"FINISHED"}
    assert not bpy.data.armatures and "LiveMocap" not in bpy.data.collections
    assert not bpy.ops.livemocap.clear_proxies.poll() and not bpy.ops.livemocap.disconnect.poll()
    """,
        publisher_endpoint,
    )


def test_connecting_and_enabling_many_times_leaves_nothing_behind(publisher_endpoint: str) -> None:
    run_blender(
        _START
        + """
    threads = threading.active_count()
    for round in range(20):
        shown = connect(endpoint)
        assert threading.active_count() == threads + 1
        tick_to_next(shown)
        if round % 2:
            assert bpy.ops.livemocap.disconnect() == {"FINISHED"}
        else:
            blender_addon.unregister()
            assert not bpy.app.timers.is_registered(live._on_timer)
            assert not hasattr(bpy.types, "LIVEMOCAP_OT_connect")
            blender_addon.register()
        assert threading.active_count() == threads and live.current() is None
    for handlers in (bpy.app.handlers.load_post, bpy.app.handlers.undo_post):
        assert sum("_forget_shapes" in handler.__name__ for handler in handlers) == 1
    shown = connect(endpoint)
    tick_to_next(connect(endpoint))
    assert threading.active_count() == threads + 1, "connecting anew replaces the connection"
    """,
        publisher_endpoint,
    )


def test_no_socket_is_opened_to_another_machine_while_online_access_is_off() -> None:
    said = run_blender(
        """
    import sys
    from live_in_blender import *
    opened = []
    sys.addaudithook(lambda event, args: event.startswith("socket.") and opened.append(event))
    import threading
    threads = threading.active_count()
    for address in ("tcp://192.0.2.1:47820", "tcp://mocap.example:47820", "nonsense"):
        bpy.context.window_manager.livemocap.address = address
        assert bpy.ops.livemocap.connect() == {"CANCELLED"}
        assert str(live.refusal()).startswith(("tcp://", "'nonsense'"))
        assert isinstance(live.refusal(), live.OfflineError) == (address != "nonsense")
    assert not opened and live.current() is None and threading.active_count() == threads
    assert not bpy.app.online_access
    """
    )
    assert said.count("Warning: tcp://192.0.2.1:47820 is another machine") == 1
    assert said.count("Warning: tcp://mocap.example:47820 is another machine") == 1
    assert "'nonsense' is no address" in said


def test_a_publisher_killed_and_restarted_moves_the_same_people_again(
    start_publisher: Callable[..., subprocess.Popen[str]],
) -> None:
    first = start_publisher()
    assert first.stdout
    endpoint = first.stdout.readline().strip()
    code = (
        _START
        + """
    shown = connect(endpoint)
    tick_until(lambda: shown and len(shown[-1].track_ids) == 3)
    names = {i: p.name for i, p in find_proxies().items()}
    print("live", flush=True)
    tick_until(lambda: not live.current().receiver.status().connected)
    count = len(shown)
    print("gone", flush=True)
    tick_until(lambda: len(shown) > count and len(shown[-1].track_ids) == 3)
    assert worst_joint_mm(shown[-1]) < 0.1
    assert {i: p.name for i, p in find_proxies().items()} == names
    print("back", flush=True)
    """
    )
    with blender_child(code, endpoint) as heard:
        assert "live\n" in heard
        first.kill()
        first.wait()
        assert "gone\n" in heard
        start_publisher(endpoint)
        assert "back\n" in heard


def test_the_panels_say_what_is_going_on(publisher_endpoint: str) -> None:
    said = run_blender(
        _START
        + """
    from types import SimpleNamespace
    from unittest.mock import MagicMock
    from blender_addon.panels.people_panel import LIVEMOCAP_PT_people
    from blender_addon.panels.stream_panel import LIVEMOCAP_PT_stream

    def show(title):
        print(title)
        for panel in (LIVEMOCAP_PT_stream, LIVEMOCAP_PT_people):
            layout = MagicMock()
            panel.draw(SimpleNamespace(layout=layout), bpy.context)
            for call in layout.mock_calls:
                if call[0].split(".")[-1] in ("label", "operator"):
                    print("  ", call.kwargs.get("text") or call.args[0])

    show("empty")
    shown = connect(endpoint)
    tick_until(lambda: shown and len(shown[-1].track_ids) == 3)
    show("live")
    live._on_timer()
    live.current().poser.show = lambda *_: 1 / 0
    while not live.current().trouble:
        assert live._on_timer() == live.TICK_S
    show("error")
    """,
        publisher_endpoint,
    )
    empty, running = said.split("empty\n")[1].split("live\n")
    running, error = running.split("error\n")
    assert "Not connected" in empty
    assert "livemocap.connect" in empty
    assert "Nobody" in empty
    assert "Live " in running
    assert "Person 1, seen now, " in running
    assert "90%" not in empty
    assert "division by zero" in error
