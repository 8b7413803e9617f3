"""The fast path taken apart: each part by itself, with what it reads, writes and computes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from inference.aios.config import FFN_WIDTH, HEADS, LEVELS, POINTS, RETURNED
from inference.aios.fast import FastAios, attention
from inference.aios.fast.dense import AddNorm, Dense, FeedForward
from inference.aios.fast.people import pack_people

from .aios_clock import Call, Times, in_turns, recorded
from .aios_flops import SAMPLE_FLOP
from .kernels import Peak

KERNELS = ("deform_attn", "people_attention")
"""Functions in inference.aios.fast.attention that are no modules."""


@dataclass
class Step:
    """One call of a module or kernel, with the arguments that the network gave it."""

    module: str
    kernel: str
    call: Call
    arrays: list[Tensor] = field(default_factory=list)
    """Arguments, results and weights."""
    flop: int = 0
    """Where the counter sees none."""


Wanted = Callable[[Step], bool]


class Seen:
    """What the network called in one run, in order.

    Args:
        people: bodies.
        wanted: which steps to keep with their arguments, which may be large.
    """

    def __init__(self, model: FastAios, images: Tensor, people: int, wanted: Wanted) -> None:
        self.steps: list[Step] = []
        self._wanted, self._inside = wanted, [""]
        self._deep = 0
        """Within how many feed-forward blocks, whose bytes are counted in one."""
        padding = torch.zeros(1, *images.shape[-2:], dtype=torch.bool, device=images.device)
        geometry = model.geometry(padding, padded=False)
        pose = [images.new_zeros(people, n, dtype=torch.float32) for n in (159, 10, 10)]
        with self._watching(model), torch.inference_mode():
            decoded = model.decode(images, geometry)
            self._as_one("heads", lambda: pack_people(decoded, model.heads, RETURNED))
            if model.body is not None and people:
                self._as_one("body", functools.partial(model.body, *pose))

    def of(self, wanted: Wanted) -> list[Step]:
        return [step for step in self.steps if wanted(step)]

    def _as_one(self, name: str, call: Call) -> None:
        """A step that is no module of its own."""
        before = len(self.steps)
        call()
        arrays = [x for step in self.steps[before:] for x in step.arrays]
        del self.steps[before:]
        self._keep(Step("", name, call, arrays))

    def _keep(self, step: Step) -> None:
        if self._wanted(step):
            self.steps.append(step)

    @contextmanager
    def _watching(self, model: FastAios) -> Iterator[None]:
        with ExitStack() as stack:
            for name, module in model.named_modules():
                entering = module.register_forward_pre_hook(self._entering(name))
                left = module.register_forward_hook(self._left(name), with_kwargs=True)
                stack.callback(entering.remove)
                stack.callback(left.remove)
            for name in KERNELS:
                noted = self._kernel(name, getattr(attention, name))
                stack.enter_context(mock.patch.object(attention, name, noted))
            yield

    def _entering(self, name: str) -> Callable[..., None]:
        def note(module: nn.Module, _: Any) -> None:
            self._inside.append(name)
            self._deep += isinstance(module, FeedForward)

        return note

    def _left(self, name: str) -> Callable[..., None]:
        def note(module: nn.Module, args: Any, kwargs: Any, out: Any) -> None:
            self._inside.pop()
            self._deep -= isinstance(module, FeedForward)
            arrays = [x for x in tree_leaves((args, kwargs, out)) if isinstance(x, Tensor)]
            call = functools.partial(module, *args, **kwargs)
            whole = _is_one(module) and not self._deep
            self._keep(Step(name, "", call, _touched(module, arrays) if whole else []))

        return note

    def _kernel(self, name: str, function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        def noted(*args: Any) -> Tensor:
            out = function(*args)
            arrays = [x for x in (*args, out) if isinstance(x, Tensor)]
            step = Step(self._inside[-1], name, functools.partial(function, *args), arrays)
            if name == "deform_attn":
                batch, queries = out.shape[:2]
                step.flop = batch * queries * HEADS * LEVELS * POINTS * SAMPLE_FLOP
            self._keep(step)
            return out

        return noted


def _is_one(module: nn.Module) -> bool:
    """Whether bytes are counted for a module as a whole, not for those inside."""
    return isinstance(module, AddNorm | FeedForward) or not any(True for _ in module.children())


def _touched(module: nn.Module, arrays: list[Tensor]) -> list[Tensor]:
    """What a module reads and writes: arguments and results, its weights, what lies between."""
    weights = [*module.parameters(), *module.buffers()]
    if not isinstance(module, FeedForward):
        return [*arrays, *weights]
    hidden = arrays[0].new_empty(*arrays[0].shape[:-1], FFN_WIDTH, device="meta")
    return [*arrays, *weights, hidden, hidden]


@dataclass(frozen=True)
class Part:
    """A line of the table: which of the steps, and within which of them bytes are counted."""

    name: str
    steps: Wanted
    inner: Wanted


def _module(prefix: str) -> Wanted:
    return lambda step: step.module == prefix and not step.kernel


def _under(prefix: str) -> Wanted:
    return lambda step: step.module == prefix or step.module.startswith(f"{prefix}.")


def parts(model: FastAios) -> list[Part]:
    """Of the fast path. Indented ones are within the one above."""
    kinds = {name: type(module) for name, module in model.named_modules()}

    def whole(name: str, *prefixes: str) -> Part:
        return Part(
            name,
            lambda step: any(_module(prefix)(step) for prefix in prefixes),
            lambda step: any(_under(prefix)(step) for prefix in prefixes),
        )

    def within(name: str, prefix: str, wanted: Wanted) -> Part:
        def both(step: Step) -> bool:
            return _under(prefix)(step) and wanted(step)

        return Part(f"- {name}", both, both)

    def of_kind(kind: type[nn.Module]) -> Wanted:
        return lambda step: kinds.get(step.module) is kind and not step.kernel

    def product(step: Step) -> bool:
        around = step.module.rpartition(".")[0]
        return of_kind(Dense)(step) and kinds.get(around) is not FeedForward

    def layers(*numbers: int) -> Part:
        names = [f"decoder.layers.{i}" for i in numbers]
        return whole("- layers {}, {}".format(*(n + 1 for n in numbers)), *names)

    def alone(name: str, kernel: str) -> Part:
        return Part(name, lambda s: s.kernel == kernel, lambda s: s.kernel == kernel)

    return [
        whole("backbone", "backbone"),
        whole("input projections", *(f"input_proj.{i}" for i in range(4))),
        whole("encoder", "encoder"),
        within("deformable sampling", "encoder", lambda s: s.kernel == "deform_attn"),
        within("feed-forward", "encoder", of_kind(FeedForward)),
        within("other products", "encoder", product),
        within("sums and norms", "encoder", of_kind(AddNorm)),
        whole("two-stage selection", "selection"),
        whole("decoder", "decoder"),
        layers(0, 1),
        layers(2, 3),
        layers(4, 5),
        within("deformable sampling", "decoder", lambda s: s.kernel == "deform_attn"),
        within("attention of people", "decoder", lambda s: s.kernel == "people_attention"),
        alone("output heads of the best 50", "heads"),
        alone("bodies", "body"),
    ]


@dataclass(frozen=True)
class Line:
    """What was measured of a part."""

    name: str
    times: Times
    megabytes: float
    gflop: float

    def row(self, peak: Peak | None, half: bool) -> str:
        fractions = "- | -"
        if peak is not None:
            seconds = 1e-3 * self.times.ms
            compute = 1e12 * (peak.tflops_half if half else peak.tflops_fp32)
            bandwidth = 1e6 * self.megabytes / seconds / (1e9 * peak.bandwidth_gbs)
            fractions = f"{bandwidth:.1%} | {1e9 * self.gflop / seconds / compute:.1%}"
        megabytes = f"{self.megabytes:.0f}" if self.megabytes else "-"
        return f"| {self.name} | {self.times} | {megabytes} | {self.gflop:.2f} | {fractions} |"


HEADING = (
    "| part | ms (p10-p90) | MB | GFLOP | of bandwidth | of compute |\n|---|---|---|---|---|---|"
)


def measured(
    model: FastAios, counted: FastAios, images: Tensor, people: int, repeats: int
) -> Iterator[Line]:
    """Each part's line.

    Args:
        counted: the same model on meta.
        people: bodies.
    """
    lines = parts(model)
    seen = Seen(model, images, people, lambda step: any(part.steps(step) for part in lines))
    shadow = Seen(counted, torch.empty_like(images, device="meta"), people, lambda _: True)
    for part in lines:
        call = _all_of(seen.of(part.steps))
        timed = recorded(call) if images.is_cuda else call
        times = in_turns({part.name: timed}, repeats, images.device)[part.name]
        inner = shadow.of(part.inner)
        by_hand = sum(step.flop for step in inner)
        flop = _flop(_all_of(shadow.of(part.steps))) + by_hand
        moved = sum(x.numel() * x.element_size() for step in inner for x in step.arrays)
        yield Line(part.name, times, moved / 1e6, flop / 1e9)


@torch.inference_mode()
def _flop(call: Call) -> int:
    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops()


def _all_of(steps: list[Step]) -> Call:
    @torch.inference_mode()
    def call() -> None:
        for step in steps:
            step.call()

    return call
