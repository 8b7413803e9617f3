"""Who may attend to whom between the tokens of all people (spec section 11)."""

from __future__ import annotations

import torch
from torch import Tensor

from .config import PERSONS, Tokens


def forbidden_pairs(tokens: Tokens, device: torch.device, persons: int = PERSONS) -> Tensor:
    """(N, N) with N = persons * tokens.count, True where query (row) must not see key (column).

    Tokens see their own person's tokens; box tokens see everybody's box tokens as well.
    """
    slot = torch.arange(persons * tokens.count, device=device)
    person = slot // tokens.count
    box = torch.isin(slot % tokens.count, torch.tensor(tokens.boxes, device=device))
    same = person[:, None] == person
    return ~(same | (box[:, None] & box))
