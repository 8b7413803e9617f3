"""DynaBOA image after image, against traces of the reference (gates of golden/README_lift.md)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from inference.adapt.dynaboa import DynaBoa, Learning
from inference.adapt.hmr import LATE_FEATURE, POOLED_FEATURE, Hmr, network_input
from inference.adapt.losses import Labelled, Looked, Seen
from inference.adapt.options import Options, read_options
from inference.adapt.retrieval import Retrieval
from inference.adapt.rotation import matrix_from_rotvec

from .arrays import Case, Check, largest_error, tensor
from .hmr import body, network, prior_of, synthetic_prior
from .trace_inputs import prepared
from .trace_losses import losses, picks
from .trace_state import states, travelled

POSE_GATES = {
    "rotmat": 2e-4,
    "joints": 2e-4,
    "verts": 2e-4,
    "cam": 2e-4,
    "shape": 5e-4,
    "feat12": 2.4e-3,  # 20 times the noise that was measured of it
    "xf": 2.4e-3,
}
BRIEF_STEPS = 1
"""Further steps on the one image of which only the first evaluations are compared."""


def compare(case: Case, learner: type[DynaBoa] = DynaBoa, net: Hmr | None = None) -> list[Check]:
    """dynaboa_webcam_*, dynaboa_internet_*.

    Args:
        learner: what learns; tests put broken ones here.
        net: another than the one by the rule.
    """
    golden, form = case.golden, "webcam" if "webcam" in case.kind else "internet"
    options = read_options(form, json.loads(str(golden["options"])))
    net = network(case.salt, case.body_salt) if net is None else net
    retrieval = retrieval_of(case, options)
    prior = synthetic_prior(case.body_salt) if case.prior is None else prior_of(case.prior)
    if case.brief:
        options = replace(options, most_steps=min(BRIEF_STEPS, options.most_steps))
    begun = [weight.detach().clone() for weight in net.parameters()]
    boa = learner(net, body(case.body_salt), prior, options, retrieval)
    told, looked, moved = _run(case, boa, net, begun, options)
    checks = losses(case, told, options)
    if retrieval is not None and "pick" in golden:
        checks.append(picks(case, retrieval, told))
    if case.brief:
        return checks
    checks += [*_answers(case, looked), *moved]
    if len(told) == len(golden["seq"]):
        checks += states(case, begun, boa.teacher, net, told, options)
    else:
        case.notes.append("final_*, teacher_*, delta_*: only the first images are compared")
    return [*checks, *prepared(case, form)]


def _run(
    case: Case, boa: DynaBoa, net: Hmr, begun: list[torch.Tensor], options: Options
) -> tuple[list[Learning], list[Looked], list[Check]]:
    """What was learnt and seen on each image, and how far weights went."""
    crops, keypoints = case.golden["img_crop"], tensor(case.golden["kp_in"])
    rows = options.joints if keypoints.shape[1] > 25 else slice(None)
    told, looked, moved = [], [], []
    for k in range(len(crops))[: 1 if case.brief else case.frames]:
        seen = Seen(as_input(crops[k : k + 1]), keypoints[k : k + 1, rows])
        now, learning = boa.learn(seen)
        told.append(learning)
        looked.append(now)
        if not case.brief:
            moved += travelled(case, k, begun, boa.teacher, net)
    return told, looked, _worst(moved)


def _worst(checks: list[Check]) -> list[Check]:
    """One of each name."""
    worst: dict[str, Check] = {}
    for check in checks:
        if check.name not in worst or check.error > worst[check.name].error:
            worst[check.name] = check
    return list(worst.values())


def as_input(crops: np.ndarray) -> torch.Tensor:
    return network_input(torch.from_numpy(crops).float())


def retrieval_of(case: Case, options: Options) -> Retrieval | None:
    """The labelled samples of the file, where they are used."""
    if "labelled" not in options.weights:
        return None
    golden = case.golden
    centres = tensor(golden["src_centers"])
    crops = {int(number): k for k, number in enumerate(golden["src_used"])}
    a_cluster = len(golden["src_pose"]) // len(centres)
    clusters = [range(a_cluster * c, a_cluster * (c + 1)) for c in range(len(centres))]

    def sample(number: int) -> Labelled:
        if number not in crops:
            raise ValueError(
                f"labelled sample {number} was drawn, of which the file has no image "
                f"(it has {sorted(crops)}): something before differs from the reference."
            )
        pose = tensor(golden["src_pose"][number]).reshape(1, 24, 3)
        keypoints = tensor(golden["src_kp_in"][number])[None]
        seen = Seen(as_input(golden["src_img"][crops[number]][None]), keypoints)
        joints = tensor(golden["src_S"][number])[None, :, :3]
        betas = tensor(golden["src_beta"][number])[None]
        return Labelled(seen, joints, matrix_from_rotvec(pose), betas)

    return Retrieval(centres, clusters, sample, options.seed, options.samples)


def _answers(case: Case, looked: list[Looked]) -> list[Check]:
    """What the net sees after it has learnt."""
    features = [look.estimate.features for look in looked]
    mine: dict[str, Any] = {
        "rotmat": [look.estimate.rotations for look in looked],
        "shape": [look.estimate.betas for look in looked],
        "cam": [look.estimate.camera for look in looked],
        "joints": [look.joints for look in looked],
        "feat12": [every[LATE_FEATURE][:, :64] for every in features],
        "xf": [every[POOLED_FEATURE][:, :64] for every in features],
        "verts": [
            body(case.body_salt)(look.estimate.rotations, look.estimate.betas)[0][:, ::100]
            for look in looked
        ],
    }
    return [
        Check(
            name,
            largest_error(torch.cat(arrays), case.golden[name][: len(looked)]),
            POSE_GATES[name],
        )
        for name, arrays in mine.items()
        if name in case.golden
    ]
