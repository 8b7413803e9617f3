"""A store of its own for each test, and a network small enough to install in no time."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import aios_reference
import model_files
import pytest
import torch
from torch import Tensor

import inference.aios.checkpoint
from inference.aios.manifest import AUXILIARY, USED, Manifest

SMALL = {
    "smpl_pose_embed.3.layers.0.weight": (4, 3),
    "class_embed.1.bias": (2,),
    "class_embed.0.bias": (2,),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where models go during this test; removed at once, as they can be large."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path / "data" / "livemocap" / "models"
    signal.signal(signal.SIGTERM, before)
    shutil.rmtree(tmp_path)


@pytest.fixture
def small_aios(monkeypatch: pytest.MonkeyPatch) -> dict[str, Tensor]:
    """Weights of an AiOS that has three tensors, one of them for training only."""
    usage = {key: AUXILIARY if key.startswith("class_embed.0") else USED for key in SMALL}
    names = {key: key for key in SMALL}
    aliases = {f"transformer.decoder.{key}": key for key in SMALL if "class" in key}
    manifest = Manifest(SMALL, usage, aliases | names)
    monkeypatch.setattr(inference.aios.checkpoint, "manifest", lambda: manifest)
    weights = {key: torch.rand(shape) for key, shape in SMALL.items()}
    return weights | {alias: weights[key] for alias, key in aliases.items()}


@pytest.fixture
def small_file(small_aios: dict[str, Tensor], tmp_path: Path) -> Path:
    path = tmp_path / "aios_checkpoint.pth"
    torch.save(model_files.checkpoint(small_aios), path)
    return path


@pytest.fixture(scope="session")
def whole_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkpoint of full size with the body inside, made once."""
    path = tmp_path_factory.mktemp("whole") / "aios_checkpoint.pth"
    weights = {**aios_reference.weights(), **model_files.body_tensors()}
    torch.save(model_files.checkpoint(weights), path)
    yield path
    path.unlink()
