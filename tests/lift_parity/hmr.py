"""HMR, its body and its parts against their golden arrays."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import torch
from reference import fill_weights_lift, make_inputs_lift, synthetic_smpl

from inference.adapt import camera, crop, losses
from inference.adapt.hmr import Hmr, network_input
from inference.adapt.prior import PosePrior
from inference.adapt.rotation import matrix_from_6d, matrix_from_rotvec, rotvec_from_matrix
from inference.adapt.smpl import SmplBody

from .arrays import Arrays, Check, compared, largest_error, tensor

NORM_GATE = 0.002
"""Of gradients' norms, as a share of them."""

WEBCAM_JOINTS = slice(0, 25)


@cache
def body(salt: int) -> SmplBody:
    extra, _ = synthetic_smpl.regressors(salt)
    return SmplBody(synthetic_smpl.make(salt), extra)


@cache
def prior(salt: int) -> PosePrior:
    mixture = synthetic_smpl.gmm(salt)
    return PosePrior(mixture["means"], mixture["covars"], mixture["weights"])


def network(salt: int, body_salt: int) -> Hmr:
    """With the weights of the rule, and the mean body of a synthetic one."""
    net = Hmr()
    shapes = {key: tuple(value.shape) for key, value in net.state_dict().items()}
    weights = fill_weights_lift.fill("hmr", shapes, salt)
    mean = synthetic_smpl.mean_params(body_salt)
    weights |= {
        f"init_{name}": mean[name].astype(np.float32)[None] for name in ("pose", "shape", "cam")
    }
    net.load_state_dict({key: torch.from_numpy(array) for key, array in weights.items()})
    return net.eval()


def forward(kind: str, golden: Arrays, salt: int, body_salt: int) -> list[Check]:
    """hmr_forward: two crops, every feature, one loss and its gradient."""
    net = network(salt, body_salt)
    estimate = net(network_input(tensor(golden["img"]).float()))
    vertices, joints = body(body_salt)(estimate.rotations, estimate.betas)
    points = camera.projected(joints, estimate.camera)
    keypoints = torch.cat([tensor(golden["kp_norm"]), tensor(golden["conf"])], -1)
    terms = {
        "s2d": losses.joint_loss(points[:, WEBCAM_JOINTS], keypoints),
        "shape_prior": losses.shape_loss(estimate),
        "pose_prior": losses.pose_loss(estimate, prior(body_salt)),
    }
    loss = 10 * terms["s2d"] + 2e-6 * terms["shape_prior"] + 1e-4 * terms["pose_prior"]
    loss.backward()
    slopes = [p.grad for p in net.parameters() if p.grad is not None]
    mine: dict[str, Any] = {
        "rotmat": estimate.rotations,
        "shape": estimate.betas,
        "cam": estimate.camera,
        "cam_t": camera.translation(estimate.camera),
        "joints49": joints,
        "verts_sub": vertices[:, ::50],
        "proj49": points,
        "body_aa": rotvec_from_matrix(estimate.rotations[:, 1:]).flatten(1),
        "grad_head": torch.cat([slope.flatten()[:8] for slope in slopes]),
        "loss": loss,
        **terms,
    }
    for number, feature in enumerate(estimate.features):
        part = feature[:, :16, ::14, ::14] if feature.ndim == 4 else feature[:, :128]
        mine[f"feat{number:02d}"] = part
    norms = np.array([float(slope.norm()) for slope in slopes])
    apart = largest_error(norms / golden["grad_norm"], np.ones(len(slopes)))
    return [*compared(mine, golden), Check("grad_norm", apart, NORM_GATE)]


def parts(kind: str, golden: Arrays, salt: int, body_salt: int) -> list[Check]:
    """dynaboa_parts: rotations, prior, crops, keypoints, the image's camera."""
    turned = matrix_from_rotvec(tensor(golden["aa_in"]))
    poses = tensor(golden["gmm_pose"])
    size = tuple(golden["cam_wh"].tolist())
    mine: dict[str, Any] = {
        "rot6d_out": matrix_from_6d(tensor(golden["rot6d_in"])),
        "rodrigues_out": turned,
        "aa_from_rodrigues": rotvec_from_matrix(turned),
        "aa_from_rot6d": rotvec_from_matrix(matrix_from_6d(tensor(golden["rot6d_in"]))),
        "gmm_synth_nll": prior(body_salt)(poses),
        "gmm_synth_component": prior(body_salt).by_component(poses).argmin(-1),
        "cam_out": camera.of_image(tensor(golden["cam_in"]), tensor(golden["cam_bbox"]), size),
    }
    height, width = golden["crop_image_hw"].tolist()
    image = make_inputs_lift.make_image(height, width, int(golden["crop_image_seed"]))[..., ::-1]
    for number, (x, y, scale) in enumerate(golden["crop_cases"]):
        first, last = crop.crop_corners((x, y), scale)
        mine[f"crop{number}_ul"], mine[f"crop{number}_br"] = first, last
        mine[f"crop{number}_sub4"] = crop.cropped(image, (x, y), scale)[::4, ::4]
        mine[f"crop{number}_pts"] = crop.in_crop(golden["crop_pts"], (x, y), scale)
    for number, keypoints in enumerate(golden["pre_kp_px"]):
        middle, scale = crop.box_around(keypoints)
        mine[f"pre{number}_kp"] = crop.keypoints_in_crop(keypoints, middle, scale)
    return compared(mine, golden)
