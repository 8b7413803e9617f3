"""AiOS's weights: read a file without running what is in it, find every tensor by its one name."""

from __future__ import annotations

import argparse
import pickle
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..errors import WeightsError
from .manifest import AUXILIARY, USED, Manifest, manifest

_WRAPPERS = ("model", "state_dict", "network")
"""Under which a training checkpoint keeps the weights; AiOS's own says `model`."""
_SHOWN = 4


def read_state_dict(path: Path | str) -> dict[str, Tensor]:
    """The tensors of a .pth, .pt or .safetensors file, without the checkpoint around them.

    Whatever the file's name, its first bytes say what it is. A pickle is read by torch's
    restricted reader: tensors, numbers, text and argparse's Namespace, nothing that runs.

    Raises:
        WeightsError: what the file is instead.
    """
    path = Path(path)
    head = _head(path)
    if head[8:9] == b"{" and head[:1] != b"{":
        content = _read_safetensors(path)
    elif head.startswith((b"PK", b"\x80")):
        content = _read_pickle(path, in_zip=head.startswith(b"PK"))
    else:
        raise WeightsError(f"{path}: {_what_it_is(head)}, expected weights (.pth or .safetensors).")
    tensors = _unwrapped(content)
    if not any(isinstance(tensor, Tensor) for tensor in tensors.values()):
        raise WeightsError(f"{path}: holds no tensors, expected a network's weights.")
    return {key: tensor for key, tensor in tensors.items() if isinstance(tensor, Tensor)}


def network_weights(state_dict: Mapping[str, Any], *, auxiliary: bool = False) -> dict[str, Tensor]:
    """What the network needs of a checkpoint, by canonical key.

    Args:
        state_dict: as read, with or without the checkpoint around it, with all, some or one of
            the names that a tensor has. Of several names the one that was registered last counts.
        auxiliary: also the heads that only training looks at; then they must be there.

    Raises:
        WeightsError: names what is missing, what does not belong there, what has another shape.
    """
    tensors = {key.removeprefix("module."): value for key, value in _unwrapped(state_dict).items()}
    known = manifest()
    found: dict[str, Tensor] = {}
    misshaped = []
    for spelling, key in known.canonical.items():
        if spelling not in tensors:
            continue
        found[key] = tensors[spelling]
        shape = tuple(getattr(found[key], "shape", ()))
        if not isinstance(found[key], Tensor) or shape != known.shapes[key]:
            misshaped.append(f"{spelling} {shape} instead of {known.shapes[key]}")
    wanted = known.keys(USED, AUXILIARY) if auxiliary else known.keys(USED)
    missing = [key for key in wanted if key not in found]
    unexpected = [key for key in tensors if key not in known.canonical and not _is_idle(key)]
    if missing or unexpected or misshaped:
        raise WeightsError(_complaint(missing, unexpected, misshaped, tensors, known))
    return {key: found[key] for key in wanted}


def _unwrapped(content: Any) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise WeightsError(
            f"the weights are a {type(content).__name__}, expected tensors by name, as a "
            "checkpoint has them."
        )
    for wrapper in _WRAPPERS:
        if isinstance(content.get(wrapper), Mapping):
            return content[wrapper]
    return content


def _is_idle(key: str) -> bool:
    """What a ResNet's file may have beside the weights that a frozen one uses."""
    in_backbone = key.startswith("backbone.")
    return in_backbone and (key.endswith(".num_batches_tracked") or ".body.fc." in key)


def _complaint(
    missing: Sequence[str],
    unexpected: Sequence[str],
    misshaped: Sequence[str],
    tensors: Mapping[str, Any],
    known: Manifest,
) -> str:
    parts = [
        f"{len(keys)} {what} ({', '.join(keys[:_SHOWN])}{', ...' if len(keys) > _SHOWN else ''})"
        for what, keys in (
            ("missing", missing),
            ("unexpected", unexpected),
            ("of another shape", misshaped),
        )
        if keys
    ]
    hint = _looks_like(tensors, len(missing) / len(known.keys(USED)))
    return f"these are not the weights of AiOS: {'; '.join(parts)}.{hint}"


_FAMILIES = (
    ("transformer.decoder.pose_embed.", "ED-Pose, on which AiOS builds"),
    ("self_attn.sampling_offsets.", "a detector of the Deformable DETR family"),
    ("blocks.0.attn.qkv.", "a vision transformer, as SMPLer-X or ViTPose"),
    ("expand_conv.", "VideoPose3D"),
    ("layer1.0.conv1.", "a plain ResNet"),
)
"""A piece of a key that gives a network away, most particular first."""


def _looks_like(tensors: Mapping[str, Any], share_missing: float) -> str:
    if share_missing < 0.5 and any(key.startswith("smpl_pose_embed.") for key in tensors):
        return " They look like another version of AiOS."
    for piece, family in _FAMILIES:
        if any(piece in key for key in tensors):
            return f" They look like {family}."
    return ""


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(512)
    except IsADirectoryError:
        raise WeightsError(f"{path}: is a folder, expected a file of weights.") from None
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}).") from None


def _what_it_is(head: bytes) -> str:
    if not head:
        return "is empty"
    if head.lstrip()[:1] == b"<":
        return "is a web page, probably one that asks to confirm or log in: download it again"
    return "is no file of weights"


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
        with torch.serialization.safe_globals([argparse.Namespace]):
            return torch.load(path, map_location="cpu", weights_only=True, mmap=in_zip)
    except pickle.UnpicklingError as error:
        raise WeightsError(_refused(path, str(error))) from None
    except (RuntimeError, ValueError, TypeError, KeyError, EOFError, OSError) as error:
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
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
