"""AiOS's weights are found under any of their names, and nothing else is taken for them."""

from __future__ import annotations

import argparse
import errno
import os
from pathlib import Path
from typing import Any

import aios_reference
import pytest
import torch
from reference.fill_weights import canonical
from safetensors.torch import save_file
from torch import Tensor

from inference.aios.checkpoint import network_weights, read_state_dict
from inference.aios.manifest import AUXILIARY, USED, manifest
from inference.errors import WeightsError

_IN_DECODER = "transformer.decoder."


def test_manifest_equals_the_reference_listing() -> None:
    listed = aios_reference.manifest()
    ours = manifest()
    assert ours.canonical == {entry["key"]: canonical(entry["key"]) for entry in listed}
    for entry in listed:
        key = ours.canonical[entry["key"]]
        assert (*ours.shapes[key],) == (*entry["shape"],), entry["key"]
        assert ours.usage[key] == entry["inference"], entry["key"]


def test_names_of_one_tensor_come_in_the_order_of_registration() -> None:
    order = {entry["key"]: place for place, entry in enumerate(aios_reference.manifest())}
    last: dict[str, int] = {}
    for spelling, key in manifest().canonical.items():
        assert order[spelling] > last.get(key, -1), spelling
        last[key] = order[spelling]


def test_returns_the_used_tensors_by_canonical_key() -> None:
    weights = aios_reference.weights()
    found = network_weights(weights)
    assert set(found) == set(manifest().keys(USED))
    assert len(found) == 810
    for key in ("bbox_embed.0.layers.0.weight", "pose_hw_embed.0.layers.2.bias"):
        assert torch.equal(found[key], weights[key])


def test_auxiliary_adds_the_heads_of_training() -> None:
    found = network_weights(aios_reference.weights(), auxiliary=True)
    assert set(found) == set(manifest().keys(USED, AUXILIARY))


def test_without_auxiliary_heads_they_cannot_be_had() -> None:
    only_used = network_weights(aios_reference.weights())
    assert set(network_weights(only_used)) == set(only_used)
    with pytest.raises(WeightsError, match=r"116 missing \(class_embed\.0\.weight"):
        network_weights(only_used, auxiliary=True)


@pytest.mark.parametrize("keep", ["first", "last"])
def test_any_one_name_of_a_tensor_will_do(keep: str) -> None:
    by_key: dict[str, list[str]] = {}
    for key in aios_reference.weights():
        by_key.setdefault(canonical(key), []).append(key)
    kept = {names[0 if keep == "first" else -1] for names in by_key.values()}
    some = {key: tensor for key, tensor in aios_reference.weights().items() if key in kept}
    _same(network_weights(some), network_weights(aios_reference.weights()))


def test_checkpoint_wrapper_module_prefix_and_idle_entries_do_not_matter() -> None:
    weights = aios_reference.weights()
    extra = {
        "backbone.0.body.bn1.num_batches_tracked": torch.tensor(7),
        "backbone.0.body.fc.weight": torch.zeros(1000, 2048),
    }
    wrapped = {
        "model": {f"module.{key}": tensor for key, tensor in (weights | extra).items()},
        "ema_model": {},
        "epoch": 3,
    }
    _same(network_weights(wrapped), network_weights(weights))


def test_arrays_of_numpy_will_do_for_tensors() -> None:
    weights = aios_reference.weights()
    found = network_weights({key: tensor.numpy() for key, tensor in weights.items()})
    _same(found, network_weights(weights))


def test_the_name_registered_last_wins() -> None:
    weights = dict(aios_reference.weights())
    weights[f"{_IN_DECODER}bbox_embed.0.layers.2.bias"] = torch.full((4,), 1.0)
    weights["pose_hw_embed.0.layers.2.bias"] = torch.full((2,), 1.0)
    weights["pose_hw_embed.3.layers.2.bias"] = torch.full((2,), 2.0)
    found = network_weights(weights)
    original = aios_reference.weights()["bbox_embed.0.layers.2.bias"]
    assert torch.equal(found["bbox_embed.0.layers.2.bias"], original)
    assert found["pose_hw_embed.0.layers.2.bias"].tolist() == [2, 2]


def test_one_error_names_everything_that_is_wrong() -> None:
    weights = dict(aios_reference.weights())
    del weights["transformer.level_embed"]
    weights["surprise.weight"] = torch.zeros(1)
    weights["label_enc.weight"] = torch.zeros(3, 256)
    weights["body_model.v_template"] = torch.zeros(6890, 3)
    with pytest.raises(WeightsError) as caught:
        network_weights(weights)
    message = str(caught.value)
    assert "1 missing (transformer.level_embed)" in message
    assert "1 unexpected (surprise.weight)" in message
    assert "label_enc.weight (3, 256) instead of (101, 256)" in message
    assert "body_model.v_template (6890, 3) instead of (10475, 3)" in message
    assert "another version of AiOS" in message


