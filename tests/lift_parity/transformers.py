"""P-STMO against its golden arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from inference.lifting import view
from inference.lifting.checkpoint import pstmo_net, refine_net
from inference.lifting.clip import lift_clip
from inference.lifting.pstmo import MaskedPstmo, Pstmo, Refine, Size, seen_in_depth

from .arrays import (
    ACTIVATIONS,
    Case,
    Check,
    compared,
    exactly,
    filled,
    part_of,
    same_weights,
    tensor,
)

REAL_GATE = 1e-4
"""m, of poses by trained weights."""


def windows(case: Case) -> list[Check]:
    """pstmo_forward, pstmo_s_forward, pstmo_s_81_forward."""
    x = tensor(case.golden["x"])
    net = Pstmo(Size(frames=x.shape[1], layers=layers_of(case.kind)))
    filled(net, "pstmo", case.salt)
    mine: dict[str, Any] = {}
    columns = (slice(None), ACTIVATIONS, slice(None, None, 27))
    rows = (slice(None), slice(None, None, 27), ACTIVATIONS)
    net.encoder.register_forward_hook(part_of(mine, "act_encoder", columns, turned=True))
    net.Transformer.register_forward_hook(part_of(mine, "act_vte", rows))
    first = (slice(None), slice(4), ACTIVATIONS)
    for number, layer in enumerate(net.Transformer_reduce.model.layers):
        layer.register_forward_hook(part_of(mine, f"act_reduce{number}", first))
    with torch.inference_mode():
        mine["out"], mine["vte"] = net.with_every_frame(x)
    return [*compared(mine, case.golden), *same_weights(case, net, "pstmo")]


def layers_of(kind: str) -> int:
    """Of P-STMO's temporal encoder: the small net has one less."""
    return 3 if "_s_" in f"{kind}_" else 4


def masked(case: Case) -> list[Check]:
    """pstmo_mae."""
    x, dropped, hidden = (tensor(case.golden[name]) for name in ("x", "mask", "spatial_mask"))
    net = MaskedPstmo(Size(frames=x.shape[1]))
    filled(net, "pstmo_mae", case.salt)
    with torch.inference_mode():
        out = net(x, dropped, hidden)
    mine = {"out": out, "loss": net.loss(out, x, dropped)}
    return [*compared(mine, case.golden), *same_weights(case, net, "pstmo_mae")]


def refined(case: Case) -> list[Check]:
    """pstmo_refine, and with its own weights pstmo_refine_real."""
    golden, net, checks = case.golden, Refine(), []
    pred, uv, gt, cam = (tensor(golden[name]) for name in ("pred", "uv", "gt", "cam"))
    mine = {"xyz": seen_in_depth(pred, uv, gt[:, :, :1, 2:], cam)}
    real = "real" in case.kind or ("checksum" in golden and int(golden["checksum"]) == 0)
    if real and case.weights is None:
        case.notes.append("out: made with the released weights of the refine module; --weights")
        return compared(mine, golden)
    if real:
        net = refine_net(case.weights or {})
    else:
        filled(net, "pstmo_refine", case.salt)
        checks = same_weights(case, net, "pstmo_refine")
    with torch.inference_mode():
        mine["out"] = net.eval()(pred, mine["xyz"])
    return [*compared(mine, golden), *checks]


def published(case: Case) -> list[Check]:
    """real_lift: what is done to a trained net's output, exactly; the net itself with `weights`."""
    golden = case.golden
    world = view.on_floor(view.world_from_camera(golden["pstmo_cam"], view.H36M_VIEW_WXYZ))
    checks = exactly({"pstmo_post": world}, golden)
    case.notes.append("semgcn_*, mgcn_*, mediapipe_*, h36m16_norm: other systems, for comparison")
    if case.weights is None:
        case.notes.append("alphapose_kp, fps, wh: for the trained checkpoint of P-STMO; --weights")
        return checks
    net = pstmo_net(case.weights)
    keypoints = view.normalized(golden["alphapose_kp"].astype(float), view.SEEDS_SIZE)
    lifted = lift_clip(net.eval(), tensor(keypoints)).numpy()
    error = float(np.abs(lifted - golden["pstmo_cam"]).max())
    return [*checks, Check("pstmo_cam", error, REAL_GATE)]
