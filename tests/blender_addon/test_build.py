"""The add-on's zip: what is in it, and that Blender takes and runs it with nothing else around."""

import importlib.util
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from blender_process import blender_command, needs_bpy
from hypothesis import given
from hypothesis import strategies as st

import livemocap
from livemocap.cli import build_addon
from livemocap.cli.build_addon import BuildError, addon_contents
from livemocap.take_repair import summarize


@pytest.fixture(scope="module")
def addon_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_addon.build_addon(tmp_path_factory.mktemp("zip"))


def _addon(folder: Path, **files: str) -> None:
    for name, source in files.items():
        (folder / f"{name}.py").write_text(source)


def test_equal_sources_make_equal_bytes(addon_zip: Path, tmp_path: Path) -> None:
    again = build_addon.build_addon(tmp_path / "new" / "folder")
    assert again.name == addon_zip.name
    assert again.read_bytes() == addon_zip.read_bytes()
    assert not list(again.parent.glob("*.part"))


def test_the_add_on_has_the_version_of_the_rest(addon_zip: Path) -> None:
    assert addon_zip.name == f"livemocap-{livemocap.__version__}.zip"


def test_the_zip_is_small_and_carries_its_licences_and_no_wheel(addon_zip: Path) -> None:
    assert addon_zip.stat().st_size < 500_000
    with zipfile.ZipFile(addon_zip) as archive:
        names = archive.namelist()
        assert b"GNU GENERAL PUBLIC LICENSE" in archive.read("LICENSE")
        assert b"Apache License" in archive.read("_vendor/LICENSE")
    assert "blender_manifest.toml" in names
    assert not [name for name in names if Path(name).suffix not in {".py", ".toml", ".json", ""}]


def test_known_namings_of_rigs_come_along(addon_zip: Path) -> None:
    with zipfile.ZipFile(addon_zip) as archive:
        assert "_vendor/retarget/rigs/presets/mixamo.json" in archive.namelist()


def test_nothing_in_the_zip_imports_us_by_an_absolute_name(addon_zip: Path) -> None:
    ours = "|".join(build_addon.OURS)
    with zipfile.ZipFile(addon_zip) as archive:
        for name in archive.namelist():
            assert not name.endswith(".py") or not re.search(
                rf"^\s*(from|import)\s+({ours})\b", archive.read(name).decode(), re.M
            )


def test_every_source_of_the_add_on_names_its_licence(addon_zip: Path) -> None:
    with zipfile.ZipFile(addon_zip) as archive:
        for name in archive.namelist():
            if name.endswith(".py") and not name.startswith("_vendor"):
                assert archive.read(name).startswith(b"# SPDX-License-Identifier: GPL-3.0-or-later")


def test_imports_become_relative_from_any_depth(tmp_path: Path) -> None:
    source = """
def f():
    from   livemocap.wire import (  # ü, before it: from livemocap.wire import x
        decode,
    ); from livemocap import msgpack_pure as m
from blender_addon.b import x
from numpy import livemocap
"""
    _addon(tmp_path, __init__="from .deep import c\n", a=source, b="x = 1")
    (tmp_path / "deep").mkdir()
    _addon(
        tmp_path / "deep", __init__="", c="from livemocap.wire import decode\nfrom ..a import f\n"
    )
    contents = addon_contents(tmp_path)
    assert contents["a.py"].decode() == source.replace(
        "from   livemocap.wire", "from ._vendor.livemocap.wire", 1
    ).replace("; from livemocap import", "; from ._vendor.livemocap import").replace(
        "from blender_addon.b", "from .b"
    )
    assert contents["deep/c.py"].startswith(b"from .._vendor.livemocap.wire import decode\n")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import retarget.solve\n", "bad.py:2: 'import retarget.solve' cannot be made relative"),
        ("import os, livemocap\n", "bad.py:2: 'import livemocap' cannot"),
        (
            "from livemocap.bus import Publisher\n",
            "bad.py:2: imports livemocap/bus, which the add-on",
        ),
        ("from livemocap import bus\n", "bad.py:2: imports livemocap/bus"),
        ("from tracking.tracker import Tracker\n", "bad.py:2: imports tracking/tracker"),
        ("from .absent import x\n", "bad.py:2: imports blender_addon/absent"),
        ("from . import absent\n", "bad.py:2: imports blender_addon/absent"),
        ("from \\\n livemocap.wire import decode\n", "bad.py:2: .* not on one line"),
    ],
)
def test_an_import_that_blender_could_not_follow_stops_the_build(
    source: str, said: str, tmp_path: Path
) -> None:
    _addon(tmp_path, __init__="def register():\n    from . import bad\n", bad="x = 1\n" + source)
    with pytest.raises(BuildError, match=said):
        addon_contents(tmp_path)


