"""The models that livemocap can use and may not bring along, as data.

A new one is one more entry: how a file is recognised, how it is checked and written, and what
people should know about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..errors import InferenceError
from . import aios, smplx
from .model import Model
from .own import OWN_MODEL
from .seeds import SEED_MODELS


class UnknownModelError(InferenceError):
    """No model has that name."""


_ENTRIES = (
    Model(
        name="aios",
        title="AiOS, whole bodies of everybody in the image at once",
        file="aios.safetensors",
        page="https://ttxskk.github.io/AiOS",
        fetch="aios_checkpoint.pth from https://huggingface.co/ttxskk/AiOS",
        source="aios_checkpoint.pth",
        licence="not for commercial use (S-Lab License 1.0; ask its authors for another one); "
        "trained on data sets that are for research only",
        enables="`livemocap infer --set inference.engine=aios`, `livemocap aios`",
        recognises=aios.recognises,
        write=aios.write,
    ),
    Model(
        name="smplx",
        title="SMPL-X, the neutral body that AiOS was trained with",
        file="smplx_neutral.npz",
        page="https://smpl-x.is.tue.mpg.de",
        fetch="SMPL-X v1.1 (NPZ+PKL) after registering, and unpack models/smplx/SMPLX_NEUTRAL.npz",
        source="SMPLX_NEUTRAL.npz",
        licence="not for commercial use (SMPL-X Model License, non-commercial research); "
        "commercial licences from Meshcapade",
        enables="AiOS with body shape, hands relative to flat ones, meshes, AGORA and BEDLAM files",
        recognises=smplx.recognises,
        write=smplx.write,
    ),
    *SEED_MODELS,
    OWN_MODEL,
)

MODELS: Mapping[str, Model] = MappingProxyType({model.name: model for model in _ENTRIES})


def model_named(name: str) -> Model:
    """
    Raises:
        UnknownModelError: no model is called that.
    """
    if name not in MODELS:
        raise UnknownModelError(f"there is no model '{name}', expected one of {', '.join(MODELS)}.")
    return MODELS[name]
