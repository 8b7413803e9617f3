"""DynaBOA: bilevel learning on one image after the other (its specification, section 6).

Exactly as the reference computes it, so that it can be compared with it number by number. Of its
known defects (section 8) none is here: images are kept for one interval only, the teacher never
drops features at random, and who turns the teacher off has none.

This is the parity mode. It changes every weight of the net for one person, which no live stream
has the time for.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

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
from .options import FRAME_TERMS, Options
from .prior import PosePrior
from .retrieval import Retrieval
from .smpl import SmplBody

Parameters = Mapping[str, Tensor]
Level = Literal["frame", "lower", "upper"]


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
        """`net` is changed; from now on it can learn, and drops nothing, nor does its teacher."""
        self._net, self._body, self._prior = net.eval().requires_grad_(), body, prior
        self._options, self._retrieval = options, retrieval
        self.teacher = copy.deepcopy(net)
        self._adam = torch.optim.Adam(net.parameters(), options.rate, options.betas, 1e-8)
        self._history: deque[Seen] = deque(maxlen=options.interval + 1)
        self._images = options.counts_from
        self._levels = {"frame": FRAME_TERMS, "lower": options.lower, "upper": options.upper}

    def learn(self, seen: Seen) -> tuple[Looked, Learning]:
        """Learn from an image, and then look at it."""
        told = Learning()
        self._history.append(seen)
        if self._options.bilevel:
            self._learn(seen, told)
        else:
            loss, _ = self._loss(self._weights, seen, told, "frame")
            self._improve(loss, self._weights)
        self._images += 1
        return look(self._net, seen.crop, self._body), told

    def _learn(self, seen: Seen, told: Learning) -> None:
        before = self._late_feature(seen)
        self._two_levels(seen, told)
        if self._options.dynamic:
            self._go_on(seen, before, told)

    def _two_levels(self, seen: Seen, told: Learning) -> None:
        """Steps on a copy; what it should have done better is learnt by the net itself."""
        copied, rate = self._weights, self._options.fast_rate
        for _ in range(self._options.inner_steps):
            loss, _ = self._loss(copied, seen, told, "lower")
            slopes = torch.autograd.grad(loss, list(copied.values()))
            copied = {
                name: (weight - rate * slope).detach().requires_grad_()
                for (name, weight), slope in zip(copied.items(), slopes, strict=True)
            }
        loss, _ = self._loss(copied, seen, told, "upper")
        self._improve(loss, copied)
        self._teach()

    def _go_on(self, seen: Seen, before: Tensor, told: Learning) -> None:
        """Learn more while that changes what the net sees."""
        told.changes.append(self._changed(seen, before))
        while told.changes[-1] > self._options.settled:
            told.steps += 1
            if told.steps > self._options.most_steps:
                return
            loss, estimate = self._loss(self._weights, seen, told, "upper")
            self._improve(loss, self._weights)
            self._teach()
            before = estimate.features[LATE_FEATURE].detach()
            told.changes.append(self._changed(seen, before))

    def _changed(self, seen: Seen, before: Tensor) -> float:
        """1 - cosine between a feature as it was and as it is."""
        now = self._late_feature(seen)
        return 1 - float(F.cosine_similarity(before.flatten(), now.flatten(), 0, 1e-12))

    @torch.no_grad()
    def _late_feature(self, seen: Seen) -> Tensor:
        return self._net(seen.crop).features[LATE_FEATURE]

    @property
    def _weights(self) -> dict[str, Tensor]:
        return dict(self._net.named_parameters())

    def _improve(self, loss: Tensor, by: Parameters) -> None:
        """One step of Adam on the net, down the slope of a loss at the weights `by`."""
        slopes = torch.autograd.grad(loss, list(by.values()))
        for weight, slope in zip(self._net.parameters(), slopes, strict=True):
            weight.grad = slope
        self._adam.step()

    @torch.no_grad()
    def _teach(self) -> None:
        """The teacher follows the net."""
        if "teacher" not in self._options.weights:
            return
        kept = self._options.teacher_kept
        pairs = zip(self.teacher.parameters(), self._net.parameters(), strict=True)
        for slow, weight in pairs:
            slow.copy_(kept * slow + (1 - kept) * weight)

    def _loss(
        self, weights: Parameters, seen: Seen, told: Learning, level: Level
    ) -> tuple[Tensor, Estimate]:
        """The weighted sum of a level's terms, and what the net with `weights` says."""
        estimate = functional_call(self._net, dict(weights), (seen.crop,))
        looked = Looked.at(estimate, self._body)
        terms = self._terms(looked, seen, weights, self._levels[level])
        shares = self._options.weights
        total = torch.stack([shares[term] * loss for term, loss in terms.items()]).sum()
        values = {term: loss.item() for term, loss in terms.items()}
        upper = float(level != "lower")
        told.evaluations.append({"upper": upper, "total": total.item(), **values})
        return total, estimate

    def _terms(
        self, looked: Looked, seen: Seen, weights: Parameters, level: Sequence[str]
    ) -> dict[str, Tensor]:
        used = [term for term in TERMS if term in level and term in self._options.weights]
        rows, keypoints = self._options.joints, seen.keypoints
        points = looked.points[:, rows]
        terms = {
            "joints": joint_loss(points, keypoints),
            "shape": shape_loss(looked.estimate),
            "pose": pose_loss(looked.estimate, self._prior),
        }
        if "motion" in used and self._images > self._options.interval:
            old = self._history[-1 - self._back]
            before = self._look_with(weights, old).points[:, rows]
            terms["motion"] = motion_loss(points, keypoints, before, old.keypoints)
        if "teacher" in used:
            terms["teacher"] = teacher_loss(looked, look(self.teacher, seen.crop, self._body))
        if self._retrieval is not None:
            # drawn even where it is not used: the next one drawn depends on it
            sample = self._retrieval.like(looked.estimate.features[POOLED_FEATURE])
            if "labelled" in used:
                terms["labelled"] = labelled_loss(self._look_with(weights, sample.seen), sample)
        return {term: terms[term] for term in used if term in terms}

    @property
    def _back(self) -> int:
        """Images from this one to the one that motion is counted from."""
        return self._options.interval - self._options.counts_from

    def _look_with(self, weights: Parameters, seen: Seen) -> Looked:
        return Looked.at(functional_call(self._net, dict(weights), (seen.crop,)), self._body)
