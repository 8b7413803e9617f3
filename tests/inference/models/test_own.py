"""Weights of our own lifter in the store."""

from __future__ import annotations

from pathlib import Path

import pytest
from lifter_made import random_net

from inference.errors import InferenceError, WeightsError
from inference.lifting.registry import make_lifter
from inference.lifting.train.export import onnx_of
from inference.models.install import install


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    path = tmp_path / "lifter.onnx"
    path.write_bytes(onnx_of(random_net(), {"motion": "none"}))
    return path


def test_what_was_trained_is_recognised_kept_and_used(trained: Path) -> None:
    done = install(trained)
    assert [one.model.name for one in done] == ["own"]
    trained.unlink()
    assert make_lifter("own").look_ahead_s == 0


def test_without_weights_it_is_said_how_to_make_them() -> None:
    with pytest.raises(WeightsError, match="livemocap train lifter"):
        make_lifter("own")


def test_another_onnx_file_is_refused(trained: Path) -> None:
    trained.write_bytes(trained.read_bytes().replace(b"livemocap-lifter", b"somebodys-lifter"))
    with pytest.raises(InferenceError, match=r"lifter\.onnx"):
        install(trained)


def test_damaged_weights_are_refused(trained: Path) -> None:
    trained.write_bytes(trained.read_bytes()[:-2000])
    with pytest.raises(InferenceError, match=r"lifter\.onnx"):
        install(trained)
