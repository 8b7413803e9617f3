"""VideoPose3D's, P-STMO's, DynaBOA's and SMPL's files as their authors publish them, by rule."""

from __future__ import annotations

import pickle
import sys
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
import torch
from lift_parity.arrays import filled
from reference import synthetic_smpl
from torch import Tensor, nn

from inference.lifting.pstmo import Pstmo, Size
from inference.lifting.videopose3d import TemporalNet


def small_vp3d(*, causal: bool = False) -> TemporalNet:
    net = TemporalNet((3, 3, 3), channels=32, causal=causal)
    filled(net, "vp3d", 0)
    return net


def small_pstmo(layers: int = 3) -> Pstmo:
    net = Pstmo(Size(frames=27, layers=layers, channels=32, hidden=48))
    filled(net, "pstmo", 0)
    return net


def several_gpus(net: nn.Module) -> dict[str, Tensor]:
    """As saved while training on several GPUs."""
    return {f"module.{key}": value for key, value in net.state_dict().items()}


def save_vp3d(path: Path, net: nn.Module, *, old: bool = False) -> Path:
    """As VideoPose3D writes it; `old` as torch did before 1.6."""
    content = {
        "epoch": 80,
        "lr": 1e-5,
        "random_state": np.random.RandomState(1234),
        "optimizer": {"state": {0: {"exp_avg": torch.zeros(3)}}, "param_groups": [{"lr": 1e-3}]},
        "model_pos": net.state_dict(),
        "model_traj": None,
        "random_state_semi": None,
    }
    torch.save(content, path, _use_new_zipfile_serialization=not old)
    return path


@cache
def _body() -> dict[str, Any]:
    return synthetic_smpl.make(0)


@contextmanager
def _chumpy() -> Iterator[type]:
    """A module of that name, as long as a pickle is written."""

    class Ch:
        def __init__(self, x: np.ndarray) -> None:
            self.x = x
            self._dirty_vars = {1, 2}

    Ch.__module__, Ch.__qualname__ = "chumpy.ch", "Ch"
    names = ("chumpy", "chumpy.ch")
    for name in names:
        sys.modules[name] = types.ModuleType(name)
    sys.modules["chumpy.ch"].Ch = Ch  # type: ignore[attr-defined]
    try:
        yield Ch
    finally:
        for name in names:
            del sys.modules[name]


def save_smpl(path: Path, *, protocol: int = 2, **changed: Any) -> dict[str, np.ndarray]:
    """A synthetic body as SMPL is published: chumpy's arrays, a sparse regressor, remarks."""
    arrays: Mapping[str, Any] = _body() | changed
    with _chumpy() as chumpy_array:
        written = dict(arrays) | {
            "shapedirs": chumpy_array(arrays["shapedirs"]),
            "J_regressor": scipy.sparse.csc_matrix(arrays["J_regressor"]),
            "pose_training_info": {"name": "somebody", "pose": np.zeros(3)},
            "vert_sym_idxs": np.arange(6890),
        }
        path.write_bytes(pickle.dumps(written, protocol=protocol))
    return {name: value for name, value in arrays.items() if isinstance(value, np.ndarray)}
