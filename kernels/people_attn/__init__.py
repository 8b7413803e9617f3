"""Attention among people: everybody's own tokens, and all box tokens among each other."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from ..dispatch import runs_fused
from . import structured


def people_attention(
    q: Tensor, k: Tensor, v: Tensor, group: int, box_slots: Sequence[int]
) -> Tensor:
    """Masked attention of the people's tokens: (B, N, M, D) each to (B, N, M * D).

    Args:
        group: tokens of one person; N is people * group, person by person.
        box_slots: which of a person's tokens stand for boxes; the others stand for points.
    """
    if runs_fused(q):
        from . import fused

        return fused.people_attention(q, k, v, group, box_slots)
    return structured.people_attention(q, k, v, group, box_slots)
