"""Files such as people download: AiOS's checkpoint and SMPL-X's body, made by rule."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aios_reference
import numpy as np
import pytest
import torch
from torch import Tensor

from inference.body_model import BodyModel
from inference.errors import InferenceError
from inference.models.install import install

_SAME_NAME = (
    "v_template", "J_regressor", "lmk_faces_idx", "lmk_bary_coords", "dynamic_lmk_faces_idx",
    "dynamic_lmk_bary_coords",
)  # fmt: skip


class Touch:
    """What an attacker would put into a file: a call that happens while it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self._path}",)


def checkpoint(model: Mapping[str, Tensor], **more: object) -> dict[str, Any]:
    """Weights with everything around them that a training leaves in its file."""
    return {
        "model": dict(model),
        "optimizer": {"state": {0: {"exp_avg": torch.zeros(3)}}, "param_groups": [{"lr": 1e-4}]},
        "lr_scheduler": {"last_epoch": 49},
        "epoch": 49,
        "args": argparse.Namespace(backbone="resnet50", lr=1e-4, levels=[1, 2]),
        "ema_model": {"module.a": torch.zeros(3)},
        **more,
    }


def body_tensors() -> dict[str, Tensor]:
    """The synthetic body as AiOS's checkpoint carries it, every `body_model.*` key."""
    arrays = aios_reference.body_arrays()
    parents = arrays["kintree_table"][0].astype(np.int64)
    parents[0] = -1
    inside = {name: arrays[name] for name in _SAME_NAME} | {
        "shapedirs": arrays["shapedirs"][..., :10],
        "expr_dirs": arrays["shapedirs"][..., 10:],
        "posedirs": arrays["posedirs"].reshape(-1, arrays["posedirs"].shape[-1]).T,
        "parents": parents,
        "lbs_weights": arrays["weights"],
        "faces_tensor": arrays["f"].astype(np.int64),
        "left_hand_mean": arrays["hands_meanl"],
        "right_hand_mean": arrays["hands_meanr"],
    }
    tensors = {}
    for entry in aios_reference.manifest():
        name = entry["key"].removeprefix("body_model.")
        if entry["inference"] == "body_model":
            kind = getattr(torch, entry["dtype"])
            array = inside.get(name, np.zeros(entry["shape"]))
            tensors[entry["key"]] = torch.from_numpy(np.ascontiguousarray(array)).to(kind)
    return tensors


def save_body(path: Path, **changed: Any) -> Path:
    """The synthetic body as people get SMPL-X: with float64 and with arrays of Python objects."""
    arrays = aios_reference.body_arrays()
    objects = {name: np.array({"Pelvis": 0}, dtype=object) for name in ("joint2num", "part2num")}
    wide = {"v_template": arrays["v_template"].astype(np.float64)}
    np.savez(path, **(objects | arrays | wide | changed))
    return path


def refused(path: Path, message: str, name: str | None = None) -> None:
    """It cannot be installed, which one line says that names the file once."""
    with pytest.raises(InferenceError, match=message) as caught:
        install(path, name)
    assert str(caught.value).count(str(path)) <= 1
    assert ".part" not in str(caught.value)


def same_body(path: Path) -> None:
    """The file holds the synthetic body, and our readers read it."""
    expected = aios_reference.body_arrays()
    with np.load(path, allow_pickle=False) as file:
        assert {"v_template", "posedirs", "J_regressor", "kintree_table", "f"} < set(file.files)
        for name in file.files:
            np.testing.assert_array_equal(file[name], expected[name], err_msg=name)
    assert BodyModel.load(path).hand_mean.shape == (30, 3)


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Writing more than that into one file fails, as on a full disk."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
