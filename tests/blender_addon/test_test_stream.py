"""The built-in stream in Blender: from one button to characters that move, and into a take."""

from pathlib import Path

import pytest
from blender_process import needs_bpy, run_blender

from livemocap.cli.main import main
from livemocap.take_repair import summarize

pytestmark = [pytest.mark.blender, needs_bpy]


def test_one_button_shows_two_people_without_any_connection_and_a_take_keeps_them(
    tmp_path: Path,
) -> None:
    said = run_blender(
        """
    import sys, threading
    from live_in_blender import *
    from blender_addon.panels.stream_panel import LIVEMOCAP_PT_stream
    from blender_addon.takes import recording
    opened = []
    sys.addaudithook(lambda event, args: event.startswith("socket.") and opened.append(event))
    threads = threading.active_count()
    assert bpy.ops.livemocap.test_stream() == {"FINISHED"}
    connection = live.current()
    shown, show = [], connection.poser.show
    connection.poser.show = lambda frames, now: (show(frames, now), shown.extend(frames))
    settings = bpy.context.window_manager.livemocap
    settings.takes_folder, settings.take_name = sys.argv[1], "made up"
    assert bpy.ops.livemocap.record_start() == {"FINISHED"}
    tick_until(lambda: connection.receiver.status().frames > 70)
    assert worst_joint_mm(tick_to_next(shown)) < 0.1
    assert sorted(find_proxies()) == [1, 2]
    assert 40 <= connection.receiver.status().rate_hz <= 80, "sixty, give or take a busy machine"
    bpy.ops.livemocap.record_stop()
    assert recording.current().status().frames > 60
    assert bpy.ops.livemocap.test_stream() == {"FINISHED"}
    assert threading.active_count() == threads + 1, "begun anew, not twice"
    assert bpy.ops.livemocap.disconnect() == {"FINISHED"}
    assert threading.active_count() == threads
    assert not opened and "zmq" not in sys.modules
    """,
        str(tmp_path),
    )
    assert "Error" not in said
    summary = summarize(tmp_path / "made up.mcap")
    assert (summary.damage, summary.gaps) == ("", 0)
    assert main(["take", "verify", str(tmp_path / "made up.mcap")]) == 0


def test_a_character_walks_two_clicks_after_the_add_on_was_enabled() -> None:
    run_blender(
        """
    from rigs_in_blender import *
    from live_in_blender import *
    made = add_rig("Anna", naming="mixamo", rest="A", placed=np.eye(4))
    assert bpy.ops.livemocap.test_stream() == {"FINISHED"}
    shown, targets = [], live.current().targets
    show = targets.show
    targets.show = lambda frames, now: (show(frames, now), shown.extend(frames))
    tick_to_next(shown)
    assert bpy.ops.livemocap.rig_assign() == {"FINISHED"}
    anna = bpy.data.objects["Anna"]
    tick_until(lambda: targets.person_of(anna) == 1)
    places = []
    for _ in range(40):
        tick_to_next(shown)
        places.append(hips_m("Anna", made))
    hold_feet(anna, 0.0)
    for _ in range(3):
        frame = tick_to_next(shown)
    assert worst_limb_deg("Anna", made, frame, 1) < 0.2
    assert np.linalg.norm(places[-1] - places[0]) > 0.2, "it walks"
    """
    )