@given(st.sampled_from([" ", "  ", "\t"]), st.integers(0, 3), st.sampled_from(["", "# é\n"]))
def test_rewriting_keeps_every_other_byte(gap: str, depth: int, before: str) -> None:
    source = f"{before}from{gap}livemocap.wire{gap}import encode as e  # é\n"
    name = "/".join(["p"] * depth + ["m.py"])
    contents = {"_vendor/livemocap/wire.py"}
    rewritten = build_addon._relative_imports(name, source.encode(), contents).decode()
    dots = "." * (depth + 1)
    assert rewritten == source.replace(
        f"from{gap}livemocap.wire", f"from {dots}_vendor.livemocap.wire"
    )


def test_what_the_add_on_never_imports_stays_behind(tmp_path: Path) -> None:
    _addon(
        tmp_path, __init__="from .a import x", a="from . import b", b="", other="import retarget"
    )
    assert {name for name in addon_contents(tmp_path) if "/" not in name} == {
        "__init__.py",
        "a.py",
        "b.py",
    }


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BuildError, match="cannot write"):
        build_addon.build_addon(tmp_path / "file")


@needs_bpy
def test_blenders_own_validator_accepts_the_zip(addon_zip: Path) -> None:
    tool = "bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py"
    (validator,) = Path(_site_packages()).glob(tool)
    command = [sys.executable, str(validator), "validate", str(addon_zip)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Success" in done.stdout


_INSTALLED = """
    import sys, time
    package, endpoint, archive, folder = "bl_ext.user_default.livemocap", *sys.argv[1:]
    absent = {"livemocap", "retarget", "blender_addon", "tracking", "capture"}
    absent |= {"msgpack", "zmq", "mcap"}

    class Absent:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in absent:
                raise ModuleNotFoundError(f"asked for {name}, which Blender has not")

    sys.meta_path.insert(0, Absent())
    import bpy
    import numpy as np

    bpy.ops.extensions.package_install_files(
        filepath=archive, repo="user_default", enable_on_install=True
    )
    bpy.context.window_manager.livemocap.address = endpoint
    for round in range(3):
        assert bpy.ops.livemocap.connect() == {"FINISHED"}
        bpy.context.window_manager.livemocap.takes_folder = folder
        assert bpy.ops.livemocap.record_start() == {"FINISHED"}
        live = sys.modules[package + ".stream.live"]
        proxies = sys.modules[package + ".stream.proxies"]
        coords = sys.modules[package + "._vendor.livemocap.coords"]
        skeleton = sys.modules[package + "._vendor.livemocap.skeleton"]
        poser, shown = live.current().poser, []
        show = poser.show
        poser.show = lambda frames, now: (shown.append(frames[-1]), show(frames, now))
        deadline = time.monotonic() + 20
        while len(shown) < 3:
            live.tick(time.monotonic())
            time.sleep(0.005)
            assert time.monotonic() < deadline, live.current().receiver.status()
        bpy.context.view_layer.update()
        for joints, track_id in zip(shown[-1].joints, shown[-1].track_ids.tolist()):
            proxy = proxies.find_proxies()[track_id]
            heads = [proxy.matrix_world @ proxy.pose.bones[n].head for n in skeleton.SMPLX.names]
            assert np.abs(np.array(heads) - coords.blender_from_world(joints)).max() < 1e-4
        taken = sys.modules[package + ".takes.recording"].current()
        while taken.status().frames < 10:
            time.sleep(0.005)
            assert time.monotonic() < deadline, taken.status()
        bpy.ops.livemocap.record_stop()
        path = taken.status().path
        bpy.ops.livemocap.bake_take(filepath=str(path), wait=True)
        baked = bpy.data.objects[f"{path.stem} person 1"]
        slotted = bpy.app.version >= (4, 4)
        assert baked.animation_data.action.name == (path.stem if slotted else baked.name)
        bpy.ops.preferences.addon_disable(module=package)
        assert not hasattr(bpy.types.WindowManager, "livemocap")
        bpy.ops.preferences.addon_enable(module=package)
        bpy.context.window_manager.livemocap.address = endpoint
    assert not absent & {name.partition(".")[0] for name in sys.modules}
    print("worked with", len(shown[-1].track_ids))
"""


@needs_bpy
def test_the_zip_installs_and_follows_a_stream_with_nothing_of_ours_in_reach(
    addon_zip: Path, tmp_path: Path, publisher_endpoint: str
) -> None:
    """-S hides an editable install; bpy is then found by PYTHONPATH alone."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment |= {
        "BLENDER_USER_RESOURCES": str(tmp_path / "user"),
        "PYTHONPATH": _site_packages(),
    }
    takes = tmp_path / "takes"
    command = blender_command(_INSTALLED, publisher_endpoint, str(addon_zip), str(takes))
    done = subprocess.run(
        [command[0], "-P", "-S", *command[1:]],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "worked with" in done.stdout, done.stdout[-2000:] + done.stderr[-4000:]
    for name in ("take.mcap", "take_002.mcap", "take_003.mcap"):
        summary = summarize(takes / name)
        assert (summary.damage, summary.gaps) == ("", 0)
        assert summary.frames >= 3


def _site_packages() -> str:
    bpy = importlib.util.find_spec("bpy")
    assert bpy is not None
    return str(Path(str(bpy.origin)).parents[1])
