"""Tensors by name into a network, or what does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from torch import Tensor, nn

from .errors import WeightsError

Tensors = Mapping[str, Tensor]
N = TypeVar("N", bound=nn.Module)


def plain(tensors: Tensors) -> dict[str, Tensor]:
    """Without the prefix of those who train on several GPUs."""
    return {key.removeprefix("module."): tensor for key, tensor in tensors.items()}


def filled(net: N, tensors: Tensors, title: str) -> N:
    """`net` in eval mode with these weights; what it does not know is an error too.

    Raises:
        WeightsError: the first thing that does not fit.
    """
    wanted = {key: tuple(value.shape) for key, value in net.state_dict().items()}
    needed = [key for key in wanted if not key.endswith("num_batches_tracked")]
    missing = [key for key in needed if key not in tensors]
    strange = sorted(tensors.keys() - wanted.keys())
    if missing or strange:
        raise WeightsError(f"{title}: {_difference(missing, strange, len(needed))}")
    for key in needed:
        _require(key, tensors[key], wanted[key], title)
    kept = {key: tensors[key].float() for key in needed}
    net.load_state_dict(net.state_dict() | kept)
    return net.eval().requires_grad_(False)


def shape_of(tensors: Tensors, key: str, dimensions: int, title: str) -> tuple[int, ...]:
    """Of a tensor that tells how large a net is.

    Raises:
        WeightsError: there is none, or it has other dimensions.
    """
    if key not in tensors:
        some = ", ".join(sorted(tensors)[:3])
        raise WeightsError(f"not {title}: there is no {key} among {some}, ...")
    found = tuple(tensors[key].shape)
    if len(found) != dimensions:
        raise WeightsError(
            f"{title}: {key} has shape {found}, expected one of {dimensions} dimensions."
        )
    return found


def _difference(missing: list[str], strange: list[str], needed: int) -> str:
    parts = []
    if missing:
        parts.append(f"{len(missing)} of {needed} tensors are missing, first of them {missing[0]}")
    if strange:
        parts.append(f"{len(strange)} are none of its, first of them {strange[0]}")
    return f"{' and '.join(parts)}. Is it a checkpoint of another version, or damaged?"


def _require(key: str, tensor: Tensor, wanted: tuple[int, ...], title: str) -> None:
    found = tuple(tensor.shape)
    if found != wanted:
        hint = " It is transposed." if found == wanted[::-1] else ""
        raise WeightsError(f"{title}: {key} has shape {found}, expected {wanted}.{hint}")
    if not tensor.is_floating_point() or not bool(tensor.isfinite().all()):
        raise WeightsError(
            f"{title}: {key} holds values that are not finite numbers: damaged, or a training "
            "gone wrong. Download it again."
        )
