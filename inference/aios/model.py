"""AiOS: one image to everybody's whole body in one stage (Sun et al. 2024)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .backbone import FrozenResNet50
from .body import SmplxBody
from .checkpoint import network_weights
from .config import WIDTH
from .decoder import Decoder
from .encoder import Encoder
from .golden_names import GoldenTrace
from .heads import Heads
from .position import image_encoding
from .precision import exact_convolutions
from .pyramid import Pyramid, flatten_levels, level_masks, valid_cells
from .rotation import axis_angle_from_matrix
from .selection import TwoStageSelection
from .trace import Record, ignore

_CHANNELS = (512, 1024, 2048)
_GROUPS = 32

_RENAMED = (
    ("backbone.0.body.", "backbone."),
    ("transformer.decoder.layers.", "decoder.layers."),
    ("transformer.decoder.norm.", "decoder.norm."),
    ("transformer.decoder.ref_point_head.", "decoder.ref_point_head."),
    ("transformer.decoder.", "decoder.expansion."),
    ("transformer.encoder.", "encoder."),
    ("transformer.level_embed", "level_embed"),
    ("transformer.enc_", "selection.enc_"),
    ("input_proj.", "input_proj."),
)
"""Where the checkpoint's modules stand in ours; everything else is a head."""


class Aios(nn.Module):
    """The plain network: the specification in PyTorch, nothing skipped but auxiliary outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = FrozenResNet50()
        projections = [nn.Conv2d(channels, WIDTH, 1) for channels in _CHANNELS]
        projections += [nn.Conv2d(_CHANNELS[-1], WIDTH, 3, 2, 1)]
        self.input_proj = nn.ModuleList(
            nn.Sequential(conv, nn.GroupNorm(_GROUPS, WIDTH)) for conv in projections
        )
        self.level_embed = nn.Parameter(torch.zeros(len(projections), WIDTH))
        self.encoder = Encoder()
        self.selection = TwoStageSelection()
        self.decoder = Decoder()
        self.heads = Heads()
        self.body: SmplxBody | None = None

    def forward(
        self, images: Tensor, padding_mask: Tensor, trace: bool = False
    ) -> dict[str, Tensor]:
        """Look at a batch of images.

        Args:
            images: (B, 3, H, W) float32 RGB, normalised; zeros on padding.
            padding_mask: (B, H, W), True on padding.
            trace: also return every intermediate array under its golden name.

        Returns:
            The `pred_*` arrays of section 12.4, 100 people per image, and `sel100_tokens`;
            joints and vertices only with a body model.

        Raises:
            ValueError: the images are too small to choose 900 queries from.
        """
        if not trace:
            return self._look(images, padding_mask, ignore)
        recorded = GoldenTrace()
        out = self._look(images, padding_mask, recorded)
        return {**out, **recorded.arrays(out, padding_mask)}

    def _look(self, images: Tensor, padding: Tensor, record: Record) -> dict[str, Tensor]:
        pyramid = self.pyramid(images, padding, record)
        memory = self.encoder(pyramid, record)
        selected = self.selection(memory, pyramid, record)
        decoded = self.decoder(selected, memory, pyramid, self.heads, record)
        out = self.heads.final(decoded.content, decoded.boxes)
        out["sel100_tokens"] = decoded.tokens
        return {**out, **with_bodies(out, self.body)}

    def pyramid(self, images: Tensor, padding: Tensor, record: Record = ignore) -> Pyramid:
        """Features of four levels with their positions."""
        with exact_convolutions():
            c3, c4, c5 = self.backbone(images)
            maps = [p(c) for p, c in zip(self.input_proj, (c3, c4, c5, c5), strict=True)]
        masks = level_masks(padding, [m.shape[-2:] for m in maps])
        positions = [image_encoding(mask, images.dtype) for mask in masks]
        for name, array in zip(("c3", "c4", "c5"), (c3, c4, c5), strict=True):
            record(f"backbone_{name}", array)
        for level, (source, position) in enumerate(zip(maps, positions, strict=True)):
            record(f"src{level}", source)
            record(f"pos{level}", position)
        embedded = [p + e[:, None, None] for p, e in zip(positions, self.level_embed, strict=True)]
        return Pyramid(
            shapes=tuple((m.shape[2], m.shape[3]) for m in maps),
            tokens=flatten_levels(maps),
            position=flatten_levels(embedded),
            padding=torch.cat([m.flatten(1) for m in masks], 1),
            valid=valid_cells(masks, images.dtype),
        )


def with_bodies(out: Mapping[str, Tensor], body: SmplxBody | None) -> dict[str, Tensor]:
    """Full poses as axis-angle; joints and vertices where there is a body model."""
    names = ("pose", "lhand_pose", "rhand_pose", "jaw_pose")
    rotations = torch.cat([out[f"pred_smpl_{name}"] for name in names], 2)
    pose = axis_angle_from_matrix(rotations).flatten(2)
    made = {"pred_smpl_fullpose": pose}
    if body is not None:
        arrays = (pose, out["pred_smpl_beta"], out["pred_smpl_expr"])
        joints, vertices = body(*(a.flatten(0, 1) for a in arrays))
        made["pred_smpl_kp3d"] = joints.unflatten(0, pose.shape[:2])
        made["pred_smpl_verts"] = vertices.unflatten(0, pose.shape[:2])
    return made


def build_aios(
    state_dict: Mapping[str, Any],
    body_model: Mapping[str, Any] | str | Path | None = None,
    device: str | torch.device = "cpu",
    fast: bool = False,
    dtype: torch.dtype | None = None,
) -> nn.Module:
    """The network with its weights.

    Args:
        state_dict: as in the checkpoint, with or without its wrapper and aliased keys.
        body_model: arrays of SMPL-X in the layout of its .npz, or the path of one.
        device: where to run.
        fast: skip what the output does not need; see inference/aios/fast.
        dtype: of the fast path's large layers; float32 on the CPU and float16 on CUDA if none.

    Raises:
        WeightsError: keys are missing, unexpected or misshaped; all are named.
        BodyModelError: the body is not SMPL-X.
    """
    model = Aios()
    model.load_state_dict({_renamed(k): v for k, v in network_weights(state_dict).items()})
    model.body = _body(body_model)
    model = model.to(device).eval().requires_grad_(False)
    if not fast:
        return model
    from .fast import FastAios

    return FastAios(model, dtype)


def _renamed(key: str) -> str:
    for old, new in _RENAMED:
        if key.startswith(old):
            return new + key.removeprefix(old)
    return f"heads.{key}"


def _body(source: Mapping[str, Any] | str | Path | None) -> SmplxBody | None:
    if source is None:
        return None
    if isinstance(source, Mapping):
        return SmplxBody.from_arrays(source)
    return SmplxBody.from_file(Path(source))
