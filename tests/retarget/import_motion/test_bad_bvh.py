from pathlib import Path

import pytest
from motion_files import rest_body, write_rig_bvh

from retarget.errors import RetargetError
from retarget.import_motion.bvh_person import BvhWishes, read_bvh_person


@pytest.fixture
def bvh(tmp_path: Path) -> Path:
    return write_rig_bvh(tmp_path / "a.bvh").path


def refused(path: Path, why: str) -> None:
    with pytest.raises(RetargetError, match=why) as refusal:
        read_bvh_person(path, rest_body(), BvhWishes())
    assert str(path) in str(refusal.value)


def edited(path: Path, old: str, new: str) -> Path:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path


def test_a_file_cut_off_in_its_hierarchy_is_refused(bvh: Path) -> None:
    words = bvh.read_text().split()
    for count in range(1, 60):
        bvh.write_text(" ".join(words[:count]) + " MOTION\nFrames: 1\nFrame Time: 0.04\n0 0 0\n")
        refused(bvh, "damaged")


@pytest.mark.parametrize("share", [0.001, 0.02, 0.2, 0.5, 0.9, 0.999])
def test_a_file_cut_off_anywhere_is_refused(bvh: Path, share: float) -> None:
    content = bvh.read_bytes()
    bvh.write_bytes(content[: int(share * len(content))])
    refused(bvh, "damaged|no BVH")


def test_no_frames_are_no_motion(bvh: Path) -> None:
    head = bvh.read_text().partition("MOTION")[0]
    bvh.write_text(f"{head}MOTION\nFrames: 0\nFrame Time: 0.0333333\n")
    refused(bvh, "0 frames")


@pytest.mark.parametrize("number", ["nan", "inf", "1e999", "1e200"])
def test_a_number_that_is_none_is_named(bvh: Path, number: str) -> None:
    lines = bvh.read_text().splitlines()
    values = lines[-2].split()
    values[4] = number
    lines[-2] = " ".join(values)
    bvh.write_text("\n".join(lines))
    refused(bvh, "frame 39 of pelvis is no number")


@pytest.mark.parametrize("time", ["0", "-0.03", "nan", "1000"])
def test_a_frame_time_that_is_none_is_named(bvh: Path, time: str) -> None:
    refused(edited(bvh, "0.0333333", time), "Frame Time")


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture.bvh"
    path.write_bytes(bytes(range(256)) * 9)
    refused(path, "no BVH")
    refused(tmp_path / "missing.bvh", "No such file")


def test_a_chain_without_hips_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rope.bvh"
    rope = "".join(f"JOINT rope{k} {{ OFFSET 0 9 0 CHANNELS 0 " for k in range(6))
    path.write_text(
        f"HIERARCHY ROOT rope {{ OFFSET 0 0 0 CHANNELS 3 Xposition Yposition Zposition {rope}"
        + "} " * 7
        + "\nMOTION\nFrames: 1\nFrame Time: 0.04\n0 0 0\n"
    )
    refused(path, "no hips|neither head|neither legs")


def test_a_body_without_size_is_refused(bvh: Path) -> None:
    text = bvh.read_text()
    lines = ["OFFSET 0 0 0" if "OFFSET" in line else line for line in text.splitlines()]
    bvh.write_text("\n".join(lines))
    refused(bvh, "of any length")
