"""A checkpoint's tensors to the net that they belong to; which net it is, they say themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from torch import Tensor, nn

from ..errors import WeightsError
from .pstmo import STRIDES, Pstmo, Refine, Size
from .videopose3d import TemporalNet

Tensors = Mapping[str, Tensor]
N = TypeVar("N", bound=nn.Module)


def temporal_net(tensors: Tensors, *, causal: bool) -> TemporalNet:
    """VideoPose3D. Causal and symmetric ones have the same tensors: who trained them knows.

    Raises:
        WeightsError: what is there, and what was expected.
    """
    tensors = plain(tensors)
    expand = _shape(tensors, "expand_conv.weight", 3, "VideoPose3D")
    deep = [f"layers_conv.{number}.weight" for number in range(0, 2 * len(tensors), 2)]
    widths = [_shape(tensors, key, 3, "VideoPose3D")[2] for key in deep if key in tensors]
    out = _shape(tensors, "shrink.weight", 3, "VideoPose3D")[0]
    if expand[1] != 2 * 17 or out != 3 * 17:
        raise WeightsError(
            f"VideoPose3D with {expand[1]} numbers in and {out} out, expected 34 and 51: x and y "
            "of COCO's 17 points in, 17 joints out. Nets with one joint out, other points in or "
            "confidences beside them will not do."
        )
    if len(widths) < 1 or any(width % 2 == 0 for width in (expand[2], *widths)):
        raise WeightsError(
            f"VideoPose3D with filters {[expand[2], *widths]} frames wide, expected odd ones, such "
            "as 3, 3, 3, 3, 3."
        )
    net = TemporalNet((expand[2], *widths), channels=expand[0], causal=causal)
    return filled(net, tensors, "VideoPose3D")


def pstmo_net(tensors: Tensors) -> Pstmo:
    """P-STMO or P-STMO-S, of any of its window lengths.

    Raises:
        WeightsError: what is there, and what was expected.
    """
    tensors = plain(tensors)
    if "mask_token" in tensors:
        raise WeightsError(
            "P-STMO's first training (it tells hidden keypoints), expected a net that lifts, such "
            "as PSTMOS_no_refine_48_5137_in_the_wild.pth."
        )
    embedding = "Transformer.pos_embedding"
    _, frames, channels = _shape(tensors, embedding, 3, "P-STMO")
    hidden = _shape(tensors, "encoder.fc_1.weight", 3, "P-STMO")[0]
    if frames not in STRIDES:
        known = ", ".join(map(str, STRIDES))
        raise WeightsError(f"P-STMO for windows of {frames} frames, expected one of {known}.")
    layer = "Transformer.model.layers."
    layers = {key.removeprefix(layer).split(".")[0] for key in tensors if key.startswith(layer)}
    net = Pstmo(Size(frames=frames, layers=len(layers), channels=channels, hidden=hidden))
    return filled(net, tensors, "P-STMO")


def refine_net(tensors: Tensors) -> Refine:
    """P-STMO's refine module.

    Raises:
        WeightsError: what is there, and what was expected.
    """
    tensors = plain(tensors)
    hidden = _shape(tensors, "post_refine.0.weight", 2, "P-STMO's refine module")[0]
    return filled(Refine(hidden), tensors, "P-STMO's refine module")


def plain(tensors: Tensors) -> dict[str, Tensor]:
    """Without the prefix of those who train on several GPUs."""
    return {key.removeprefix("module."): tensor for key, tensor in tensors.items()}


def filled(net: N, tensors: Tensors, title: str) -> N:
    """`net` in eval mode with these weights; what it does not know is an error too.

    Raises:
        WeightsError: the first thing that does not fit.
    """
    wanted = {key: tuple(value.shape) for key, value in net.state_dict().items()}
    needed = [key for key in wanted if not key.endswith("num_batches_tracked")]
    missing = [key for key in needed if key not in tensors]
    strange = sorted(tensors.keys() - wanted.keys())
    if missing or strange:
        raise WeightsError(f"{title}: {_difference(missing, strange, len(needed))}")
    for key in needed:
        _require(key, tensors[key], wanted[key], title)
    kept = {key: tensors[key].float() for key in needed}
    net.load_state_dict(net.state_dict() | kept)
    return net.eval().requires_grad_(False)


def _difference(missing: list[str], strange: list[str], needed: int) -> str:
    parts = []
    if missing:
        parts.append(f"{len(missing)} of {needed} tensors are missing, first of them {missing[0]}")
    if strange:
        parts.append(f"{len(strange)} are none of its, first of them {strange[0]}")
    return f"{' and '.join(parts)}. Is it a checkpoint of another version, or damaged?"


def _require(key: str, tensor: Tensor, wanted: tuple[int, ...], title: str) -> None:
    found = tuple(tensor.shape)
    if found != wanted:
        hint = " It is transposed." if found == wanted[::-1] else ""
        raise WeightsError(f"{title}: {key} has shape {found}, expected {wanted}.{hint}")
    if not tensor.is_floating_point() or not bool(tensor.isfinite().all()):
        raise WeightsError(
            f"{title}: {key} holds values that are not finite numbers: damaged, or a training "
            "gone wrong. Download it again."
        )


def _shape(tensors: Tensors, key: str, dimensions: int, title: str) -> tuple[int, ...]:
    """Of a tensor that tells how large a net is."""
    if key not in tensors:
        some = ", ".join(sorted(tensors)[:3])
        raise WeightsError(f"not {title}: there is no {key} among {some}, ...")
    found = tuple(tensors[key].shape)
    if len(found) != dimensions:
        raise WeightsError(
            f"{title}: {key} has shape {found}, expected one of {dimensions} dimensions."
        )
    return found
