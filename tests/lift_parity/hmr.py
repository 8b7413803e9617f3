"""HMR, its body and its parts against their golden arrays."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import numpy as np
import torch
from reference import make_inputs_lift, synthetic_smpl

from inference.adapt import camera, crop, losses, smpl
from inference.adapt.hmr import Hmr, network_input
from inference.adapt.prior import PosePrior
from inference.adapt.rotation import matrix_from_6d, matrix_from_rotvec, rotvec_from_matrix
from inference.adapt.smpl import SmplBody
from inference.aios.metrics.person import aligned

from .arrays import (
    Case,
    Check,
    Golden,
    compared,
    exactly,
    filled,
    largest_error,
    same_weights,
    tensor,
)

NORM_GATE = 0.002
"""Of gradients' norms, as a share of them."""

WEBCAM_JOINTS = slice(0, 25)
IMAGE_GATE = 1e-4
"""Of boxes in pixels, which the reference rounds to float32, and of normalised crops."""


@cache
def body(salt: int) -> SmplBody:
    extra, _ = synthetic_smpl.regressors(salt)
    return SmplBody(synthetic_smpl.make(salt), extra)


@cache
def synthetic_prior(salt: int) -> PosePrior:
    return prior_of(synthetic_smpl.gmm(salt))


def prior_of(mixture: Any) -> PosePrior:
    """Of a file's means, covars and weights."""
    return PosePrior(mixture["means"], mixture["covars"], mixture["weights"])


def network(salt: int, body_salt: int) -> Hmr:
    """With the weights of the rule, and the mean body of a synthetic one."""
    return copy.deepcopy(_network(salt, body_salt))


@cache
def _network(salt: int, body_salt: int) -> Hmr:
    net = Hmr()
    filled(net, "hmr", salt)
    for name, mean in synthetic_smpl.mean_params(body_salt).items():
        net.get_buffer(f"init_{name}").copy_(tensor(mean))
    return net


def forward(case: Case) -> list[Check]:
    """hmr_forward: crops, every feature, one loss and its gradient."""
    net = network(case.salt, case.body_salt)
    return [*forward_of(net, case), *same_weights(case, net, "hmr")]


