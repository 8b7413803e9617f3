from __future__ import annotations

import subprocess
import sys

import pytest

from inference.errors import InferenceError, UnknownEngineError
from inference.registry import engine_names, make_engine


def test_a_misspelt_engine_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(UnknownEngineError, match=r"'landmark'.* mean 'landmarks'\?"):
        make_engine("landmark")


def test_engines_are_named() -> None:
    assert "landmarks" in engine_names()
    assert make_engine("instant").name == "instant/1"


def test_a_quality_or_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(InferenceError, match="balanced"):
        make_engine("landmarks", quality="superb")
    with pytest.raises(InferenceError, match="cpu"):
        make_engine("landmarks", device="gramophone")


def test_naming_engines_imports_none_of_their_libraries() -> None:
    code = (
        "import sys, inference.registry; "
        "print([m for m in ('cv2', 'onnxruntime', 'scipy', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_landmarks_engine_needs_no_slow_import() -> None:
    code = (
        "import sys, inference.landmarks.engine; "
        "print([m for m in ('scipy', 'torch', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
