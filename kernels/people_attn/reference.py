"""Attention among people, written as the mask says it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention


def allowed(tokens: int, group: int, box_slots: Sequence[int], device: torch.device) -> Tensor:
    """(N, N) bool, True where query (row) may attend to key (column).

    Tokens of one person see each other; box tokens, of whatever kind and person, see each other.
    """
    index = torch.arange(tokens, device=device)
    person, slot = index // group, index % group
    box = torch.isin(slot, torch.tensor(list(box_slots), device=device))
    return (person[:, None] == person) | (box[:, None] & box)


def people_attention(
    q: Tensor, k: Tensor, v: Tensor, group: int, box_slots: Sequence[int]
) -> Tensor:
    """Masked attention: (B, N, M, D) queries, keys, values to (B, N, M * D).

    Args:
        group: tokens of one person; N is people * group, person by person.
        box_slots: which of a person's tokens stand for boxes; the others stand for points.
    """
    mask = allowed(q.shape[1], group, box_slots, q.device)
    heads_first = (x.transpose(1, 2) for x in (q, k, v))
    seen = scaled_dot_product_attention(*heads_first, attn_mask=mask)
    return seen.transpose(1, 2).flatten(2)
