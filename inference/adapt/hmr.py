"""HMR with group normalisation: one crop to one SMPL body (DynaBOA's specification, section 1)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..resnet import ResNet50
from .rotation import matrix_from_6d

CROP_PX = 224
JOINTS, BETAS = 24, 10
ROUNDS = 3
LATE_FEATURE = 12
"""Of `Estimate.features`: the first layer of the last round, by which learning is stopped."""

POOLED_FEATURE = 5

_GROUPS = 4
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the net says of B crops."""

    rotations: Tensor
    """(B, 24, 3, 3), parent-relative."""
    betas: Tensor
    """(B, 10)."""
    camera: Tensor
    """(B, 3) scale and shift."""
    features: tuple[Tensor, ...]
    """Stem, four stages, the pooled vector, then three of each round."""


class Hmr(ResNet50):
    """The net, with the tensors of a checkpoint under their own names."""

    def __init__(self) -> None:
        super().__init__(lambda channels: nn.GroupNorm(_GROUPS, channels))
        pose, width = 6 * JOINTS, 1024
        self.fc1 = nn.Linear(2048 + pose + BETAS + 3, width)
        self.fc2 = nn.Linear(width, width)
        self.decpose = nn.Linear(width, pose)
        self.decshape, self.deccam = nn.Linear(width, BETAS), nn.Linear(width, 3)
        self.drop = nn.Dropout()
        for name, size in (("pose", pose), ("shape", BETAS), ("cam", 3)):
            self.register_buffer(f"init_{name}", torch.zeros(1, size))

    def forward(self, crops: Tensor) -> Estimate:  # type: ignore[override]
        """(B, 3, 224, 224) normalised RGB."""
        maps = self.maps(crops)
        pooled = F.avg_pool2d(maps[-1], 7).flatten(1)
        features = [*maps, pooled]
        pose, shape, camera = (
            self.get_buffer(f"init_{name}").expand(len(crops), -1)
            for name in ("pose", "shape", "cam")
        )
        for _ in range(ROUNDS):
            first = self.fc1(torch.cat([pooled, pose, shape, camera], 1))
            dropped = self.drop(first)
            second = self.fc2(dropped)
            features += [first, dropped, second]
            hidden = self.drop(second)
            pose = pose + self.decpose(hidden)
            shape = shape + self.decshape(hidden)
            camera = camera + self.deccam(hidden)
        rotations = matrix_from_6d(pose.unflatten(1, (JOINTS, 6)))
        return Estimate(rotations, shape, camera, tuple(features))


def network_input(crops_rgb: Tensor) -> Tensor:
    """(B, 224, 224, 3) 0..255 to what the net sees."""
    x = crops_rgb.movedim(-1, 1) / 255
    return (x - x.new_tensor(_MEAN)[:, None, None]) / x.new_tensor(_DEVIATION)[:, None, None]
