"""What an AiOS checkpoint holds: manifest.json, written out key by key. No torch here."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_DECODER = "transformer.decoder."
_CHOICE = re.compile(r"{([^}]*)}")

USED, AUXILIARY, NEVER, BODY = "used", "aux_only", "never", "body_model"
USAGES = (USED, AUXILIARY, NEVER, BODY)
"""Needed for the people found, for training only, for nothing, and no network weight at all."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The tensors of a checkpoint, each under its one canonical key."""

    shapes: Mapping[str, tuple[int, ...]]
    usage: Mapping[str, str]
    """One of USAGES."""
    canonical: Mapping[str, str]
    """Every key that a checkpoint has for a tensor to the canonical one, in the order in which
    the model registers its modules: the last one there is what a loader ends up with."""

    def keys(self, *usages: str) -> list[str]:
        """The canonical keys that are used so."""
        return [key for key, usage in self.usage.items() if usage in usages]


@cache
def manifest() -> Manifest:
    content = json.loads(Path(__file__).with_name("manifest.json").read_text("utf-8"))
    shapes, usages = {}, {}
    for usage in USAGES:
        for pattern, shape in content[usage].items():
            for key in _written_out(pattern):
                shapes[key], usages[key] = tuple(shape), usage
    spellings = [
        (key, spelling)
        for key in shapes
        for spelling in _spellings(key, content["listed_twice"], content["one_module"])
    ]
    return Manifest(shapes, usages, {spelling: key for key, spelling in spellings})


def _written_out(pattern: str) -> Iterator[str]:
    """`a.{0-1}.{x|y}` to a.0.x, a.0.y, a.1.x, a.1.y."""
    texts, choices = _CHOICE.split(pattern)[::2], _CHOICE.split(pattern)[1::2]
    for chosen in itertools.product(*map(_choices, choices)):
        yield "".join(itertools.chain(*zip(texts, chosen, strict=False), texts[len(chosen) :]))


def _choices(choice: str) -> list[str]:
    numbers = re.fullmatch(r"(\d+)-(\d+)", choice)
    if numbers is None:
        return choice.split("|")
    first, last = map(int, numbers.groups())
    return [str(number) for number in range(first, last + 1)]


def _spellings(key: str, listed_twice: list[str], one_module: Mapping[str, int]) -> list[str]:
    """Every name of one tensor, in the order of registration."""
    module, _, rest = key.partition(".")
    names = [key]
    if module in one_module:
        tail = rest.removeprefix("0.")
        names = [f"{module}.{number}.{tail}" for number in range(one_module[module])]
    return [*(_DECODER + name for name in names), *names] if module in listed_twice else names
