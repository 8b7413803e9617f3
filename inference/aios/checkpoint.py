"""AiOS's weights: every tensor of a checkpoint by its one name, whatever names it came under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import WeightsError
from ..weights_file import family, read_state_dict, unwrapped
from .manifest import AUXILIARY, USED, manifest

__all__ = ["network_weights", "read_state_dict"]

_SHOWN = 4


def network_weights(state_dict: Mapping[str, Any], *, auxiliary: bool = False) -> dict[str, Tensor]:
    """What the network needs of a checkpoint, by canonical key.

    Args:
        state_dict: as read, with or without the checkpoint around it, with all, some or one of
            the names that a tensor has. Of several names the one that was registered last counts.
            NumPy's arrays will do for tensors.
        auxiliary: also the heads that only training looks at; then they must be there.

    Raises:
        WeightsError: names what is missing, what does not belong there, what has another shape.
    """
    tensors = {key.removeprefix("module."): value for key, value in unwrapped(state_dict).items()}
    known = manifest()
    found: dict[str, Tensor] = {}
    misshaped = []
    for spelling, key in known.canonical.items():
        if spelling not in tensors:
            continue
        found[key] = _as_tensor(tensors[spelling])
        shape = tuple(getattr(found[key], "shape", ()))
        if not isinstance(found[key], Tensor) or shape != known.shapes[key]:
            misshaped.append(f"{spelling} {shape} instead of {known.shapes[key]}")
    wanted = known.keys(USED, AUXILIARY) if auxiliary else known.keys(USED)
    missing = [key for key in wanted if key not in found]
    unexpected = [key for key in tensors if key not in known.canonical and not _is_idle(key)]
    if missing or unexpected or misshaped:
        raise WeightsError(_complaint(missing, unexpected, misshaped) + _hint(tensors, missing))
    return {key: found[key] for key in wanted}


def _as_tensor(value: Any) -> Any:
    """NumPy's arrays are as good as tensors; anything else stays what it is."""
    return torch.from_numpy(value) if isinstance(value, np.ndarray) else value


def _is_idle(key: str) -> bool:
    """What a ResNet's file may have beside the weights that a frozen one uses."""
    in_backbone = key.startswith("backbone.")
    return in_backbone and (key.endswith(".num_batches_tracked") or ".body.fc." in key)


def _complaint(missing: Sequence[str], unexpected: Sequence[str], misshaped: Sequence[str]) -> str:
    parts = [
        f"{len(keys)} {what} ({', '.join(keys[:_SHOWN])}{', ...' if len(keys) > _SHOWN else ''})"
        for what, keys in (
            ("missing", missing),
            ("unexpected", unexpected),
            ("of another shape", misshaped),
        )
        if keys
    ]
    return f"these are not the weights of AiOS: {'; '.join(parts)}."


def _hint(tensors: Mapping[str, Any], missing: Sequence[str]) -> str:
    mostly_there = 2 * len(missing) < len(manifest().keys(USED))
    likeness = "another version of AiOS" if mostly_there else family(tensors)
    return f" They look like {likeness}." if likeness else ""
