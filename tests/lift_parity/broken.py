"""DynaBOA with one mistake each, for showing that comparisons notice them."""

from __future__ import annotations

import torch
from torch import Tensor

from inference.adapt.dynaboa import DynaBoa, Parameters


class TeacherFirst(DynaBoa):
    """The teacher follows the net as it was before the step."""

    def _improve(self, loss: Tensor, by: Parameters) -> None:
        super()._teach()
        super()._improve(loss, by)

    def _teach(self) -> None:
        pass


class StepFromTheCopy(DynaBoa):
    """Adam goes on from the weights that should have been thrown away."""

    def _improve(self, loss: Tensor, by: Parameters) -> None:
        slopes = torch.autograd.grad(loss, list(by.values()))
        with torch.no_grad():
            for weight, copied in zip(self._net.parameters(), by.values(), strict=True):
                weight.copy_(copied)
        for weight, slope in zip(self._net.parameters(), slopes, strict=True):
            weight.grad = slope
        self._adam.step()


class OldImage(DynaBoa):
    """Motion is counted from one image before the right one."""

    @property
    def _back(self) -> int:
        return super()._back + 1