def forward_of(net: Hmr, case: Case) -> list[Check]:
    golden = case.golden
    estimate = net(network_input(tensor(golden["img"]).float()))
    vertices, joints = body(case.body_salt)(estimate.rotations, estimate.betas)
    points = camera.projected(joints, estimate.camera)
    keypoints = torch.cat([tensor(golden["kp_norm"]), tensor(golden["conf"])], -1)
    terms = {
        "s2d": losses.joint_loss(points[:, WEBCAM_JOINTS], keypoints),
        "shape_prior": losses.shape_loss(estimate),
        "pose_prior": losses.pose_loss(estimate, synthetic_prior(case.body_salt)),
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
    every = [feature.detach() for feature in estimate.features]
    mine["feat_mean"] = np.array([float(feature.mean()) for feature in every])
    mine["feat_std"] = np.array([float(feature.std()) for feature in every])
    for number, feature in enumerate(every):
        part = feature[:, :16, ::14, ::14] if feature.ndim == 4 else feature[:, :128]
        mine[f"feat{number:02d}"] = part
    norms = np.array([float(slope.norm()) for slope in slopes])
    checks = compared(mine, golden)
    if golden.has("grad_norm"):
        apart = largest_error(norms / golden["grad_norm"], np.ones(len(slopes)))
        checks.append(Check("grad_norm", apart, NORM_GATE))
    return [*checks, *same_names(net, golden)]


def same_names(net: Hmr, golden: Golden) -> list[Check]:
    if not golden.has("param_names"):
        return []
    mine = [name for name, _ in net.named_parameters()]
    theirs = [str(name) for name in golden["param_names"]]
    return [Check("param_names", float(mine != theirs), 0.0)]


def parts(case: Case) -> list[Check]:
    """dynaboa_parts: rotations, priors, crops, keypoints, the image's camera, joints."""
    golden = case.golden
    turned = matrix_from_rotvec(tensor(golden["aa_in"]))
    size = tuple(golden["cam_wh"].tolist())
    still = rotvec_from_matrix(torch.eye(3)[None])
    mine: dict[str, Any] = {
        "rot6d_out": matrix_from_6d(tensor(golden["rot6d_in"])),
        "rodrigues_out": turned,
        "aa_from_rodrigues": rotvec_from_matrix(turned),
        "aa_from_rot6d": rotvec_from_matrix(matrix_from_6d(tensor(golden["rot6d_in"]))),
        "aa_identity": still,
        "cam_out": camera.of_image(tensor(golden["cam_in"]), tensor(golden["cam_bbox"]), size),
        "pa_S1_hat": [
            aligned(*pair) for pair in zip(golden["pa_S1"], golden["pa_S2"], strict=True)
        ],
        **_mixture("synth", case, synthetic_prior(case.body_salt)),
    }
    if case.prior is None:
        case.notes.append("gmm_real_*: the released mixture; --prior gmm_08.pkl")
    else:
        mine |= _mixture("real", case, prior_of(case.prior))
    case.notes.append("aa_identity_grad_is_nan: a known defect; our gradient is 0 there")
    case.notes.append("h36m_to_j14, joint_names: words and a choice that only benchmarks need")
    tables = {"joint_map": np.array(smpl.CANDIDATES), "coco_rows_in_49": np.array(smpl.COCO_ROWS)}
    return [*compared(mine, golden), *exactly(tables, golden), *_crops(case), *_prepared(case)]


def _mixture(name: str, case: Case, prior: PosePrior) -> dict[str, Any]:
    poses = tensor(case.golden["gmm_pose"])
    table = -prior.get_buffer("factors").double().log()
    return {
        f"gmm_{name}_nll": prior(poses),
        f"gmm_{name}_component": prior.by_component(poses).argmin(-1),
        f"gmm_{name}_neglog_weights_f32tables": table[None],
    }


def _crops(case: Case) -> list[Check]:
    golden, mine = case.golden, {}
    image, whole = _image(case), {}
    for number, (x, y, scale) in enumerate(golden["crop_cases"]):
        first, last = crop.crop_corners((x, y), scale)
        whole |= {f"crop{number}_ul": first, f"crop{number}_br": last}
        whole[f"crop{number}_pts"] = crop.in_crop(golden["crop_pts"], (x, y), scale)
        cut = crop.cropped(image, (x, y), scale)
        mine[f"crop{number}_sub4"] = cut[::4, ::4]
        mine[f"crop{number}_border"] = np.concatenate([cut[0], cut[-1]])
        mine[f"crop{number}_mean"] = cut.mean()
    return [*compared(mine, golden), *exactly(whole, golden)]


def _prepared(case: Case) -> list[Check]:
    """What a live image goes through."""
    golden, mine, images, boxes = case.golden, {}, {}, {}
    for number, keypoints in enumerate(golden["pre_kp_px"]):
        middle, scale = crop.box_around(keypoints)
        boxes[f"pre{number}_bbox"] = np.r_[middle, crop.UNIT_PX * scale][None]
        mine[f"pre{number}_kp"] = crop.keypoints_in_crop(keypoints, middle, scale)
        seen = network_input(tensor(crop.cropped(_image(case), middle, scale))[None])
        images[f"pre{number}_img_sub8"] = seen[0, :, ::8, ::8]
    looser = [Check(c.name, c.error, IMAGE_GATE) for c in compared({**images, **boxes}, golden)]
    return [*compared(mine, golden), *looser]


def _image(case: Case) -> np.ndarray:
    """(H, W, 3) float RGB."""
    height, width = case.golden["crop_image_hw"].tolist()
    bgr = make_inputs_lift.make_image(height, width, int(case.golden["crop_image_seed"]))
    return bgr[..., ::-1].astype(np.float32)
