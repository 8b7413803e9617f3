"""What proves AiOS's parity without its checkpoint: weights by rule, inputs, golden arrays."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from reference import fill_weights, make_inputs, synthetic_smplx

from inference.aios import build_aios
from inference.aios.fast import FastAios
from inference.aios.model import Aios

REFERENCE = Path(__file__).parent / "reference"


@cache
def manifest() -> list[dict[str, Any]]:
    """Every key of the checkpoint with its shape and what it is used for."""
    return json.loads((REFERENCE / "aios_state_dict.json").read_text())["keys"]


@cache
def weights(salt: int = 0) -> dict[str, torch.Tensor]:
    """The whole state dict but for the body model, aliases included. Do not write to it."""
    shapes = {entry["key"]: entry["shape"] for entry in manifest()}
    return {key: torch.from_numpy(array) for key, array in fill_weights.fill(shapes, salt).items()}


@cache
def body_arrays(salt: int = 0) -> dict[str, np.ndarray]:
    """A body in the layout of SMPL-X's .npz that looks like nobody."""
    return synthetic_smplx.make(salt)


@cache
def plain_network() -> Aios:
    """With weights and body of salt 0; whoever changes it puts it right again."""
    return cast(Aios, build_aios(weights(), body_arrays()))


@cache
def fast_network() -> FastAios:
    """The same in float32."""
    return cast(FastAios, build_aios(weights(), body_arrays(), fast=True))


@cache
def case(name: str) -> dict[str, Any]:
    """Images and network inputs: bgr, img, mask, img_shape, salt, smplx_salt."""
    return make_inputs.make_case(name)


@cache
def golden(name: str) -> dict[str, np.ndarray]:
    """The arrays of golden/aios_NAME.npz."""
    with np.load(REFERENCE / "golden" / f"aios_{name}.npz") as file:
        return {key: file[key] for key in file.files}
