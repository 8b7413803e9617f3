"""Traces as the reference's, of our own loop: for settings that no golden file has."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import torch
from reference import make_inputs_lift
from torch import Tensor, nn
from torch.nn import functional as F

from inference.adapt import crop
from inference.adapt.dynaboa import DynaBoa, Learning
from inference.adapt.hmr import Hmr
from inference.adapt.losses import Looked, Seen
from inference.adapt.options import read_options
from inference.adapt.smpl import COCO_ROWS

from .arrays import Case, Golden, tensor
from .hmr import body, synthetic_prior
from .trace import as_input, retrieval_of
from .trace_inputs import MARGINS
from .trace_losses import COLUMNS


class SmallHmr(Hmr):
    """Sees colours only: as the net, without its ResNet."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("conv1", "bn1", "layer1", "layer2", "layer3", "layer4"):
            setattr(self, name, nn.Identity())

    def maps(self, images: Tensor) -> list[Tensor]:
        seen = F.avg_pool2d(images, 32).repeat(1, 683, 1, 1)[:, :2048]
        return [images, images, images, images, seen.relu()]


def made(form: str, given: dict[str, Any], net: Hmr, images: int, seed: int = 1) -> Golden:
    """The arrays of a file.

    Args:
        form: webcam or internet.
        given: settings by the reference's names.
        net: what learns; it is changed.
    """
    arrays = {**_inputs(form, images, seed), "options": np.array(json.dumps(given))}
    options = read_options(form, given)
    if "labelled" in options.weights:
        arrays |= _samples(seed)
    case = Case(f"dynaboa_{form}", Golden(arrays))
    retrieval = retrieval_of(case, options)
    begun = [weight.detach().clone() for weight in net.parameters()]
    boa = DynaBoa(net, body(0), synthetic_prior(0), options, retrieval)
    rows = options.joints if form == "internet" else slice(None)
    keypoints = tensor(arrays["kp_in"])[:, rows]
    told, looked, went = [], [], []
    for k in range(images):
        seen = Seen(as_input(arrays["img_crop"][k : k + 1]), keypoints[k : k + 1])
        now, learning = boa.learn(seen)
        told.append(learning)
        looked.append(now)
        moved = zip(net.parameters(), begun, strict=True)
        went.append([float((weight.detach() - old).norm()) for weight, old in moved])
    arrays |= {"pnorm": np.array(went), **_told(told), **_answers(looked)}
    if retrieval is not None:
        counts = [len(learning.evaluations) for learning in told]
        arrays["pick"] = _rows(retrieval.picked, counts, options.samples)
    arrays["param_names"] = np.array([name for name, _ in net.named_parameters()])
    return Golden(arrays)


def _inputs(form: str, images: int, seed: int) -> dict[str, Any]:
    keypoints = make_inputs_lift.body25(images, seed)
    people = keypoints if form == "webcam" else keypoints[:, make_inputs_lift.COCO_FROM_B25]
    boxes = [crop.box_around(person, MARGINS[form]) for person in people]
    shown = [make_inputs_lift.frame(t, seed).astype(np.float32) for t in range(images)]
    crops = [np.round(crop.cropped(i, *box)) for i, box in zip(shown, boxes, strict=True)]
    fed = np.stack([crop.keypoints_in_crop(p, *b) for p, b in zip(people, boxes, strict=True)])
    if form == "internet":
        rows = np.zeros((images, 49, 3), np.float32)
        rows[:, list(COCO_ROWS)] = fed
        fed = rows
    return {
        "kp_px": keypoints,
        "kp_in": fed,
        "img_crop": np.stack(crops).astype(np.uint8),
        "bbox": np.array([[*middle, crop.UNIT_PX * scale] for middle, scale in boxes]),
    }


def _samples(seed: int) -> dict[str, Any]:
    """Four labelled ones in two clusters."""
    made = np.random.default_rng(seed)
    points = np.c_[np.zeros((4, 49, 2)), np.ones((4, 49, 1))]
    points[..., :2] += made.uniform(-0.5, 0.5, (4, 49, 2))
    return {
        "src_centers": made.uniform(0, 1, (2, 2048)).astype(np.float32),
        "src_used": np.arange(4),
        "src_img": made.integers(0, 256, (4, 224, 224, 3), dtype=np.uint8),
        "src_kp_in": points,
        "src_pose": made.uniform(-0.3, 0.3, (4, 72)),
        "src_beta": made.uniform(-1, 1, (4, 10)),
        "src_S": made.uniform(-0.5, 0.5, (4, 24, 4)),
    }


def _told(told: list[Learning]) -> dict[str, Any]:
    evaluations = np.full((len(told), max(len(t.evaluations) for t in told), len(COLUMNS)), np.nan)
    changes = np.full((len(told), max(len(t.changes) for t in told)), np.nan)
    for k, learning in enumerate(told):
        for number, evaluation in enumerate(learning.evaluations):
            evaluations[k, number] = [evaluation.get(name, np.nan) for name in COLUMNS]
        changes[k, : len(learning.changes)] = learning.changes
    steps = np.array([learning.steps for learning in told])
    return {"seq": evaluations, "one_minus_cos": changes, "steps": steps}


def _answers(looked: list[Looked]) -> dict[str, Any]:
    return {
        "rotmat": torch.cat([look.estimate.rotations for look in looked]).numpy(),
        "shape": torch.cat([look.estimate.betas for look in looked]).numpy(),
        "cam": torch.cat([look.estimate.camera for look in looked]).numpy(),
        "joints": torch.cat([look.joints for look in looked]).numpy(),
    }


def _rows(picked: list[int], evaluations: list[int], at_once: int) -> np.ndarray:
    """Each image's, padded with -1."""
    rows = np.full((len(evaluations), at_once * max(evaluations)), -1)
    left = list(picked)
    for row, count in zip(rows, evaluations, strict=True):
        row[: count * at_once] = left[: count * at_once]
        del left[: count * at_once]
    return rows
