"""Where the weights of the net and of its teacher went, against a trace of the reference.

Adam's steps are about as long as its rate however small a slope is. So weights whose slopes are
next to nothing may go either way in correct implementations, and single ones are compared by how
far they could have gone at most; how far each tensor went as a whole is compared closely.
"""

from __future__ import annotations

import numpy as np
import torch

from inference.adapt.dynaboa import Learning
from inference.adapt.hmr import Hmr
from inference.adapt.options import Options

from .arrays import Case, Check, largest_error
from .hmr import same_names

NORM_GATE = 0.03
"""Of how far each tensor went, as a share of it."""

BEGUN_GATE = 1e-4
"""Of norms of the weights by the rule, summed in another order."""

DIRECTION_GATE = 1e-3
"""1 - cosine of where all of them went."""

HEAD = 8
"""Numbers of each tensor, and every so many of all."""
EVERY = 997


def travelled(case: Case, k: int, begun: list[torch.Tensor], teacher: Hmr, net: Hmr) -> list[Check]:
    """Of each tensor, after image `k`."""
    checks = []
    for name, moved in (("pnorm", net), ("tnorm", teacher)):
        if name in case.golden:
            mine = np.array([float(d.norm()) for d in _deltas(begun, moved)])
            theirs = case.golden[name][k]
            scale = np.where(theirs == 0, 1, theirs)
            checks.append(Check(name, largest_error(mine / scale, theirs / scale), NORM_GATE))
    return checks


def states(
    case: Case,
    begun: list[torch.Tensor],
    teacher: Hmr,
    net: Hmr,
    told: list[Learning],
    options: Options,
) -> list[Check]:
    """At the end."""
    golden = case.golden
    steps = sum(sum(e["upper"] for e in learning.evaluations) for learning in told)
    farthest = 2 * options.rate * steps
    mine = {
        "final_head": _heads(list(net.parameters())),
        "final_delta_head": _heads(_deltas(begun, net)),
        "teacher_head": _heads(list(teacher.parameters())),
        "teacher_delta_head": _heads(_deltas(begun, teacher)),
        "delta_sample": np.concatenate([d.flatten()[::EVERY] for d in _deltas(begun, net)]),
    }
    checks = [
        Check(name, largest_error(array, golden[name]), farthest)
        for name, array in mine.items()
        if name in golden
    ]
    if "delta_sample" in golden:
        turned = 1 - _cosine(mine["delta_sample"], golden["delta_sample"])
        checks.append(Check("delta_sample's direction", turned, DIRECTION_GATE))
    if "p0norm" in golden:
        norms = np.array([float(weight.norm()) for weight in begun])
        apart = largest_error(norms / golden["p0norm"], np.ones_like(norms))
        checks.append(Check("p0norm", apart, BEGUN_GATE))
    return [*checks, *same_names(net, golden)]


def _deltas(begun: list[torch.Tensor], net: Hmr) -> list[torch.Tensor]:
    pairs = zip(net.parameters(), begun, strict=True)
    return [weight.detach().double() - before.double() for weight, before in pairs]


def _heads(tensors: list[torch.Tensor]) -> np.ndarray:
    """(N, 8) the first numbers of each."""
    heads = np.zeros((len(tensors), HEAD))
    for row, numbers in zip(heads, tensors, strict=True):
        first = numbers.detach().flatten()[:HEAD]
        row[: len(first)] = first
    return heads


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    if a.shape != b.shape:
        return float("nan")
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b) or 1))
