"""VideoPose3D, and whole clips through any lifter, against golden arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from inference.lifting import view
from inference.lifting.clip import lift_clip, padded
from inference.lifting.flip import averaged, with_flipped
from inference.lifting.pstmo import Pstmo, Size
from inference.lifting.videopose3d import WIDTHS, TemporalNet

from .arrays import (
    ACTIVATIONS,
    PIXEL_GATE,
    Case,
    Check,
    Golden,
    compared,
    exactly,
    filled,
    part_of,
    same_weights,
    tensor,
)
from .transformers import layers_of

STEPS = {"expand_bn": 27}
"""Of the columns of an activation the goldens keep every so many, if not 9."""


def temporal(case: Case) -> list[Check]:
    """vp3d_sym_*, vp3d_causal_*, vp3d_traj_*."""
    golden, x = case.golden, tensor(case.golden["x"])
    causal = "causal" in case.kind
    if "causal_shifts" in golden:
        causal = bool(golden["causal_shifts"].any())
    joints = golden["out"].shape[-2]
    system = "vp3d_traj" if joints == 1 else "vp3d"
    how: Any = {"joints_in": x.shape[2], "joints_out": joints, "causal": causal}

    def net(strided: bool) -> TemporalNet:
        plain = TemporalNet(_widths(case), strided=strided, **how)
        filled(plain, system, case.salt)
        return plain

    mine: dict[str, Any] = {}
    dilated = net(strided=False)
    named = {"expand_bn": dilated.expand_bn}
    named |= {f"layers_bn{i}": norm for i, norm in enumerate(dilated.layers_bn)}
    for name, norm in named.items():
        columns = (slice(None), ACTIVATIONS, slice(None, None, STEPS.get(name, 9)))
        norm.register_forward_hook(part_of(mine, f"act_{name}", columns))
    with torch.inference_mode():
        mine["out"] = dilated(x)
        if "out_strided" in golden:
            mine["out_strided"] = net(strided=True)(x)
    return [
        *compared(mine, golden),
        *same_weights(case, dilated, system),
        *exactly(_form(dilated), golden),
    ]


def _widths(case: Case) -> tuple[int, ...]:
    """Of filters, by the receptive field that the file tells or its lengths have."""
    golden = case.golden
    if "receptive_field" in golden:
        left = int(golden["receptive_field"])
    else:
        left = golden["x"].shape[1] - golden["out"].shape[1] + 1
    widths = []
    while left > 1:
        left, rest = divmod(left, 3)
        if rest:
            raise ValueError("only nets whose filters are 3 wide are compared.")
        widths.append(3)
    return tuple(widths)


def _form(net: TemporalNet) -> dict[str, Any]:
    """What the reference says of its own form."""
    reach = np.array(net.dilations)
    shifts = reach if net.causal else np.zeros_like(reach)
    return {
        "receptive_field": net.receptive_field,
        "pads": reach * (np.array(net.widths) // 2),
        "causal_shifts": shifts,
        "total_causal_shift": (shifts * reach).sum(),
    }


def wild(case: Case) -> list[Check]:
    """vp3d_wild_*, pstmo_s_wild: a clip of pixels to poses in a world."""
    golden = case.golden
    if case.kind.startswith("pstmo"):
        net: Any = Pstmo(Size(layers=layers_of(case.kind)))
        system = "pstmo"
    else:
        widths = _widths(case) if "receptive_field" in golden else WIDTHS[243]
        net, system = TemporalNet(widths, causal="causal" in case.kind), "vp3d"
    filled(net, system, case.salt)
    size = tuple(golden["wh"].tolist()) if "wh" in golden else view.SEEDS_SIZE
    keypoints = view.normalized(golden["kp_px"].astype(float), size)
    if case.frames is not None and isinstance(net, Pstmo):
        return _first_frames(case, net, keypoints)
    camera = lift_clip(net, tensor(keypoints)).numpy()
    turn = golden["quat"] if golden.has("quat") else view.H36M_VIEW_WXYZ
    world = view.world_from_camera(camera, turn)
    mine = {"kp_norm": keypoints, "pred_cam": camera, "world": world}
    mine["world_rebased"] = view.on_floor(world)
    return [*compared(mine, golden), *same_weights(case, net, system)]


def _first_frames(case: Case, net: Pstmo, keypoints: np.ndarray) -> list[Check]:
    """A cheap part of `wild`: windows are many times the work of the clip."""
    around = padded(with_flipped(tensor(keypoints)[None]), net.size.frames, causal=False)
    some = range(case.frames or 0)
    with torch.inference_mode():
        poses = [averaged(net(around[:, k : k + net.size.frames]))[0] for k in some]
    camera = torch.stack(poses)
    camera[:, 0] = 0
    part = Golden({"pred_cam": case.golden["pred_cam"][: len(some)]})
    return compared({"pred_cam": camera}, part)


def maths(case: Case) -> list[Check]:
    """vp3d_maths."""
    golden = case.golden
    q, place = golden["q"][0], golden["t"]
    mine = {
        "proj": view.projected(golden["X"], golden["cam"]),
        "proj_lin": view.projected(golden["X"], golden["cam"], lens=False),
        "qrot": view.turned(golden["q"], golden["v"]),
        "qinv": view.inverse(golden["q"]),
        "w2c": view.camera_from_world(golden["P"], q, place),
        "c2w": view.world_from_camera(golden["P"], q, place),
    }
    for name in golden:
        if name.startswith("norm_") and not name.endswith("_f64"):
            width, height = map(int, name.split("_")[1:])
            mine[name] = view.normalized(golden["kp"], (width, height))
    pixels = view.pixels(view.normalized(golden["kp"], (1920, 1080)), (1920, 1080))
    checks = compared({**mine, "denorm": pixels}, golden)
    return [Check(c.name, c.error, PIXEL_GATE) if c.name == "denorm" else c for c in checks]
