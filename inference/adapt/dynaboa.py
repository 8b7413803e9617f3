"""DynaBOA: bilevel learning on one image after the other (its specification, section 6).

Exactly as the reference does it, quirks included, so that it can be compared with it. What the
stream uses is another thing: see stream.py.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn import functional as F

from .hmr import LATE_FEATURE, POOLED_FEATURE, Estimate, Hmr
from .losses import (
    TERMS,
    Looked,
    Seen,
    joint_loss,
    labelled_loss,
    look,
    motion_loss,
    pose_loss,
    shape_loss,
    teacher_loss,
)
from .options import Options
from .prior import PosePrior
from .retrieval import Retrieval
from .smpl import SmplBody

Parameters = Mapping[str, Tensor]


@dataclass(slots=True)
class Learning:
    """What happened on one image."""

    evaluations: list[dict[str, float]] = field(default_factory=list)
    """Each loss as it was evaluated: `upper` 0 or 1, `total`, and the terms unweighted."""
    changes: list[float] = field(default_factory=list)
    """1 - cosine of features over what was learnt, at each look."""
    steps: int = 0
    """Further steps; one more than allowed where the limit ended them."""


class DynaBoa:
    """A net that learns from each image before it says what it sees there."""

    def __init__(
        self,
        net: Hmr,
        body: SmplBody,
        prior: PosePrior,
        options: Options,
        retrieval: Retrieval | None = None,
    ) -> None:
        """`net` is changed; it should be in eval mode, as its teacher will be."""
        self._net, self._body, self._prior = net, body, prior
        self._options, self._retrieval = options, retrieval
        self.teacher = copy.deepcopy(net)
        self._adam = torch.optim.Adam(net.parameters(), options.rate, options.betas, 1e-8)
        self._history: deque[Seen] = deque(maxlen=options.interval + 1)
        self._images = options.counts_from

    def learn(self, seen: Seen) -> tuple[Looked, Learning]:
        """Learn from an image, and then look at it."""
        told = Learning()
        self._history.append(seen)
        with torch.no_grad():
            before = self._net(seen.crop).features[LATE_FEATURE]
        if self._options.bilevel:
            self._two_levels(seen, told)
        else:
            self._step(seen, told)
        if self._options.dynamic:
            self._go_on(seen, before, told)
        self._images += 1
        return look(self._net, seen.crop, self._body), told

    def _two_levels(self, seen: Seen, told: Learning) -> None:
        """A step on a copy; what it should have done better is learnt by the net itself."""
        net = dict(self._net.named_parameters())
        loss, _ = self._loss(net, seen, told, upper=False)
        slopes = torch.autograd.grad(loss, list(net.values()))
        rate = self._options.fast_rate
        moved = {
            name: (weight - rate * slope).detach().requires_grad_()
            for (name, weight), slope in zip(net.items(), slopes, strict=True)
        }
        loss, _ = self._loss(moved, seen, told, upper=True)
        self._apply(torch.autograd.grad(loss, list(moved.values())))

    def _step(self, seen: Seen, told: Learning) -> Estimate:
        """A step on the net itself; what it said before."""
        net = dict(self._net.named_parameters())
        loss, estimate = self._loss(net, seen, told, upper=True)
        self._apply(torch.autograd.grad(loss, list(net.values())))
        return estimate

    def _go_on(self, seen: Seen, before: Tensor, told: Learning) -> None:
        """Learn more while that changes what the net sees."""
        self._look_again(seen, before, told)
        while told.changes[-1] > self._options.settled:
            told.steps += 1
            if told.steps > self._options.most_steps:
                return
            before = self._step(seen, told).features[LATE_FEATURE].detach()
            self._look_again(seen, before, told)

    def _look_again(self, seen: Seen, before: Tensor, told: Learning) -> None:
        with torch.no_grad():
            now = self._net(seen.crop).features[LATE_FEATURE]
        told.changes.append(
            1 - float(F.cosine_similarity(before.flatten(), now.flatten(), 0, 1e-12))
        )

    def _apply(self, slopes: tuple[Tensor, ...]) -> None:
        for weight, slope in zip(self._net.parameters(), slopes, strict=True):
            weight.grad = slope
        self._adam.step()
        kept = self._options.teacher_kept
        with torch.no_grad():
            pairs = zip(self.teacher.parameters(), self._net.parameters(), strict=True)
            for slow, weight in pairs:
                slow.copy_(kept * slow + (1 - kept) * weight)

    def _loss(
        self, weights: Parameters, seen: Seen, told: Learning, *, upper: bool
    ) -> tuple[Tensor, Estimate]:
        """The weighted sum, and what the net with `weights` says."""
        estimate = functional_call(self._net, dict(weights), (seen.crop,))
        looked = Looked.at(estimate, self._body)
        terms = self._terms(looked, seen, weights, upper)
        shares = self._options.weights
        total = torch.stack([shares[term] * loss for term, loss in terms.items()]).sum()
        values = {term: float(terms[term]) for term in TERMS if term in terms}
        told.evaluations.append({"upper": float(upper), "total": float(total), **values})
        return total, estimate

    def _terms(
        self, looked: Looked, seen: Seen, weights: Parameters, upper: bool
    ) -> dict[str, Tensor]:
        used, rows = self._options.weights, self._options.joints
        points = looked.points[:, rows]
        keypoints = seen.keypoints
        terms = {
            "joints": joint_loss(points, keypoints),
            "shape": shape_loss(looked.estimate),
            "pose": pose_loss(looked.estimate, self._prior),
        }
        if upper and "motion" in used and self._images > self._options.interval:
            old = self._history[-1 - self._back]
            before = self._look_with(weights, old).points[:, rows]
            terms["motion"] = motion_loss(points, keypoints, before, old.keypoints)
        if upper and "teacher" in used:
            terms["teacher"] = teacher_loss(looked, look(self.teacher, seen.crop, self._body))
        if self._retrieval is not None and "labelled" in used:
            sample = self._retrieval.like(looked.estimate.features[POOLED_FEATURE])
            terms["labelled"] = labelled_loss(self._look_with(weights, sample.seen), sample)
        return {term: loss for term, loss in terms.items() if term in used}

    @property
    def _back(self) -> int:
        """Images from this one to the one that motion is counted from."""
        return self._options.interval - self._options.counts_from

    def _look_with(self, weights: Parameters, seen: Seen) -> Looked:
        return Looked.at(functional_call(self._net, dict(weights), (seen.crop,)), self._body)
