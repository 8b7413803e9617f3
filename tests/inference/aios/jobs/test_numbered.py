"""Results of images, a file for each person, and what a second run does with them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from inference.aios.jobs.errors import JobError
from inference.aios.jobs.numbered import NumberedFiles, split_name, zip_folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_people_are_numbered_from_0(tmp_path: Path) -> None:
    written = NumberedFiles(tmp_path / "new", ".pkl").replace("img_1", [b"best", b"second"])
    assert [path.name for path in written] == ["img_1_personId_0.pkl", "img_1_personId_1.pkl"]
    assert written[1].read_bytes() == b"second"
    assert names(tmp_path / "new") == [path.name for path in written]


def test_a_name_that_begins_like_another_is_not_the_same(tmp_path: Path) -> None:
    NumberedFiles(tmp_path, ".pkl").replace("img_10", [b"a", b"b"])
    files = NumberedFiles(tmp_path, ".pkl")
    files.refuse_existing(["img_1", "img"])
    assert [path.name for path in files.replace("img_1", [b"c"])] == ["img_1_personId_0.pkl"]
    assert len(names(tmp_path)) == 3


def test_a_second_run_replaces_all_of_its_own_images_files_and_no_others(tmp_path: Path) -> None:
    first = NumberedFiles(tmp_path, ".pkl")
    first.replace("a", [b"1", b"2", b"3"])
    first.replace("b", [b"1"])
    (tmp_path / "notes.txt").write_text("mine")
    NumberedFiles(tmp_path, ".pkl").replace("a", [b"new"])
    assert names(tmp_path) == ["a_personId_0.pkl", "b_personId_0.pkl", "notes.txt"]
    assert (tmp_path / "a_personId_0.pkl").read_bytes() == b"new"


def test_results_that_are_there_already_are_refused(tmp_path: Path) -> None:
    NumberedFiles(tmp_path, ".pkl").replace("a", [b"1"])
    with pytest.raises(JobError, match=r"1 results.*a_personId_0\.pkl.*--overwrite"):
        NumberedFiles(tmp_path, ".pkl").refuse_existing(["b", "a"])


def test_a_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(JobError, match="cannot be made"):
        NumberedFiles(tmp_path / "out" / "predictions", ".pkl")


@pytest.mark.parametrize(
    ("stem", "parts"),
    [
        ("img_1_personId_0", ("img_1", 0)),
        ("a_personId_1_personId_12", ("a_personId_1", 12)),
        ("a_personId_", None),
        ("_personId_0", None),
        ("a_personId_0x", None),
    ],
)
def test_names_are_taken_apart_at_their_end(stem: str, parts: tuple[str, int] | None) -> None:
    assert split_name(stem) == parts


def test_the_zip_holds_the_folders_files_under_its_name_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "predictions"
    NumberedFiles(folder, ".pkl").replace("b", [b"1", b"2"])
    NumberedFiles(folder, ".pkl").replace("a", [b"3"])
    (folder / "left.pkl.part").write_bytes(b"half")
    path = zip_folder(folder, ".pkl")
    assert path == tmp_path / "predictions.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [
            "predictions/a_personId_0.pkl",
            "predictions/b_personId_0.pkl",
            "predictions/b_personId_1.pkl",
        ]
        assert archive.read("predictions/a_personId_0.pkl") == b"3"
        assert archive.testzip() is None
