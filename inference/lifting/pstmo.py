"""P-STMO: a window of 2D poses to the 3D pose in its middle (Shan et al. 2022; spec 2, 3, 7)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .pstmo_layers import (
    Head,
    Layer,
    Norm,
    SpatialBlock,
    Stack,
    StridedEncoder,
    TemporalEncoder,
)

STRIDES = {
    9: (1, 3, 3),
    27: (3, 3, 3),
    81: (3, 3, 3, 3),
    243: (3, 3, 3, 3, 3),
    351: (3, 9, 13),
}
"""Of the strided encoder by the window's length, in frames."""

JOINTS = 17


@dataclass(frozen=True, slots=True)
class Size:
    """How large a net is."""

    frames: int = 243
    layers: int = 3
    """Of the temporal encoder: 3 in P-STMO-S, 4 in P-STMO."""
    channels: int = 256
    hidden: int = 512

    @property
    def strides(self) -> Sequence[int]:
        return STRIDES[self.frames]


class Pstmo(nn.Module):
    """The net that lifts, with the tensors of a checkpoint under their own names."""

    def __init__(self, size: Size | None = None) -> None:
        super().__init__()
        self.size = size = size or Size()
        assert math.prod(size.strides) == size.frames
        channels, hidden = size.channels, size.hidden
        self.encoder = SpatialBlock(JOINTS, channels, hidden)
        self.Transformer = TemporalEncoder(size.frames, size.layers, channels, hidden)
        self.Transformer_reduce = StridedEncoder(size.strides, size.frames, channels, hidden)
        self.fcn, self.fcn_1 = Head(channels, JOINTS, 3), Head(channels, JOINTS, 3)

    def forward(self, keypoints: Tensor) -> Tensor:
        """(B, T, 17, 2) normalised to (B, 17, 3) m about the root, camera axes."""
        return self._middle(self._features(keypoints))

    def with_every_frame(self, keypoints: Tensor) -> tuple[Tensor, Tensor]:
        """As `forward`, and the side output (B, T, 17, 3) that training looks at."""
        x = self._features(keypoints)
        return self._middle(x), self.fcn_1(x)

    def _features(self, keypoints: Tensor) -> Tensor:
        return self.Transformer(self.encoder(keypoints))

    def _middle(self, x: Tensor) -> Tensor:
        return self.fcn(self.Transformer_reduce(x))[:, 0]


class _Decoder(nn.Module):
    """Plain layers; its name and its one attribute's are a checkpoint's."""

    def __init__(self, layers: int, channels: int, hidden: int) -> None:
        super().__init__()
        self.model = Stack([Layer(channels, hidden) for _ in range(layers)], channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


class MaskedPstmo(nn.Module):
    """The net of the first training: most frames and some joints are hidden, and told back.

    The decoder is half as wide, and one layer shorter than the encoder.
    """

    def __init__(self, size: Size | None = None) -> None:
        super().__init__()
        self.size = size = size or Size()
        channels, hidden = size.channels, size.hidden
        self.encoder = SpatialBlock(JOINTS, channels, hidden)
        self.Transformer = TemporalEncoder(size.frames, size.layers, channels, hidden)
        half = channels // 2
        self.encoder_LN = Norm(channels)
        self.encoder_to_decoder = nn.Linear(channels, half, bias=False)
        self.dec_pos_embedding = nn.Parameter(torch.zeros(1, size.frames, half))
        self.mask_token = nn.Parameter(torch.zeros(1, 1, half))
        self.spatial_mask_token = nn.Parameter(torch.zeros(1, 1, 2))
        self.Transformer_dec = _Decoder(size.layers - 1, half, hidden // 2)
        self.fcn_dec = Head(half, JOINTS, 2)

    def forward(self, keypoints: Tensor, dropped: Tensor, hidden_joints: Tensor) -> Tensor:
        """
        Args:
            keypoints: (B, T, 17, 2).
            dropped: (T,) whether a frame is hidden.
            hidden_joints: (T, 17) whether a joint is.

        Returns:
            (B, T, 17, 2): the visible frames in order, then the dropped ones.
        """
        masked = torch.where(hidden_joints[..., None], self.spatial_mask_token, keypoints)
        seen = self.Transformer(self.encoder(masked), ~dropped)
        seen = self.encoder_to_decoder(self.encoder_LN(seen))
        place = self.dec_pos_embedding
        told = (self.mask_token + place[:, dropped]).expand(len(seen), -1, -1)
        return self.fcn_dec(self.Transformer_dec(torch.cat([seen + place[:, ~dropped], told], 1)))

    @staticmethod
    def loss(out: Tensor, keypoints: Tensor, dropped: Tensor) -> Tensor:
        """Mean distance of what is told to what is there, over all frames."""
        there = torch.cat([keypoints[:, ~dropped], keypoints[:, dropped]], 1)
        return (out - there).norm(dim=-1).mean()

    def hand_over(self, to: Pstmo) -> list[str]:
        """Begin `to` with what was learnt here; the names of the tensors that were."""
        shared = {
            key: value
            for key, value in self.state_dict().items()
            if key.split(".")[0] in ("encoder", "Transformer")
        }
        to.load_state_dict(shared, strict=False)
        return list(shared)


class Refine(nn.Module):
    """Where the image has a joint against where the net has it, for each joint's x and y.

    It needs the root's true place and a calibrated camera, so it serves benchmarks alone.
    """

    def __init__(self, hidden: int = 1024) -> None:
        super().__init__()
        self.post_refine = nn.Sequential(
            nn.Linear(6 * JOINTS, hidden),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(hidden, 2 * JOINTS),
            nn.Sigmoid(),
        )

    def forward(self, predicted: Tensor, seen: Tensor) -> Tensor:
        """Both (B, 1, 17, 3) m about the root to the same."""
        both = torch.cat([predicted, seen], -1).flatten(-2)
        share = self.post_refine(both).unflatten(-1, (JOINTS, 2))
        flat = share * predicted[..., :2] + (1 - share) * seen[..., :2]
        return torch.cat([flat, predicted[..., 2:]], -1)


def seen_in_depth(
    predicted: Tensor, keypoints: Tensor, root_depth: Tensor, camera: Tensor
) -> Tensor:
    """Where keypoints stand at the depth that the net predicts.

    Args:
        predicted: (B, 1, 17, 3) m about the root.
        keypoints: (B, 1, 17, 2) normalised.
        root_depth: (B, 1, 1, 1) m, the root's true one.
        camera: (B, 9) as in `view.projected`; focal and centre count.

    Returns:
        (B, 1, 17, 3) m about the root as it is seen.
    """
    focal, centre = camera[:, None, None, :2], camera[:, None, None, 2:4]
    depth = predicted[..., 2:] + root_depth
    place = torch.cat([(keypoints - centre) / focal * depth, depth], -1)
    return place - place[..., :1, :]
