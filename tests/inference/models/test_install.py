"""What is installed is what the authors gave, checked; what is not right changes nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import aios_reference
import model_files
import pytest
import torch
from model_files import files_up_to, refused, same_body
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from inference.aios.checkpoint import network_weights, read_state_dict
from inference.body_model import OPEN_BODY
from inference.errors import InferenceError, WeightsError
from inference.models import store
from inference.models.install import install


def test_whole_checkpoint_becomes_the_used_weights_and_the_body(whole_file: Path) -> None:
    aios, body = install(whole_file, with_body=True)
    expected = network_weights(aios_reference.weights())
    kept = read_state_dict(aios.path)
    assert set(kept) == set(expected)
    assert all(torch.equal(kept[key], expected[key]) for key in expected)
    assert "57.8 million" in aios.notes[0]
    assert "--with-body" in aios.notes[1]
    same_body(body.path)
    assert [store.state(name) for name in ("aios", "smplx")] == ["installed", "installed"]


def test_small_checkpoint_each_tensor_once(
    small_file: Path, small_aios: dict[str, Tensor], folder: Path
) -> None:
    (done,) = install(small_file)
    assert done.path == folder / "aios.safetensors" == store.installed("aios")
    kept = load_file(done.path)
    assert sorted(kept) == ["class_embed.1.bias", "smpl_pose_embed.3.layers.0.weight"]
    assert all(torch.equal(kept[key], small_aios[key]) for key in kept)
    with safe_open(done.path, "pt") as file:
        assert file.metadata() == {"network": "AiOS", "source": "aios_checkpoint.pth"}
    assert len(done.notes) == 1


def test_hashes_of_source_and_result_are_recorded(small_file: Path, folder: Path) -> None:
    (done,) = install(small_file)
    record = json.loads((folder / "models.json").read_text())["aios"]
    assert record["source"] == "aios_checkpoint.pth"
    assert record["source_sha256"] == hashlib.sha256(small_file.read_bytes()).hexdigest()
    assert record["sha256"] == hashlib.sha256(done.path.read_bytes()).hexdigest()
    assert record["size"] == done.path.stat().st_size
    assert sorted(path.name for path in folder.iterdir()) == ["aios.safetensors", "models.json"]


def test_half_precision_and_safetensors_and_what_was_installed_before_will_do(
    small_aios: dict[str, Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "half.safetensors"
    save_file({key: tensor.half().clone() for key, tensor in small_aios.items()}, path)
    (done,) = install(path)
    kept = load_file(done.path)
    assert {tensor.dtype for tensor in kept.values()} == {torch.float32}
    again = tmp_path / "copy.safetensors"
    shutil.copy(done.path, again)
    (done,) = install(again)
    assert {key: tensor.tolist() for key, tensor in load_file(done.path).items()} == {
        key: tensor.tolist() for key, tensor in kept.items()
    }


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_refused(
    small_aios: dict[str, Tensor], tmp_path: Path, bad: float
) -> None:
    small_aios["class_embed.1.bias"][1] = bad
    path = tmp_path / "bad.pth"
    torch.save({"model": small_aios}, path)
    refused(path, r"bad\.pth: class_embed\.1\.bias holds values that are not finite")


@pytest.mark.parametrize("kind", ["int", "sparse", "meta"])
def test_weights_that_are_no_plain_numbers_are_refused(
    small_aios: dict[str, Tensor], tmp_path: Path, kind: str
) -> None:
    odd = {"int": torch.arange(2), "sparse": torch.ones(2).to_sparse()}
    path = tmp_path / "odd.pth"
    small_aios["class_embed.1.bias"] = odd.get(kind, torch.empty(2, device="meta"))
    torch.save({"model": small_aios}, path)
    refused(path, r"class_embed\.1\.bias holds values that are not")


def test_other_networks_are_named(tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    torch.save({"layer1.0.conv1.weight": torch.zeros(64, 64, 1, 1)}, path)
    refused(path, r"none of the models.*\(aios, smplx, .*looks like a ResNet: layer1")
    torch.save({"lstm.weight": torch.zeros(4)}, path)
    refused(path, r"none of the models.*holds lstm\.weight")


def test_wrong_shapes_in_safetensors_are_named(
    small_aios: dict[str, Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "wrong.safetensors"
    save_file({key: torch.zeros(9, 9) for key in small_aios}, path)
    refused(path, r"wrong\.safetensors: these are not .*of another shape \(.* \(9, 9\)")


def test_asked_for_by_name_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "vit.pth"
    torch.save({"blocks.0.attn.qkv.weight": torch.zeros(1)}, path)
    refused(path, "810 missing.*look like a vision transformer", name="aios")
    refused(path, "carries no SMPL-X body", name="smplx")
    refused(path, "no model 'yolo', expected one of aios, smplx", name="yolo")
    refused(OPEN_BODY, "holds arrays, expected AiOS's weights", name="aios")


def test_code_in_a_checkpoint_is_refused_and_not_run(
    small_aios: dict[str, Tensor], tmp_path: Path
) -> None:
    mark, path = tmp_path / "was_here", tmp_path / "bad.pth"
    torch.save(model_files.checkpoint(small_aios, extra=model_files.Touch(mark)), path)
    refused(path, "system to be called.*refused and nothing in it was run")
    assert not mark.exists()


def test_with_body_needs_a_body_and_installs_nothing_without(small_file: Path) -> None:
    with pytest.raises(InferenceError, match="carries no SMPL-X body"):
        install(small_file, with_body=True)
    assert store.installed("aios") is None


def test_full_disk_is_seen_before_and_leaves_the_old_install(
    small_file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(small_file)
    before = _bytes_in(folder)
    usage = shutil.disk_usage(folder)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    refused(small_file, r"17 MB are needed and 1 kB are free.*still there")
    assert _bytes_in(folder) == before


@pytest.mark.parametrize("limit", [40, 300, 1000])
def test_disk_that_fills_up_leaves_the_old_install(
    small_file: Path, small_aios: dict[str, Tensor], folder: Path, limit: int
) -> None:
    """40 and 300 bytes are too few for the weights, 1000 are too few for a longer models.json."""
    install(small_file)
    other = small_file.with_name("other" * 40 + ".pth")
    torch.save({"model": {key: tensor + 1 for key, tensor in small_aios.items()}}, other)
    before = _bytes_in(folder)
    with files_up_to(limit if limit < 1000 else (folder / "models.json").stat().st_size + 50):
        refused(other, r"models: cannot be written .*still there")
    assert _bytes_in(folder) == before
    assert store.verify("aios") == ""


def test_folder_that_cannot_be_made(
    small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    refused(small_file, "cannot be written")


def test_bad_file_leaves_the_old_install(small_file: Path, folder: Path) -> None:
    install(small_file)
    before = _bytes_in(folder)
    small_file.write_bytes(small_file.read_bytes()[:-100])
    refused(small_file, "cut short")
    assert _bytes_in(folder) == before


def test_errors_of_weights_name_the_file(small_aios: dict[str, Tensor], tmp_path: Path) -> None:
    path = tmp_path / "lacking.pth"
    torch.save({"smpl_pose_embed.3.layers.0.weight": torch.zeros(4, 3)}, path)
    with pytest.raises(WeightsError, match=r"lacking\.pth: .*1 missing \(class_embed\.1\.bias\)"):
        install(path)


def _bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
