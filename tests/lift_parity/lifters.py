"""VideoPose3D and P-STMO against their golden arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from inference.lifting import view
from inference.lifting.clip import lift_clip
from inference.lifting.pstmo import MaskedPstmo, Pstmo, Refine, Size, seen_in_depth
from inference.lifting.videopose3d import WIDTHS, TemporalNet

from .arrays import Arrays, Check, compared, filled, tensor

ACTIVATIONS, STEPS = slice(0, 8), {"expand_bn": 27}
"""The goldens keep the first channels of an activation, and of its columns every so many."""


def temporal(kind: str, golden: Arrays, salt: int) -> list[Check]:
    """vp3d_sym_*, vp3d_causal_*, vp3d_traj_*."""
    widths = WIDTHS[int(golden["receptive_field"])]
    joints = 1 if "traj" in kind else 17
    system = "vp3d_traj" if joints == 1 else "vp3d"

    def net(strided: bool) -> TemporalNet:
        plain = TemporalNet(widths, joints_out=joints, causal="causal" in kind, strided=strided)
        filled(plain, system, salt)
        return plain

    x = tensor(golden["x"])
    mine: dict[str, Any] = {}
    dilated = net(strided=False)
    named = {"expand_bn": dilated.expand_bn}
    named |= {f"layers_bn{i}": norm for i, norm in enumerate(dilated.layers_bn)}
    for name, norm in named.items():
        norm.register_forward_hook(_kept(mine, name))
    with torch.inference_mode():
        mine["out"] = dilated(x)
        if "out_strided" in golden:
            mine["out_strided"] = net(strided=True)(x)
    return compared(mine, golden)


def _kept(found: dict[str, Any], name: str) -> Any:
    step = STEPS.get(name, 9)

    def keep(module: torch.nn.Module, given: Any, out: torch.Tensor) -> None:
        found[f"act_{name}"] = out[:, ACTIVATIONS, ::step]

    return keep


def wild(kind: str, golden: Arrays, salt: int) -> list[Check]:
    """vp3d_wild_*, pstmo_s_wild: a clip of pixels to poses in a world."""
    if kind.startswith("pstmo"):
        net: Any = filled(Pstmo(), "pstmo", salt)
        size = view.SEEDS_SIZE
    else:
        net = filled(TemporalNet(causal="causal" in kind), "vp3d", salt)
        size = tuple(golden["wh"].tolist())
    keypoints = view.normalized(golden["kp_px"].astype(float), size)
    camera = lift_clip(net, tensor(keypoints)).numpy()
    world = view.world_from_camera(camera, golden["quat"])
    mine = {"kp_norm": keypoints, "pred_cam": camera, "world": world}
    return compared({**mine, "world_rebased": view.on_floor(world)}, golden)


def maths(kind: str, golden: Arrays, salt: int) -> list[Check]:
    """vp3d_maths."""
    q, place = golden["q"][0], golden["t"]
    mine = {
        "proj": view.projected(golden["X"], golden["cam"]),
        "proj_lin": view.projected(golden["X"], golden["cam"], lens=False),
        "qrot": view.turned(golden["q"], golden["v"]),
        "qinv": view.inverse(golden["q"]),
        "w2c": view.camera_from_world(golden["P"], q, place),
        "c2w": view.world_from_camera(golden["P"], q, place),
        "norm_1000_1002": view.normalized(golden["kp"], view.SEEDS_SIZE),
        "norm_1920_1080": view.normalized(golden["kp"], (1920, 1080)),
        "denorm": view.pixels(view.normalized(golden["kp"], (1920, 1080)), (1920, 1080)) / 1920,
    }
    scaled = {**golden, "denorm": golden["denorm"] / 1920}
    return compared(mine, scaled)


def windows(kind: str, golden: Arrays, salt: int) -> list[Check]:
    """pstmo_forward, pstmo_s_forward, pstmo_s_81_forward."""
    x = tensor(golden["x"])
    net = Pstmo(Size(frames=x.shape[1], layers=3 if "_s_" in kind else 4))
    filled(net, "pstmo", salt)
    mine: dict[str, Any] = {}
    net.encoder.register_forward_hook(
        lambda m, i, out: mine.__setitem__("act_encoder", out.mT[:, ACTIVATIONS, ::27])
    )
    net.Transformer.register_forward_hook(
        lambda m, i, out: mine.__setitem__("act_vte", out[:, ::27, ACTIVATIONS])
    )
    for number, layer in enumerate(net.Transformer_reduce.model.layers):
        layer.register_forward_hook(
            lambda m, i, out, name=f"act_reduce{number}": mine.__setitem__(
                name, out[:, :4, ACTIVATIONS]
            )
        )
    with torch.inference_mode():
        mine["out"], mine["vte"] = net.with_every_frame(x)
    return compared(mine, golden)


def masked(kind: str, golden: Arrays, salt: int) -> list[Check]:
    """pstmo_mae."""
    x, dropped, hidden = (tensor(golden[name]) for name in ("x", "mask", "spatial_mask"))
    net = MaskedPstmo(Size(frames=x.shape[1]))
    filled(net, "pstmo_mae", salt)
    with torch.inference_mode():
        out = net(x, dropped, hidden)
    return compared({"out": out, "loss": net.loss(out, x, dropped)}, golden)


def refined(kind: str, golden: Arrays, salt: int) -> list[Check]:
    """pstmo_refine."""
    net = filled(Refine(), "pstmo_refine", salt)
    pred, uv, gt, cam = (tensor(golden[name]) for name in ("pred", "uv", "gt", "cam"))
    seen = seen_in_depth(pred, uv, gt[:, :, :1, 2:], cam)
    with torch.inference_mode():
        return compared({"xyz": seen, "out": net(pred, seen)}, golden)


def published(kind: str, golden: Arrays, salt: int) -> list[Check]:
    """real_lift: what is done to a trained net's output, exactly."""
    world = view.on_floor(view.world_from_camera(golden["pstmo_cam"], view.H36M_VIEW_WXYZ))
    error = float(np.abs(world - golden["pstmo_post"]).max())
    return [Check("pstmo_post", error, 0.0)]
