"""Our top-level names are ours, what we ship is whole, and nothing of this machine leaks."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = (
    "livemocap",
    "capture",
    "inference",
    "tracking",
    "retarget",
    "kernels",
    "blender_addon",
)
MEBIBYTE = 1 << 20


def tracked_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).exists()]


@pytest.mark.parametrize("name", OURS)
def test_nobody_else_owns_our_top_level_names(name: str) -> None:
    owners = importlib.metadata.packages_distributions().get(name, ["livemocap"])
    assert set(owners) == {"livemocap"}, f"{name} also belongs to {owners}: uninstall the other"


@pytest.mark.parametrize("name", OURS)
def test_each_package_is_imported_from_this_checkout(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert Path(spec.origin or "").is_relative_to(ROOT)


def test_constraints_pin_plain_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").split()
    assert all(re.fullmatch(r"[\w.-]+==\d[\w.]*", line) for line in lines)
    assert not any(line.startswith(("triton", "nvidia")) for line in lines)


def test_the_tree_stays_small_enough_to_travel() -> None:
    sizes = {path: path.stat().st_size for path in tracked_files()}
    assert sum(sizes.values()) < 45 * MEBIBYTE
    assert {p.suffix for p, size in sizes.items() if size > 2 * MEBIBYTE} <= {".onnx", ".npz"}


def test_the_sample_clip_is_the_only_film_we_ship() -> None:
    films = {".mp4", ".mov", ".avi", ".mkv", ".webm"}
    assert [p.name for p in tracked_files() if p.suffix in films] == ["rendered_three_people.mp4"]


def test_every_shipped_weight_is_named_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    weights = sorted((ROOT / "inference" / "landmarks" / "weights").glob("*.onnx"))
    assert len(weights) == 6
    for weight in weights:
        assert weight.relative_to(ROOT).as_posix() in notice


def test_blender_files_say_gpl_and_no_others_do() -> None:
    marker = "SPDX-License-Identifier: GPL-3.0-or-later"
    for path in tracked_files():
        if path.suffix == ".py" and path != Path(__file__).resolve():
            is_blender = path.relative_to(ROOT).parts[0] == "blender_addon"
            first_line = path.read_text("utf-8").partition("\n")[0]
            assert (marker in first_line) == is_blender, path
