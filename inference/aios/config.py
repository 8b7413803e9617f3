"""The network's constants and how a person's tokens are laid out (spec sections 1, 10, 12)."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 256
HEADS = 8
LEVELS = 4
POINTS = 4
"""Sampling points per head and level."""
FFN_WIDTH = 2048
LAYERS = 6
"""Of the encoder, and of the decoder."""

QUERIES = 900
PERSONS = 100
RETURNED = 50
"""Of the 2 * PERSONS scores."""

BODY_POINTS = 17
HAND_POINTS = 6
FACE_POINTS = 6

LOCATION_LAYERS = (0, 1)
BODY_LAYERS = (2, 3)
WHOLE_LAYERS = (4, 5)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The slots of one person's tokens: boxes by number, points by range."""

    count: int
    left_hand: int
    right_hand: int
    face: int
    left_points: range = range(0)
    right_points: range = range(0)
    face_points: range = range(0)
    body: int = 0
    body_points: range = range(1, 1 + BODY_POINTS)

    @property
    def boxes(self) -> tuple[int, int, int, int]:
        return self.body, self.left_hand, self.right_hand, self.face


BODY_TOKENS = Tokens(count=21, left_hand=18, right_hand=19, face=20)

WHOLE_TOKENS = Tokens(
    count=39,
    left_hand=18,
    left_points=range(19, 25),
    right_hand=25,
    right_points=range(26, 32),
    face=32,
    face_points=range(33, 39),
)


def tokens_of_layer(layer: int) -> Tokens:
    """How a person's tokens are laid out in decoder layers 2 to 5."""
    return BODY_TOKENS if layer in BODY_LAYERS else WHOLE_TOKENS
