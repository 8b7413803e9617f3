"""A file of trained weights: its tensors are read, and nothing that is in it is run."""

from __future__ import annotations

import argparse
import pickle
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .errors import WeightsError
from .file_kind import file_head, is_nothing_of_use, is_safetensors

_WRAPPERS = ("model", "model_pos", "state_dict", "network")
"""Under which a training checkpoint keeps the weights; AiOS's own says `model`, VideoPose3D's
`model_pos`."""


class _Dropped:
    """Stands for what a training keeps beside its weights: made of anything, it holds nothing."""

    def __init__(self, *_: object) -> None:
        pass

    def __setstate__(self, _: object) -> None:
        pass


def _dropped(module: str, name: str) -> type[_Dropped]:
    return type(name, (_Dropped,), {"__module__": module})


_NOT_WEIGHTS = (
    _dropped("numpy", "ndarray"),
    _dropped("numpy", "dtype"),
    _dropped("numpy.core.multiarray", "_reconstruct"),
    _dropped("numpy._core.multiarray", "_reconstruct"),
    _dropped("numpy.random", "__RandomState_ctor"),
    _dropped("numpy.random._pickle", "__randomstate_ctor"),
    _dropped("numpy.random._pickle", "__bit_generator_ctor"),
    _dropped("numpy.random._mt19937", "MT19937"),
)
"""A generator of random numbers, as VideoPose3D's checkpoints keep: named, and not made."""


def read_state_dict(path: Path | str) -> dict[str, Tensor]:
    """The tensors of a .pth, .pt or .safetensors file, without the checkpoint around them.

    Whatever the file's name, its first bytes say what it is. A pickle is read by torch's
    restricted reader: tensors, numbers, text and argparse's Namespace, nothing that runs;
    generators of random numbers are left out.
    Tensors of a zip are read when they are used: the file must stay as it is until then.

    Raises:
        WeightsError: what the file is instead.
    """
    path = Path(path)
    head = file_head(path)
    if is_safetensors(head):
        content = _read_safetensors(path)
    elif head.startswith((b"PK", b"\x80")):
        content = _read_pickle(path, in_zip=head.startswith(b"PK"))
    else:
        what = is_nothing_of_use(head) or "is no file of weights"
        raise WeightsError(f"{path}: {what}. Expected weights (.pth or .safetensors).")
    try:
        inside = unwrapped(content)
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from None
    tensors = {key: value for key, value in inside.items() if _is_tensor(key, value)}
    if not tensors:
        raise WeightsError(f"{path}: holds no tensors, expected a network's weights.")
    return tensors


def unwrapped(content: Any) -> Mapping[str, Any]:
    """The weights inside a checkpoint's wrapper, or `content` where there is none.

    Raises:
        WeightsError: nothing here goes by name.
    """
    if not isinstance(content, Mapping):
        raise WeightsError(
            f"the weights are a {type(content).__name__}, expected tensors by name, as a "
            "checkpoint has them."
        )
    for wrapper in _WRAPPERS:
        if isinstance(content.get(wrapper), Mapping):
            return content[wrapper]
    return content


_FAMILIES = (
    ("transformer.decoder.pose_embed.", "ED-Pose, on which AiOS builds"),
    ("self_attn.sampling_offsets.", "a detector of the Deformable DETR family"),
    ("blocks.0.attn.qkv.", "a vision transformer, as SMPLer-X or ViTPose"),
    ("expand_conv.", "VideoPose3D"),
    ("layer1.0.conv1.", "a ResNet"),
)
"""A piece of a key that gives a network away, most particular first."""


def family(keys: Iterable[str]) -> str:
    """Whose weights these look like, or nothing where nobody knows."""
    together = "\n".join(keys)
    return next((name for piece, name in _FAMILIES if piece in together), "")


def _is_tensor(key: object, value: object) -> bool:
    return isinstance(key, str) and isinstance(value, Tensor)


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise WeightsError(
            f"{path}: damaged or cut short ({_first_line(error)}). Download or install it again."
        ) from error


def _read_pickle(path: Path, *, in_zip: bool) -> Any:
    try:
        with torch.serialization.safe_globals([argparse.Namespace, *_NOT_WEIGHTS]):
            return torch.load(path, map_location="cpu", weights_only=True, mmap=in_zip)
    except pickle.UnpicklingError as error:
        raise WeightsError(_refused(path, str(error))) from None
    except Exception as error:  # its reader meets any bytes at all, and answers with any error
        raise WeightsError(
            f"{path}: damaged, cut short or no checkpoint ({_first_line(error)}). "
            "Download it again."
        ) from error


def _refused(path: Path, message: str) -> str:
    asked = re.search(r"GLOBAL (\S+)", message)
    if asked is None:
        return f"{path}: is no checkpoint, or damaged. Nothing in it was run. Download it again."
    return (
        f"{path}: wants {asked[1]} to be called while it is read. Weights need no such thing, and "
        "a file that asks for it can do harm: it was refused and nothing in it was run. Take the "
        "file from its authors' page, which `livemocap models` names."
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
