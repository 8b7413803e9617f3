"""Recording in headless Blender, from a publisher in another process."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from blender_process import needs_bpy, run_blender

from livemocap.cli.main import main
from livemocap.take import TakeReader
from livemocap.take_repair import summarize

pytestmark = [pytest.mark.blender, needs_bpy]

_START = """
    import sys, threading, time
    from live_in_blender import *
    from blender_addon.takes import recording, starting
    endpoint, folder = sys.argv[1:3]
    settings = bpy.context.window_manager.livemocap

    def record(name):
        settings.takes_folder, settings.take_name = folder, name
        assert bpy.ops.livemocap.record_start() == {"FINISHED"}
        return recording.current()
"""


def test_every_packet_is_recorded_while_blender_is_stalled_and_the_take_can_be_exported(
    start_publisher: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    publisher = start_publisher("tcp://127.0.0.1:0", "--people", "10", "--hz", "60")
    assert publisher.stdout
    said = run_blender(
        _START
        + """
    import ctypes
    stall = ctypes.PyDLL(None).usleep  # keeps the interpreter locked, as Blender's own work does
    shown = connect(endpoint)
    tick_until(lambda: shown)
    taken = record("duet")
    tick_to_next(shown)  # may have come before the recording began
    first = tick_to_next(shown).sequence
    count = len(shown)
    while taken.status().elapsed_s < 3.0:
        stall(100_000)
        live.tick(time.monotonic())
    last = shown[-1].sequence
    assert bpy.ops.livemocap.record_stop() == {"FINISHED"}
    assert "mcap" not in sys.modules
    status = taken.status()
    import json
    print(json.dumps([first, last, len(shown) - count, status.frames, status.gaps, status.size]))
    """,
        publisher.stdout.readline().strip(),
        str(tmp_path),
    )
    first, last, shown, frames, gaps, size = json.loads(said.splitlines()[-1])
    take = tmp_path / "duet.mcap"
    recorded = [frame.sequence for frame in TakeReader(take).tracks()]
    assert recorded == list(range(recorded[0], recorded[-1] + 1))
    assert recorded[0] <= first < last <= recorded[-1]
    assert 2 * shown < len(recorded), "the stall made Blender skip most of them"
    assert (frames, gaps, size) == (len(recorded), 0, take.stat().st_size)
    assert main(["take", "verify", str(take)]) == 0
    assert main(["export", str(take), "--person", "1", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "duet_person1.bvh").read_text().startswith("HIERARCHY")


def test_leaving_the_stream_the_file_or_the_add_on_closes_the_take(
    publisher_endpoint: str, tmp_path: Path
) -> None:
    run_blender(
        _START
        + """
    threads = threading.active_count()
    leave = (
        lambda: bpy.ops.livemocap.disconnect(),
        lambda: (blender_addon.unregister(), blender_addon.register()),
        lambda: bpy.ops.wm.read_homefile(use_empty=True),
        lambda: connect(endpoint),
    )
    for round in range(12):
        shown = connect(endpoint)
        settings = bpy.context.window_manager.livemocap
        taken = record("round")
        tick_until(lambda: taken.status().frames > 3)
        assert threading.active_count() == threads + 2
        leave[round % 4]()
        assert taken.status().finished and not taken.status().note
        assert threading.active_count() == threads + (live.current() is not None)
        live.disconnect()
    handlers = bpy.app.handlers.load_post
    assert sum("_end_recording" in handler.__name__ for handler in handlers) == 1
    blender_addon.unregister()
    assert not [handler for handler in handlers if "_end_recording" in handler.__name__]
    """,
        publisher_endpoint,
        str(tmp_path),
    )
    takes = sorted(path.name for path in tmp_path.iterdir())
    assert takes == ["round.mcap", *(f"round_{k:03d}.mcap" for k in range(2, 13))]
    for name in takes:
        summary = summarize(tmp_path / name)
        assert (summary.damage, summary.gaps) == ("", 0)
        assert summary.frames > 3


def test_the_record_panel_says_what_is_going_on(publisher_endpoint: str, tmp_path: Path) -> None:
    said = run_blender(
        _START
        + """
    from types import SimpleNamespace
    from unittest.mock import MagicMock
    from blender_addon.panels.record_panel import LIVEMOCAP_PT_record

    parameters = bpy.types.UILayout.bl_rna.functions["label"].parameters
    icons = parameters["icon"].enum_items.keys()
    said = {}

    def show(title):
        texts = []
        layout = MagicMock()
        LIVEMOCAP_PT_record.draw(SimpleNamespace(layout=layout), bpy.context)
        for call in layout.mock_calls:
            if call[0].split(".")[-1] in ("label", "operator"):
                text = call.kwargs.get("text") or call.args[0]
                assert len(text) <= 36 and call.kwargs["icon"] in icons
                texts.append(text)
        said[title] = " ".join(texts)

    show("empty")
    assert not bpy.ops.livemocap.record_start.poll() and not bpy.ops.livemocap.record_stop.poll()
    shown = connect(endpoint)
    assert bpy.ops.livemocap.record_start.poll()
    assert bpy.context.window_manager.livemocap_record.pre_roll_s == 5.0
    tick_until(lambda: live.current().receiver.remembered_s() > 0.2)
    for settings.takes_folder, settings.take_name in (("//takes", "a"), (folder, "../a")):
        try:
            bpy.ops.livemocap.record_start()
        except RuntimeError:  # as scripts see a report of an error
            show("refused " + settings.take_name)
    taken = record("jump")
    tick_until(lambda: taken.status().frames > 3)
    assert not bpy.ops.livemocap.record_start.poll()
    show("recording")
    bpy.ops.livemocap.record_stop()
    show("recorded")

    options = bpy.context.window_manager.livemocap_record
    options.countdown_s = 7
    assert bpy.ops.livemocap.record_start() == {"FINISHED"}
    show("counting")
    assert not recording.is_running() and not bpy.ops.livemocap.record_start.poll()
    assert bpy.ops.livemocap.record_cancel() == {"FINISHED"}
    starting.tick(time.monotonic() + 60)
    assert not recording.is_running() and not bpy.ops.livemocap.record_cancel.poll()
    assert bpy.ops.livemocap.record_start() == {"FINISHED"}
    starting.tick(time.monotonic() + 6)
    assert not recording.is_running()
    starting.tick(time.monotonic() + 8)
    assert recording.is_running() and recording.current().status().path.name == "jump_002.mcap"
    bpy.ops.livemocap.record_stop()
    options.countdown_s = 0
    assert bpy.ops.livemocap.record_start() == {"FINISHED"}
    bpy.ops.livemocap.record_stop()

    import resource
    record("jump")
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
    tick_until(lambda: recording.current().status().finished)
    show("full")
    assert bpy.ops.livemocap.record_start.poll()
    import json
    print(json.dumps(said))
    """,
        publisher_endpoint,
        str(tmp_path),
    )
    shown = json.loads(said.splitlines()[-1])
    assert shown["empty"] == "livemocap.record_start Next: take.mcap"
    assert "//takes, is beside this file, which has no place yet: save the" in shown["refused a"]
    assert "'../a' cannot be the name of a take" in shown["refused ../a"]
    assert shown["recording"].startswith("livemocap.record_stop Recording jump.mcap 0:0")
    assert re.search(r"frames [0-9.]+ s of them before the press", shown["recording"])
    assert "Recorded jump.mcap" in shown["recorded"]
    assert "Next: jump_002.mcap" in shown["recorded"]
    assert shown["counting"].startswith("Cancel, 7 s left Recording begins in 7 s")
    ended = "Recording ended: File too large. What came before is kept in jump_004.mcap"
    assert ended in shown["full"]
    summary = summarize(tmp_path / "jump_004.mcap")
    assert summary.frames > 3
    assert not summary.damage


def test_a_take_follows_the_timeline_and_leaves_the_scene_as_it_is(
    publisher_endpoint: str, tmp_path: Path
) -> None:
    run_blender(
        _START
        + """
    # a Blender without windows cannot play: these are what it calls when it does
    def play():
        for handler in bpy.app.handlers.animation_playback_pre:
            handler(bpy.context.scene)

    def pause():
        for handler in bpy.app.handlers.animation_playback_post:
            handler(bpy.context.scene)

    scene, options = bpy.context.scene, bpy.context.window_manager.livemocap_record
    scene.frame_current, scene.render.fps = 42, 25
    settings.takes_folder, settings.take_name = folder, "played"
    before = scene.render.fps, scene.render.fps_base, scene.frame_start, scene.frame_end
    options.follow_timeline = True
    play()
    assert not recording.is_running(), "nothing is connected"
    connect(endpoint)
    options.follow_timeline = False
    play()
    assert not recording.is_running(), "it was not asked for"
    options.follow_timeline = True
    play()
    assert recording.is_running()
    tick_until(lambda: recording.current().status().frames > 3)
    pause()
    assert not recording.is_running()
    record("by hand")
    play()
    pause()
    assert recording.is_running(), "what the timeline did not begin it does not end"
    bpy.ops.livemocap.record_stop()
    assert before == (scene.render.fps, scene.render.fps_base, scene.frame_start, scene.frame_end)
    blender_addon.unregister()
    assert not bpy.app.handlers.animation_playback_pre
    assert not bpy.app.handlers.animation_playback_post
    """,
        publisher_endpoint,
        str(tmp_path),
    )
    about = TakeReader(tmp_path / "played.mcap").metadata()["recording"]
    assert (about["scene_frame"], about["scene_fps"]) == ("42", "25")
    assert not summarize(tmp_path / "played.mcap").damage
