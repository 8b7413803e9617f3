"""The encoder: deformable self-attention over all tokens of all levels (spec section 7)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from .attention import DeformableAttention
from .config import FFN_WIDTH, LAYERS, WIDTH
from .pyramid import Pyramid, cell_centres
from .trace import Record, ignore


class EncoderLayer(nn.Module):
    """Attention and feed-forward, each followed by its norm."""

    def __init__(self) -> None:
        super().__init__()
        self.self_attn = DeformableAttention()
        self.norm1 = nn.LayerNorm(WIDTH)
        self.linear1 = nn.Linear(WIDTH, FFN_WIDTH)
        self.linear2 = nn.Linear(FFN_WIDTH, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH)

    def forward(
        self,
        x: Tensor,
        position: Tensor,
        reference: Tensor,
        padding: Tensor,
        shapes: Sequence[tuple[int, int]],
    ) -> Tensor:
        """(B, L, 256) tokens to the same; the values carry no position."""
        gathered = self.self_attn(x + position, reference, x, padding, shapes)
        x = self.norm1(x + gathered)
        return self.norm2(x + self.linear2(F.relu(self.linear1(x))))


class Encoder(nn.Module):
    """Six layers, no final norm."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer() for _ in range(LAYERS))

    def forward(self, pyramid: Pyramid, record: Record = ignore) -> Tensor:
        """The memory, (B, L, 256)."""
        reference = reference_points(pyramid)
        x = pyramid.tokens
        for i, layer in enumerate(self.layers):
            x = layer(x, pyramid.position, reference, pyramid.padding, pyramid.shapes)
            record(f"enc{i}", x)
        return x


def reference_points(pyramid: Pyramid) -> Tensor:
    """(B, L, levels, 2): each token's place in every padded level."""
    centres = cell_centres(pyramid.shapes, pyramid.valid)
    return centres[:, :, None] * pyramid.valid_ratios[:, None]
