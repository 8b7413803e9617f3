"""What a file is does not depend on its name, and a useless one is called by its name."""

from __future__ import annotations

import errno
import hashlib
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from inference.errors import InferenceError
from inference.models.content import CHECKPOINT, NPZ, SAFETENSORS, Content, ModelFileError


def test_kinds_and_names(tmp_path: Path) -> None:
    tensors, path = {"a.weight": torch.zeros(2)}, tmp_path / "file.bin"
    torch.save({"model": tensors}, path)
    assert (Content(path).kind, Content(path).names) == (CHECKPOINT, {"a.weight"})
    torch.save(tensors, path, _use_new_zipfile_serialization=False)
    assert (Content(path).kind, Content(path).names) == (CHECKPOINT, {"a.weight"})
    save_file(tensors, path, metadata={"by": "somebody"})
    assert (Content(path).kind, Content(path).names) == (SAFETENSORS, {"a.weight"})
    with path.open("wb") as file:
        np.savez(file, v_template=np.zeros(3))
    assert (Content(path).kind, Content(path).names) == (NPZ, {"v_template"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n<!DOCTYPE html><html>Virus scan warning", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS"),
        (b"a letter to grandmother", "neither weights"),
        (b"PK\x03\x04 and nothing more", "damaged or cut short"),
        (b"\x80\x02}q\x00U\x0adynamic_lmk_faces_idx", "as a Python pickle.*SMPLX_NEUTRAL.npz"),
    ],
    ids=["empty", "html", "lfs", "text", "zip", "pickle"],
)
def test_useless_files_are_called_by_their_name(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "aios_checkpoint.pth"
    path.write_bytes(content)
    with pytest.raises(InferenceError, match=message):
        Content(path)


def test_a_body_as_pickle_is_not_opened_and_the_way_to_the_npz_is_told(tmp_path: Path) -> None:
    path = tmp_path / "SMPLX_NEUTRAL.pkl"
    path.write_bytes(pickle.dumps({"f": np.zeros(3)}, protocol=2))
    with pytest.raises(ModelFileError, match=r"not opened\..*smpl-x\.is\.tue\.mpg\.de.*npz"):
        Content(path)


def test_the_downloaded_archive_must_be_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "models_smplx_v1_1.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name in ("SMPLX_MALE", "SMPLX_NEUTRAL"):
            file.writestr(f"models/smplx/{name}.npz", b"PK")
    with pytest.raises(ModelFileError, match=r"install models/smplx/SMPLX_NEUTRAL\.npz"):
        Content(path)


def test_folder_missing_and_closed_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InferenceError, match="is a folder"):
        Content(tmp_path)
    with pytest.raises(InferenceError, match="No such file"):
        Content(tmp_path / "none.pth")

    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InferenceError, match="Permission denied"):
        Content(tmp_path / "closed.pth")


def test_hash_is_that_of_the_file_and_progress_reaches_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    torch.save({"a": torch.rand(4000)}, path)
    steps: list[tuple[int, int]] = []
    found = Content(path).checked_sha256(lambda done, total: steps.append((done, total)))
    assert found == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert 0.5 < steps[-1][0] / steps[-1][1] <= 1


@pytest.mark.parametrize("header", [b"{]", b'{"a": [1, 2', b"{" * 40])
def test_safetensors_with_a_broken_header(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(ModelFileError, match="damaged or cut short"):
        _ = Content(path).names


def test_one_changed_byte_of_a_checkpoint_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    torch.save({"a": torch.rand(4000)}, path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"checksum of .*data/0 is wrong"):
        Content(path).checked_sha256()
