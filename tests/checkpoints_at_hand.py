"""Published weights and arrays that this repository may not hold, where somebody has them.

Weights are looked for in the folder that LIVEMOCAP_CHECKPOINTS names, by their published names,
and in the store of models; arrays in the one that LIVEMOCAP_GOLDEN names, and in
`shared/reference/golden` beside the repository.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from inference.models.catalogue import model_named
from inference.models.store import installed

_BESIDE = Path(__file__).parents[2] / "shared" / "reference" / "golden"


def golden(name: str) -> dict[str, np.ndarray]:
    """The arrays, or the test is skipped."""
    path = Path(os.environ.get("LIVEMOCAP_GOLDEN", _BESIDE)) / f"{name}.npz"
    if not path.is_file():
        pytest.skip(f"{path} is not there: give its folder as LIVEMOCAP_GOLDEN")
    with np.load(path) as file:
        return dict(file)


def checkpoint(model: str) -> Path:
    """The file of a model, published or installed, or the test is skipped."""
    source = model_named(model).source
    published = Path(os.environ.get("LIVEMOCAP_CHECKPOINTS", "")) / source
    if published.is_file():
        return published
    path = installed(model)
    if path is None:
        pytest.skip(
            f"{source} is not here: `livemocap models install {source}`, or give its folder as "
            "LIVEMOCAP_CHECKPOINTS"
        )
    return path
