"""VideoPose3D, P-STMO and DynaBOA's base model: recognised by a key, checked by the network that
they are for, kept as safetensors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import WeightsError
from .content import CHECKPOINT, SAFETENSORS, Content
from .room import StoreError, require_room

if TYPE_CHECKING:
    from torch import Tensor, nn

_KINDS = (CHECKPOINT, SAFETENSORS)
Load = Callable[["dict[str, Tensor]"], "nn.Module"]


def has_key(key: str, *, causal: bool | None = None) -> Callable[[Content], bool]:
    """Whether a file is a checkpoint with that key.

    Args:
        causal: whether the file's name must say `causal`, which its tensors do not.
    """

    def recognises(content: Content) -> bool:
        named = causal is None or ("causal" in content.path.name.lower()) == causal
        return content.kind in _KINDS and named and key in _plain_names(content)

    return recognises


def vp3d(content: Content, target: Path) -> tuple[str, ...]:
    return _kept(content, target, "VideoPose3D", _symmetric)


def vp3d_causal(content: Content, target: Path) -> tuple[str, ...]:
    return _kept(content, target, "VideoPose3D, causal", _causal)


def pstmo(content: Content, target: Path) -> tuple[str, ...]:
    from ..lifting.checkpoint import pstmo_net

    return _kept(content, target, "P-STMO", pstmo_net)


def pstmo_refine(content: Content, target: Path) -> tuple[str, ...]:
    from ..lifting.checkpoint import refine_net

    return _kept(content, target, "P-STMO's refine module", refine_net)


def dynaboa(content: Content, target: Path) -> tuple[str, ...]:
    from ..adapt.checkpoint import hmr_net

    return _kept(content, target, "DynaBOA's base model", hmr_net)


def _symmetric(tensors: dict[str, Tensor]) -> nn.Module:
    from ..lifting.checkpoint import temporal_net

    return temporal_net(tensors, causal=False)


def _causal(tensors: dict[str, Tensor]) -> nn.Module:
    from ..lifting.checkpoint import temporal_net

    return temporal_net(tensors, causal=True)


def _kept(content: Content, target: Path, network: str, load: Load) -> tuple[str, ...]:
    """Check everything, then write it.

    Raises:
        WeightsError: it is another network, of another size, or holds numbers that are none.
        StoreError: no room for it.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    if content.kind not in _KINDS:
        raise WeightsError(f"{content.path}: holds arrays, expected the weights of {network}.")
    tensors = content.tensors
    try:
        net = load(tensors)
    except WeightsError as error:
        raise WeightsError(f"{content.path}: {error}") from None
    weights = {key: tensor.contiguous() for key, tensor in net.state_dict().items()}
    require_room(target.parent, sum(tensor.nbytes for tensor in weights.values()))
    try:
        save_file(weights, target, metadata={"network": network, "source": content.path.name})
    except SafetensorError as error:
        raise StoreError(
            f"{target.parent}: cannot be written ({error}). What was installed before is still "
            "there."
        ) from error
    count = sum(tensor.numel() for tensor in weights.values())
    return (f"{count / 1e6:.1f} million weights kept",)


def _plain_names(content: Content) -> frozenset[str]:
    return frozenset(name.removeprefix("module.") for name in content.names)
