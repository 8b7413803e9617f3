"""AiOS's checkpoint: recognised by its heads, checked key by key, kept as safetensors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import WeightsError
from .content import CHECKPOINT, SAFETENSORS, Content
from .room import StoreError, require_room
from .smplx import is_carried_by

if TYPE_CHECKING:
    from torch import Tensor

_KINDS = (CHECKPOINT, SAFETENSORS)
_KEY = "smpl_pose_embed.3.layers.0.weight"
"""No other network has this one."""


def recognises(content: Content) -> bool:
    return content.kind in _KINDS and any(name.endswith(_KEY) for name in content.names)


def write(content: Content, target: Path) -> tuple[str, ...]:
    """What the network uses of a checkpoint, each tensor once, float32, by canonical key.

    Raises:
        WeightsError: it is not AiOS's, or holds numbers that are none.
        StoreError: no room for it.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    weights = _weights(content)
    require_room(target.parent, sum(tensor.nbytes for tensor in weights.values()))
    try:
        save_file(weights, target, metadata={"network": "AiOS", "source": content.path.name})
    except SafetensorError as error:
        raise StoreError(
            f"{target.parent}: cannot be written ({error}). What was installed before is still "
            "there."
        ) from error
    return _notes(content, sum(tensor.numel() for tensor in weights.values()))


def _weights(content: Content) -> dict[str, Tensor]:
    import torch

    from ..aios.checkpoint import network_weights

    if content.kind not in _KINDS:
        raise WeightsError(f"{content.path}: holds arrays, expected AiOS's weights (.pth).")
    tensors = content.tensors
    try:
        found = network_weights(tensors)
    except WeightsError as error:
        raise WeightsError(f"{content.path}: {error}") from None
    for key, tensor in found.items():
        if not _is_plain(tensor) or not bool(torch.isfinite(tensor).all()):
            raise WeightsError(
                f"{content.path}: {key} holds values that are not finite numbers: damaged, or a "
                "training gone wrong. Download it again."
            )
    return {key: tensor.to(torch.float32).clone().contiguous() for key, tensor in found.items()}


def _is_plain(tensor: Tensor) -> bool:
    """Neither whole numbers nor sparse, nor a shape without values."""
    return tensor.is_floating_point() and not tensor.is_sparse and not tensor.is_meta


def _notes(content: Content, parameters: int) -> tuple[str, ...]:
    left = f"{parameters / 1e6:.1f} million weights kept; what only training needs was left out"
    if not is_carried_by(content):
        return (left,)
    return (
        left,
        "the checkpoint carries the SMPL-X body as well, under SMPL-X's own licence: "
        "`--with-body` installs it too",
    )
