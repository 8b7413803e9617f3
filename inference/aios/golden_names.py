"""What was recorded, in the shapes and orders of the golden files (spec section 15)."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from .config import LEVELS, QUERIES, RETURNED
from .postprocess import postprocess
from .selection import rows

_PADDED_LEVELS = tuple(f"src{level}" for level in range(LEVELS))
_UNSORTED = ("topk900_idx", "topk900_score")


class GoldenTrace:
    """Records arrays as the network makes them; those over 900 queries come out sorted by token."""

    def __init__(self) -> None:
        self._arrays: dict[str, Tensor] = {}

    def __call__(self, name: str, array: Tensor) -> None:
        self._arrays[name] = array

    def arrays(self, out: Mapping[str, Tensor], padding: Tensor) -> dict[str, Tensor]:
        """All arrays under their golden names.

        Args:
            out: the network's output.
            padding: (B, H, W), True on padding.
        """
        by_token = self._arrays["topk900_idx"].argsort(1)
        found = {name: self._sorted(name, x, by_token) for name, x in self._arrays.items()}
        found["sel900_tokens_sorted"] = self._arrays["topk900_idx"].gather(1, by_token)
        found |= {f"{name}_stats": _stats(found[name]) for name in found if "backbone" in name}
        shapes = [self._arrays[name].shape[-2:] for name in _PADDED_LEVELS]
        found["level_shapes"] = torch.tensor(shapes)
        found |= {f"out_{name}": x for name, x in out.items() if name.startswith("pred_")}
        return found | decoded_arrays(out, padding)

    def _sorted(self, name: str, x: Tensor, by_token: Tensor) -> Tensor:
        over_queries = x.dim() == 3 and x.shape[1] == QUERIES
        return rows(x, by_token) if over_queries and name not in _UNSORTED else x


def _stats(x: Tensor) -> Tensor:
    """Mean, standard deviation and greatest magnitude."""
    return torch.stack([x.mean(), x.std(correction=0), x.abs().max()])


def decoded_arrays(out: Mapping[str, Tensor], padding: Tensor) -> dict[str, Tensor]:
    """The final ranking and the 50 people of each image."""
    best = out["pred_logits"].sigmoid().flatten(1).topk(RETURNED)
    found = {"topk50_idx": best.indices, "topk50_score": best.values}
    sizes = [(int((~m[:, 0]).sum()), int((~m[0]).sum())) for m in padding]
    for i, people in enumerate(postprocess(out, sizes)):
        found |= {f"person{i}_{name}": x for name, x in people.items()}
    return found
