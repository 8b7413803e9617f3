"""Linear layers and MLPs as the fast path runs them: several of the plain path in one product."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kernels.add_norm import add_norm

from ..heads import Mlp


class Dense(nn.Module):
    """One matrix product for linear layers that read the same input."""

    weight: Tensor
    bias: Tensor

    def __init__(self, layers: Sequence[nn.Linear], dtype: torch.dtype) -> None:
        super().__init__()
        self.register_buffer("weight", torch.cat([x.weight for x in layers]).to(dtype))
        self.register_buffer("bias", torch.cat([x.bias for x in layers]).to(dtype))

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) of this layer's dtype to (..., sum of out)."""
        return F.linear(x, self.weight, self.bias)


class FeedForward(nn.Module):
    """Two linear layers with ReLU between them."""

    def __init__(self, first: nn.Linear, second: nn.Linear, dtype: torch.dtype) -> None:
        super().__init__()
        self.first, self.second = Dense([first], dtype), Dense([second], dtype)

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) of this module's dtype to (..., out)."""
        return self.second(_linear_relu(x, self.first.weight, self.first.bias))


def _linear_relu(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """relu(x W^T + b); on CUDA bias and ReLU end the matrix product, no pass of their own."""
    if not x.is_cuda:
        return F.relu_(F.linear(x, weight, bias))
    rows = torch.ops.aten._addmm_activation(bias, x.flatten(0, -2), weight.t())
    return rows.unflatten(0, x.shape[:-1])


class AddNorm(nn.Module):
    """A residual sum and its LayerNorm, with the copies that the next products read."""

    def __init__(self, norm: nn.LayerNorm, dtype: torch.dtype) -> None:
        super().__init__()
        self.norm, self._dtype = norm, dtype

    def forward(
        self, x: Tensor, update: Tensor, position: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """LayerNorm(x + update): in float32, in `dtype`, and with the position in `dtype`.

        Without a position the third is the second.
        """
        norm = self.norm
        y, low, query = add_norm(
            x, update, norm.weight, norm.bias, eps=norm.eps, pos=position, cast=self._dtype
        )
        return y, low, low if query is None else query


class ParallelMlps(nn.Module):
    """MLPs of equal shape on the same input, layer by layer together; float32."""

    def __init__(self, mlps: Sequence[Mlp]) -> None:
        super().__init__()
        self._mlps, self._depth = len(mlps), len(mlps[0].layers)
        for i in range(self._depth):
            layers = [mlp.layers[i] for mlp in mlps]
            weight = torch.stack([x.get_parameter("weight").t() for x in layers])
            bias = torch.stack([x.get_parameter("bias") for x in layers])
            self.register_buffer(f"weight{i}", weight.contiguous())
            self.register_buffer(f"bias{i}", bias[:, None].contiguous())

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) to (..., mlps * out)."""
        rows = x.reshape(-1, x.shape[-1])
        y = rows.expand(self._mlps, *rows.shape)
        for i in range(self._depth):
            y = F.relu_(y) if i else y
            y = torch.baddbmm(self.get_buffer(f"bias{i}"), y, self.get_buffer(f"weight{i}"))
        return y.transpose(0, 1).reshape(*x.shape[:-1], -1)
