"""A checkpoint's tensors to the net that they belong to; which net it is, they say themselves."""

from __future__ import annotations

from ..errors import WeightsError
from ..network_weights import Tensors, filled, plain, shape_of
from .pstmo import STRIDES, Pstmo, Refine, Size
from .videopose3d import TemporalNet


def temporal_net(tensors: Tensors, *, causal: bool) -> TemporalNet:
    """VideoPose3D. Causal and symmetric ones have the same tensors: who trained them knows.

    Raises:
        WeightsError: what is there, and what was expected.
    """
    tensors = plain(tensors)
    expand = shape_of(tensors, "expand_conv.weight", 3, "VideoPose3D")
    deep = [f"layers_conv.{number}.weight" for number in range(0, 2 * len(tensors), 2)]
    widths = [shape_of(tensors, key, 3, "VideoPose3D")[2] for key in deep if key in tensors]
    out = shape_of(tensors, "shrink.weight", 3, "VideoPose3D")[0]
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
    _, frames, channels = shape_of(tensors, embedding, 3, "P-STMO")
    hidden = shape_of(tensors, "encoder.fc_1.weight", 3, "P-STMO")[0]
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
    hidden = shape_of(tensors, "post_refine.0.weight", 2, "P-STMO's refine module")[0]
    return filled(Refine(hidden), tensors, "P-STMO's refine module")