def test_misshaped_alias_is_named_although_another_name_is_right() -> None:
    weights = dict(aios_reference.weights())
    weights[f"{_IN_DECODER}class_embed.1.bias"] = torch.zeros(91)
    with pytest.raises(WeightsError, match=r"transformer\.decoder\.class_embed\.1\.bias \(91,\)"):
        network_weights(weights)


@pytest.mark.parametrize(
    ("key", "family"),
    [
        ("transformer.decoder.pose_embed.0.layers.0.weight", "ED-Pose"),
        ("transformer.encoder.layers.0.self_attn.sampling_offsets.weight", "Deformable DETR"),
        ("encoder.blocks.0.attn.qkv.weight", "vision transformer"),
        ("expand_conv.weight", "VideoPose3D"),
        ("layer1.0.conv1.weight", "a ResNet"),
    ],
)
def test_says_whose_weights_they_look_like(key: str, family: str) -> None:
    with pytest.raises(WeightsError, match=f"8.. missing.*look like .*{family}"):
        network_weights({key: torch.zeros(1)})


def test_something_else_than_a_mapping_is_refused() -> None:
    with pytest.raises(WeightsError, match="are a list"):
        network_weights([1, 2])  # type: ignore[arg-type]


def test_reads_a_real_checkpoints_layout(tmp_path: Path) -> None:
    path = tmp_path / "aios_checkpoint.pth"
    torch.save(_checkpoint({"a": torch.ones(3), "b": torch.zeros(2, 2)}), path)
    assert {key: tensor.tolist() for key, tensor in read_state_dict(path).items()} == {
        "a": [1, 1, 1],
        "b": [[0, 0], [0, 0]],
    }


def test_reads_safetensors_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    save_file({"a": torch.arange(3.0)}, path)
    assert read_state_dict(path)["a"].tolist() == [0, 1, 2]


def test_reads_the_format_of_old_torch(tmp_path: Path) -> None:
    path = tmp_path / "old.pth"
    torch.save({"a": torch.arange(3.0)}, path, _use_new_zipfile_serialization=False)
    assert read_state_dict(path)["a"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("new_format", [True, False], ids=["zip", "pickle"])
def test_code_in_a_pickle_is_refused_and_not_run(tmp_path: Path, new_format: bool) -> None:
    mark, path = tmp_path / "was_here", tmp_path / "bad.pth"
    torch.save(
        {"model": {"a": torch.zeros(1)}, "args": _Touch(mark)},
        path,
        _use_new_zipfile_serialization=new_format,
    )
    with pytest.raises(WeightsError, match=r"posix\.system|nt\.system") as caught:
        read_state_dict(path)
    assert "nothing in it was run" in str(caught.value)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html>Google Drive - Virus scan warning", "is a web page"),
        (b"hello, this is text", "no file of weights"),
        (b"PK\x03\x04 and then nothing", "damaged, cut short"),
        (b"\x80\x02}q\x00.", "damaged|no checkpoint"),
        (b"\x10\x00\x00\x00\x00\x00\x00\x00{broken", "damaged or cut short"),
    ],
    ids=["empty", "html", "text", "zip", "pickle", "safetensors"],
)
def test_what_is_no_checkpoint_is_said_in_one_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "aios.pth"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=message) as caught:
        read_state_dict(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_truncated_files_are_refused(tmp_path: Path, share: float) -> None:
    whole = tmp_path / "whole.pth"
    torch.save(_checkpoint({"a": torch.rand(5000)}), whole)
    safe = tmp_path / "whole.safetensors"
    save_file({"a": torch.rand(5000)}, safe)
    for path in (whole, safe):
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(WeightsError, match="cut short"):
            read_state_dict(path)


def test_folder_missing_and_unreadable_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WeightsError, match="is a folder"):
        read_state_dict(tmp_path)
    with pytest.raises(WeightsError, match="No such file"):
        read_state_dict(tmp_path / "none.pth")

    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(WeightsError, match="Permission denied"):
        read_state_dict(tmp_path / "closed.pth")


def test_file_without_tensors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "numbers.pth"
    torch.save({"epoch": 3}, path)
    with pytest.raises(WeightsError, match="holds no tensors"):
        read_state_dict(path)


class _Touch:
    """What an attacker would put into a file: a call that happens while it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self._path}",)


def _checkpoint(model: dict[str, Tensor]) -> dict[str, Any]:
    return {
        "model": model,
        "optimizer": {"state": {0: {"exp_avg": torch.zeros(3)}}, "param_groups": [{"lr": 1e-4}]},
        "lr_scheduler": {"last_epoch": 49},
        "epoch": 49,
        "args": argparse.Namespace(backbone="resnet50", lr=1e-4, levels=[1, 2]),
        "ema_model": {"module.a": torch.zeros(3)},
    }


def _same(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    assert set(found) == set(expected)
    assert all(
        found[key] is expected[key] or torch.equal(found[key], expected[key]) for key in found
    )
