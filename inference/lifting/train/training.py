"""The training itself: made-up pairs in, weights out, at any moment ready to be stopped."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from livemocap.rotation import Array

from . import checkpoints
from .held_out import HeldOut, Score
from .losses import Blame, Weights
from .motion import Motions, TrainingError
from .net import LimbNet, Shape, averaged
from .pairs import Maker, Pairs

_WARM_STEPS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long and how to train. With `steps` in place of `minutes` the same plan gives the same
    weights on the same machine."""

    minutes: float = 60.0
    steps: int | None = None
    seed: int = 0
    people: int = 32
    frames: int = 48
    """To learn from, of each person, in a step."""
    rate: float = 3e-3
    """Of learning, at first; it falls to nothing at the end, as half a cosine."""
    save_every_s: float = 30.0
    held_out_people: int = 64
    shape: Shape = field(default_factory=Shape)
    weights: Weights = field(default_factory=Weights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """How a training stood when it was judged: a row of its curve."""

    step: int
    elapsed_s: float
    loss: float
    """Mean since the last one."""
    scores: list[Score]


class Training:
    """One net, its optimiser, and how it went so far."""

    def __init__(self, plan: Plan, motions: Motions, held_out: Motions) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.net = plan, LimbNet(plan.shape)
        self.average = averaged(self.net)
        self.history: list[Moment] = []
        self.step, self.elapsed_s = 0, 0.0
        self._blame, self._losses = Blame(plan.weights), []
        self._optimiser = torch.optim.AdamW(self.net.parameters(), plan.rate, weight_decay=0.01)
        frames = plan.frames + self.net.past
        self._maker = Maker(motions=motions, people=plan.people, frames=frames)
        self._held_out = HeldOut(held_out, plan.held_out_people, self.net.past)

    @property
    def share(self) -> float:
        """Of the plan that is done; 1 or more at its end."""
        if self.plan.steps is not None:
            return self.step / max(self.plan.steps, 1)
        return self.elapsed_s / max(60 * self.plan.minutes, 1e-9)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint.

        Raises:
            TrainingError: it is none, or one of another net.
        """
        state = checkpoints.load(path)
        if state["shape"] != self._size:
            raise TrainingError(
                f"{path}: a net of another size, {state['shape']}; this one is {self._size}. "
                "Give another --out, or --afresh to begin anew."
            )
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        self._optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["rng"])
        self.step, self.elapsed_s = state["step"], state["elapsed_s"]
        self.history = [_moment(row) for row in state["history"]]

    def save(self, path: Path) -> None:
        """Write a checkpoint, whole or not at all.

        Raises:
            TrainingError: it cannot be written; the one before is still there.
        """
        state = {
            "shape": self._size,
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "rng": torch.get_rng_state(),
            "step": self.step,
            "elapsed_s": self.elapsed_s,
            "history": [asdict(moment) for moment in self.history],
        }
        checkpoints.save(path, state)

    def run(self, path: Path, told: Callable[[Training], None]) -> None:
        """Train until the plan is done. A checkpoint is in `path` every now and then, at the end,
        and if whoever waits interrupts.

        Args:
            told: called after every step.
        """
        began_s = time.monotonic() - self.elapsed_s
        saved_s = time.monotonic()
        try:
            for pairs in self._batches():
                self._learn(pairs)
                self.elapsed_s = time.monotonic() - began_s
                if time.monotonic() - saved_s >= self.plan.save_every_s:
                    self._judge_and_save(path)
                    saved_s = time.monotonic()
                told(self)
        finally:
            self._judge_and_save(path)

    @property
    def averaged_net(self) -> LimbNet:
        """The average of the nets of late, which errs less than the newest."""
        net = self.average.module.eval()
        assert isinstance(net, LimbNet)
        return net

    def limbs_at(self, frames: Array) -> Array:
        """(B, T, 17, 3) to (B, T - past, AHEAD, 16, 3) by `averaged_net`."""
        net = self.averaged_net
        with torch.no_grad():
            return net(torch.from_numpy(frames))[0].numpy()

    def _batches(self) -> Iterator[Pairs]:
        """One made while the one before is learnt from, until the plan is done."""
        with ThreadPoolExecutor(1) as maker:
            coming = maker.submit(self._maker.made, self.plan.seed, self.step)
            while self.share < 1:
                pairs = coming.result()
                coming = maker.submit(self._maker.made, self.plan.seed, self.step + 1)
                yield pairs
            coming.cancel()

    def _learn(self, pairs: Pairs) -> None:
        rate = self.plan.rate * (0.5 + 0.5 * math.cos(math.pi * min(self.share, 1)))
        for group in self._optimiser.param_groups:
            group["lr"] = rate * min(1, (self.step + 1) / _WARM_STEPS)
        self.net.train()
        limbs, log_spread = self.net(torch.from_numpy(pairs.frames))
        truth = torch.from_numpy(pairs.limbs.astype(np.float32))
        loss = self._blame(limbs, log_spread, truth, torch.from_numpy(pairs.known).float())
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self._optimiser.step()
        self.average.update_parameters(self.net)
        self._losses.append(loss.item())
        self.step += 1

    def _judge_and_save(self, path: Path) -> None:
        if self._losses:
            moment = Moment(
                step=self.step,
                elapsed_s=self.elapsed_s,
                loss=float(np.mean(self._losses)),
                scores=self._held_out.scores(self.limbs_at),
            )
            self.history.append(moment)
            self._losses = []
        self.save(path)

    @property
    def _size(self) -> dict[str, Any]:
        return {"widths": list(self.plan.shape.widths), "channels": self.plan.shape.channels}


def _moment(row: dict[str, Any]) -> Moment:
    return Moment(**{**row, "scores": [Score(**score) for score in row["scores"]]})
