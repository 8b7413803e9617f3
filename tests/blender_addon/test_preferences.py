"""Preferences and the log, in headless Blender."""

from pathlib import Path

import pytest
from blender_process import needs_bpy, run_blender

pytestmark = [pytest.mark.blender, needs_bpy]


def test_the_log_is_written_when_there_is_something_to_tell(tmp_path: Path) -> None:
    run_blender(
        """
    import logging, sys
    from pathlib import Path
    import tempfile
    tempfile.tempdir = sys.argv[1]
    from live_in_blender import *
    from blender_addon import log_file
    path = log_file.path()
    assert path.parent == Path(sys.argv[1])
    bpy.ops.livemocap.test_stream()
    bpy.ops.livemocap.disconnect()
    assert not path.exists(), "nothing went wrong"
    log_file.set_level("INFO")
    bpy.ops.livemocap.test_stream()
    tick_until(lambda: live.current().receiver.status().frames)
    live.current().poser.show = lambda *_: 1 / 0
    live._on_timer()
    while not live.current().trouble:
        live._on_timer()
    bpy.ops.livemocap.disconnect()
    said = path.read_text()
    assert "plays the test stream" in said and "left the stream: " in said
    assert "could not show a frame" in said and "ZeroDivisionError" in said
    ours = logging.getLogger("blender_addon")
    for _ in range(3):
        blender_addon.unregister()
        assert not ours.handlers
        blender_addon.register()
        assert len(ours.handlers) == 2
    """,
        str(tmp_path),
    )


def test_what_is_set_there_is_what_panels_begin_with() -> None:
    said = run_blender(
        """
    import sys
    from types import SimpleNamespace
    from unittest.mock import MagicMock
    from rigs_in_blender import *
    from live_in_blender import *
    from blender_addon import preferences
    from blender_addon.rigs.note import read_note

    layout = MagicMock()
    shown = SimpleNamespace(layout=layout, log_level="WARNING")
    preferences.LIVEMOCAP_AP_preferences.draw(shown, bpy.context)
    calls = [c for c in layout.mock_calls if c[0].split(".")[-1] in ("label", "operator")]
    print(" ".join(str(c.kwargs.get("text") or c.args[0]) for c in calls))

    assert preferences.default_address() == "tcp://127.0.0.1:47820"
    assert preferences.log_level() == "WARNING"
    stored = SimpleNamespace(address=" tcp://127.0.0.1:5 ", takes_folder="", foot_lock=0.25)
    preferences._preferred = lambda name, otherwise: getattr(stored, name, otherwise)
    assert preferences.default_address() == "tcp://127.0.0.1:5"
    assert preferences.default_takes_folder().endswith("LiveMocap")
    add_rig("Anna", naming="mixamo")
    bpy.ops.livemocap.rig_assign()
    assert read_note(bpy.data.objects["Anna"]).foot_lock == 0.25
    """
    )
    assert "Online access is off livemocap.network_settings" in said
    assert "Allow Online Access" in said
    assert "livemocap.log Open Folder" in said
