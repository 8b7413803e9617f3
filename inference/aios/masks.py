"""Who may attend to whom between the tokens of all people (spec section 11)."""

from __future__ import annotations

import torch
from torch import Tensor

from kernels.people_attn.reference import allowed

from .config import PERSONS, Tokens


def forbidden_pairs(tokens: Tokens, device: torch.device, persons: int = PERSONS) -> Tensor:
    """(N, N) with N = persons * tokens.count, True where query (row) must not see key (column).

    Tokens see their own person's tokens; box tokens see everybody's box tokens as well.
    """
    return ~allowed(persons * tokens.count, tokens.count, tokens.boxes, device)
