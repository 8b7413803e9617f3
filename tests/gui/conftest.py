"""A Blender with a window, where `make test-gui` names one; else these tests skip."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from gui.dialog import Dialog
from gui.sidebar import Sidebar
from gui.window import BlenderWindow, opened

from livemocap.cli.build_addon import build_addon

_VARIABLE = "LIVEMOCAP_BLENDER_ROOT"
"""A folder that blender_chroot.sh made."""


_BARE = """
    bpy.context.preferences.system.use_region_overlap = False
    bpy.ops.screen.screen_full_area()
    view()["area"].spaces.active.overlay.show_overlays = False
    view()["area"].spaces.active.show_gizmo = False
"""
"""One 3D view that is drawn quickly, and nothing of it behind the sidebar."""


@pytest.fixture(scope="session")
def root() -> Path:
    if _VARIABLE not in os.environ:
        pytest.skip("needs a Blender with a window: make test-gui")
    return Path(os.environ[_VARIABLE])


@pytest.fixture(scope="session")
def addon_zip(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_addon(tmp_path_factory.mktemp("zip"))


@pytest.fixture(scope="session")
def pictures(root: Path) -> Path:
    """Where pictures go."""
    folder = Path("out") / "gui" / root.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def endpoint(root: Path) -> Iterator[str]:
    """Where three people walk about."""
    script = Path(__file__).parents[1] / "track_stream.py"
    options = ["--people", "3", "--apart-m", "1.2", "--hz", "60"]
    command = [sys.executable, str(script), "tcp://127.0.0.1:0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    yield process.stdout.readline().strip()
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def shared_window(root: Path, addon_zip: Path) -> Iterator[Sidebar]:
    """A tall window, so that all panels fit, with the add-on installed and its tab open."""
    with opened(root, 760, 2300) as window:
        window.ask(_BARE)
        install(window, addon_zip)
        sidebar = Sidebar(window)
        sidebar.open(unfolded=True)
        yield sidebar


@pytest.fixture
def sidebar(shared_window: Sidebar) -> Sidebar:
    """An empty scene, not connected, with no takes."""
    shared_window.window.ask(
        """
        if bpy.ops.livemocap.disconnect.poll():
            bpy.ops.livemocap.disconnect()
        bpy.data.batch_remove(bpy.data.objects)
        """
    )
    takes = shared_window.window.folder / "takes"
    shutil.rmtree(takes, ignore_errors=True)
    takes.mkdir()
    shared_window.window.forget()
    shared_window.window.ask(
        f"""
        manager = bpy.context.window_manager
        manager.livemocap.address = ""
        manager.livemocap.takes_folder = {shared_window.window.inside(takes)!r}
        manager.livemocap_record.countdown_s = 0
        manager.livemocap_record.follow_timeline = False
        manager.livemocap_export.folder = {shared_window.window.inside(takes)!r}
        """
    )
    return shared_window


def install(window: BlenderWindow, archive: Path) -> None:
    """Do as if the zip had been dropped onto the window, and agree to what Blender then asks."""
    window.settle()
    question = Dialog(window)
    shutil.copy(archive, window.folder)
    dropped = window.inside(window.folder / archive.name)
    window.ask(f"bpy.ops.extensions.package_install_files('INVOKE_DEFAULT', url={dropped!r})")
    window.settle()
    question.agree()
    window.wait_for("'bl_ext.user_default.livemocap' in bpy.context.preferences.addons")
