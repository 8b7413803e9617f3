"""Attention among people without the mask: 2 % of its pairs, in a few matrix products."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def people_attention(
    q: Tensor, k: Tensor, v: Tensor, group: int, box_slots: Sequence[int]
) -> Tensor:
    """As reference.people_attention, computing only the pairs that may see each other.

    Every person's tokens are scored against each other; box tokens are scored against all box
    tokens as well. A box token's soft-max runs over both sets, its own boxes counted once.
    """
    batch, tokens, heads, width = q.shape
    people = tokens // group
    q, k, v = (_by_person(x, group) for x in (q * width**-0.5, k, v))
    own = q @ k.transpose(-1, -2)  # (B, M, P, group, group)
    q_box, k_box, v_box = (_boxes(x, box_slots) for x in (q, k, v))
    among = q_box @ k_box.transpose(-1, -2)  # (B, M, P * boxes, P * boxes)
    own, among = _softmax(own, among, box_slots)
    seen = own @ v
    seen_box = (among @ v_box).unflatten(2, (people, len(box_slots)))
    for i, slot in enumerate(box_slots):
        seen[..., slot, :] += seen_box[..., i, :]
    return seen.permute(0, 2, 3, 1, 4).reshape(batch, tokens, heads * width)


def _by_person(x: Tensor, group: int) -> Tensor:
    """(B, P * group, M, D) to (B, M, P, group, D)."""
    return x.unflatten(1, (x.shape[1] // group, group)).permute(0, 3, 1, 2, 4)


def _boxes(x: Tensor, box_slots: Sequence[int]) -> Tensor:
    """The box tokens of everybody: (B, M, P, group, D) to (B, M, P * boxes, D)."""
    return torch.stack([x[..., slot, :] for slot in box_slots], -2).flatten(2, 3)


def _softmax(own: Tensor, among: Tensor, box_slots: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Weights of the tokens of the same person and, for box tokens, of all box tokens.

    A box token's own boxes are among all boxes already, so they weigh nothing in the first.
    """
    people, group = own.shape[2], own.shape[-1]
    of_boxes = torch.stack([own[..., slot, :] for slot in box_slots], -2)
    for slot in box_slots:
        of_boxes[..., slot] = -torch.inf
    among = among.unflatten(2, (people, len(box_slots)))
    of_boxes, among = (
        torch.cat((of_boxes, among), -1).softmax(-1).split((group, among.shape[-1]), -1)
    )
    own = own.softmax(-1)
    for i, slot in enumerate(box_slots):
        own[..., slot, :] = of_boxes[..., i, :]
    return own, among.flatten(2, 3)
