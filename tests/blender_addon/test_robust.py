"""What breaks live add-ons, many times over: in headless Blender, under a real stream."""

import json
from pathlib import Path

import pytest
from blender_process import needs_bpy, run_blender

pytestmark = [pytest.mark.blender, needs_bpy]

_START = """
    import gc, os, sys, threading, weakref
    from live_in_blender import *
    from rigs_in_blender import *
    endpoint = sys.argv[1]
    objects = bpy.data.objects

    def stage():
        bpy.ops.wm.read_homefile(use_empty=True)
        made = {n: add_rig(n, naming=how) for n, how in (("Hero", "mixamo"), ("Robot", "ue4"))}
        for person, name in enumerate(made, 1):
            assign(name, person)
        return made
"""


def test_a_hundred_times_enabled_under_a_stream_nothing_is_left_behind(
    publisher_endpoint: str,
) -> None:
    run_blender(
        _START
        + """
    stage()
    handlers = bpy.app.handlers
    lists = [getattr(handlers, n) for n in dir(handlers) if isinstance(getattr(handlers, n), list)]
    files = lambda: len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0

    def left():
        kinds = [n for n in dir(bpy.types) if n.startswith("LIVEMOCAP")]
        return threading.active_count(), files(), [len(each) for each in lists], kinds

    blender_addon.unregister()
    before, connections = left(), []
    assert not before[3]
    for round in range(100):
        blender_addon.register()
        shown = connect(endpoint)
        if round % 10 == 0:  # all that is made when people are there
            tick_until(lambda: shown and len(live.current().targets.driven) == 2)
        else:
            live._on_timer()
        connections.append(weakref.ref(live.current()))
        if round % 3 == 0:
            bpy.ops.livemocap.disconnect()
        blender_addon.unregister()
        assert live.current() is None and not bpy.app.timers.is_registered(live._on_timer)
        assert live.tick(time.monotonic()) is False, "a timer that comes late does no harm"
    del shown
    gc.collect()
    assert left() == before, (left(), before)
    assert not any(each() for each in connections), "nobody keeps a connection"
    blender_addon.register()
    shown = connect(endpoint)
    tick_until(lambda: len(live.current().targets.driven) == 2)
    """,
        publisher_endpoint,
    )


def test_fifty_times_undone_and_redone_while_live_people_and_characters_go_on(
    publisher_endpoint: str,
) -> None:
    run_blender(
        _START
        + """
    from blender_addon.armatures import armature
    made = stage()
    bpy.ops.ed.undo_push(message="before")
    shown = connect(endpoint)
    tick_until(lambda: len(live.current().targets.driven) == 2 and 3 in find_proxies())
    ours = (live.current().targets, live.current().poser)

    def held(thing, depth=0):
        # references into Blender's data, which undo would leave dangling
        if isinstance(thing, bpy.types.bpy_struct):
            return [thing]
        if isinstance(thing, dict):
            thing = [*thing.keys(), *thing.values()]
        elif hasattr(thing, "__dict__") or hasattr(type(thing), "__slots__"):
            names = [*getattr(thing, "__dict__", ()), *getattr(type(thing), "__slots__", ())]
            thing = [getattr(thing, name, None) for name in names]
        if not isinstance(thing, (list, tuple, set, frozenset)) or depth > 8:
            return []
        return [found for each in thing for found in held(each, depth + 1)]

    assert held([{1: bpy.context.scene}]), "it would be found"
    for round in range(50):
        bpy.ops.ed.undo_push(message=f"step {round}")
        tick_to_next(shown)
        assert not held(ours), held(ours)
        assert bpy.ops.ed.undo() == {"FINISHED"}
        tick_to_next(shown)
        if round % 2:
            assert bpy.ops.ed.redo() == {"FINISHED"}
            tick_to_next(shown)
        if round % 10 == 9:
            tick_until(lambda: set(live.current().targets.driven.values()) == {1, 2})
            while len((frame := tick_to_next(shown)).track_ids) < 3:
                pass
            for person, name in enumerate(made, 1):
                assert worst_limb_deg(name, made[name], frame, person) < 0.1
    assert not live.current().targets.troubles and not live.current().trouble
    """,
        publisher_endpoint,
    )


def test_strangers_and_silence_are_a_sentence_in_the_panel_and_no_harm(tmp_path: Path) -> None:
    said = json.loads(
        run_blender(
            """
    import json, socket, sys, threading
    from types import SimpleNamespace
    from unittest.mock import MagicMock
    from live_in_blender import *
    from livemocap import wire
    from livemocap.bus import TRACK, Publisher
    from track_stream import frame_at
    from blender_addon.panels.stream_panel import LIVEMOCAP_PT_stream

    def panel():
        layout = MagicMock()
        LIVEMOCAP_PT_stream.draw(SimpleNamespace(layout=layout), bpy.context)
        texts = [c.kwargs.get("text") for c in layout.mock_calls if c[0].endswith("label")]
        return " ".join(" ".join(map(str, texts)).split())

    said, before = {}, threading.active_count()

    def look(title, endpoint, done):
        connect(endpoint)
        tick_until(lambda: done(live.current().receiver.status()))
        said[title] = panel()
        assert bpy.ops.livemocap.disconnect() == {"FINISHED"}
        assert threading.active_count() == before + others, title

    others = 0
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    look("nobody", f"tcp://127.0.0.1:{port}", lambda s: "nobody" in s.problem)

    web, others = socket.create_server(("127.0.0.1", 0)), 1
    def answer():
        while True:
            caller, _ = web.accept()
            caller.sendall(b"HTTP/1.1 400 Bad Request\\r\\n\\r\\n")
    threading.Thread(target=answer, daemon=True).start()
    look("web", f"tcp://127.0.0.1:{web.getsockname()[1]}", lambda s: "else than" in s.problem)

    with Publisher("tcp://127.0.0.1:0") as publisher:
        def send(parts):
            publisher.wait_for_subscribers(1, 5.0)
            publisher._socket.send_multipart([b"track", *parts])
        others += threading.active_count() - before - others
        header, *arrays = wire.encode(frame_at(0))
        newer = header.replace(b"\\x94\\x01", b"\\x94\\x02", 1)
        assert newer != header
        threading.Thread(target=send, args=([newer, *arrays],)).start()
        look("newer", publisher.endpoint, lambda s: s.malformed)
    print(json.dumps(said))
    """
        ).splitlines()[-1]
    )
    assert "nobody sends at this address yet" in said["nobody"]
    assert "something else than ZeroMQ answers there" in said["web"]
    assert "Another version of the stream" in said["newer"]
    assert "update this side" in said["newer"]
