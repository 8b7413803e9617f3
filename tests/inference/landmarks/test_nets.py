from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from inference.errors import InferenceError, WeightsError
from inference.landmarks.nets import SHA256, WEIGHTS_FOLDER, load_nets, provider_of, read_weights


def test_every_shipped_file_is_the_one_in_the_table() -> None:
    assert {path.stem for path in WEIGHTS_FOLDER.glob("*.onnx")} == set(SHA256)
    for name in SHA256:
        assert read_weights(name)


def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        WeightsError, match=r"hand_recrop\.onnx: cannot be read .*Install"
    ) as raised:
        read_weights("hand_recrop", tmp_path)
    assert "\n" not in str(raised.value)


def test_one_changed_byte_is_refused_before_the_file_is_parsed(tmp_path: Path) -> None:
    content = bytearray(read_weights("hand_recrop"))
    content[1000] ^= 1
    (tmp_path / "hand_recrop.onnx").write_bytes(content)
    with pytest.raises(WeightsError, match=r"hand_recrop\.onnx: SHA-256 is .* damaged"):
        load_nets(["hand_recrop"], "CPUExecutionProvider", tmp_path)


def test_nets_answer_alike_wherever_they_lie(tmp_path: Path) -> None:
    shutil.copy(WEIGHTS_FOLDER / "hand_recrop.onnx", tmp_path)
    image = np.full((1, 256, 256, 3), 0.5, np.float32)
    answers = [
        load_nets(["hand_recrop"], "CPUExecutionProvider", folder)["hand_recrop"](image)[0]
        for folder in (WEIGHTS_FOLDER, tmp_path)
    ]
    np.testing.assert_array_equal(answers[0], answers[1])


def test_a_device_that_is_not_here_is_refused_with_those_that_are() -> None:
    assert provider_of("cpu") == "CPUExecutionProvider"
    with pytest.raises(InferenceError, match=r"'gramophone'.* can on: .*cpu"):
        provider_of("gramophone")
