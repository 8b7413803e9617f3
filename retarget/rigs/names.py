"""Reads bone names: which part of the body, which side, or something beside them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from .words import DIGITS, vocabulary

_WORDS = vocabulary()

_SEPARATE = re.compile(
    r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])"
    r"|(?<=[!-~])(?=[^!-~])|(?<=[^!-~])(?=[!-~])|[\W_]+"
)
"""Where a name falls into pieces: a change of case, of letters to digits, of script, a sign."""

_RUNNING = re.compile(r"[._ ]\d{1,4}$")
"""A number at the end, as file converters append it."""

_XSENS = re.compile(r"[LTC]\d{1,2}")
"""Vertebrae as names of bones: L5, T12."""

_CHEST = "胸"
"""Of either side it is a breast."""

_SHORT = {
    side + letter: [side, word]
    for side in "lr"
    for letter, word in (("u", "upper"), ("f", "fore"), ("l", "lower"))
}
"""As in LUArm, RFArm."""

_TOGETHER = {
    ("upper", "arm"): "upperarm",
    ("lower", "arm"): "forearm",
    ("upper", "leg"): "thigh",
    ("lower", "leg"): "calf",
    ("upper", "body"): "spine",
    ("lower", "body"): "hips",
}
"""Two words that mean one part, in either order."""


@dataclass(frozen=True, slots=True)
class BoneName:
    """What a name says."""

    side: str = ""
    """left, right, or neither."""
    part: str = ""
    """A key of `words.PARTS`, or nothing that is known."""
    layer: str = ""
    """fk, def or org in a rig of controls."""
    aside: tuple[str, ...] = ()
    """Words that say it follows no joint."""
    metacarpal: bool = False
    strange: int = 0
    """How many words are unknown, those aside that most of the rig's names share."""
    numbers: tuple[int, ...] = ()


def read_names(names: Sequence[str]) -> tuple[BoneName, ...]:
    """What each name of a rig says. Words that most of the names share say nothing."""
    clean = clean_names(names)
    pieces = [_pieces(name) for name in clean]
    shared = _shared([{w for w in words if _means_little(w)} for words in pieces])
    return tuple(_read(name, words, shared) for name, words in zip(clean, pieces, strict=True))


def clean_names(names: Sequence[str]) -> tuple[str, ...]:
    """Without namespaces, and without running numbers if all have them."""
    short = [re.split(r"[:|]", unicodedata.normalize("NFKC", name))[-1] for name in names]
    numbered = sum(bool(_RUNNING.search(name)) for name in short)
    if len(short) < 8 or numbered < 0.9 * len(short):
        return tuple(short)
    return tuple(_RUNNING.sub("", name) or name for name in short)


def _kind(word: str) -> str:
    return _WORDS.get(word, ("", ""))[0]


def _means_little(word: str) -> bool:
    """Also l, r and ctrl: a naming may end all of its names in _r or _ctrl."""
    return _kind(word) in ("", "noise", "aside") or (_kind(word) == "side" and len(word) == 1)


def _shared(words_of: Sequence[set[str]]) -> set[str]:
    counts = Counter(word for words in words_of for word in words)
    return {word for word, count in counts.items() if count > max(4, 0.7 * len(words_of))}


@cache
def _pieces(name: str) -> tuple[str, ...]:
    """Its words in lower case and its numbers."""
    words: list[str] = []
    for piece in filter(None, _SEPARATE.split(name)):
        low = piece.lower()
        words += _SHORT.get(low) or ([low] if low.isdigit() or low in _WORDS else _split(low))
    return tuple(words)


def _split(run: str) -> list[str]:
    """A run of letters into known words, or itself: `leftupleg`, `lforearm`."""
    if run[:2] in _SHORT and _kind(run[2:]) == "part":
        return [*_SHORT[run[:2]], run[2:]]
    best: list[list[str] | None] = [[], *([None] * len(run))]
    for end in range(1, len(run) + 1):
        for start in range(end):
            before, word = best[start], run[start:end]
            if before is None or not _may_stand(word, start == 0 or end == len(run)):
                continue
            now = best[end]
            if now is None or len(before) + 1 < len(now):
                best[end] = [*before, word]
    return best[-1] or [run]


def _may_stand(word: str, outermost: bool) -> bool:
    """Whether a word may be found within a run: short ones are found everywhere."""
    kind = _kind(word)
    if not kind or (kind == "noise" and len(word) < 4):
        return False
    if not word.isascii() or len(word) > 2:
        return True
    return (kind == "side" and outermost and len(word) == 1) or word in ("up", "lo", "ik", "fk")


def _read(name: str, words: Sequence[str], shared: set[str]) -> BoneName:
    if _XSENS.fullmatch(name):
        return BoneName(part="spine")
    words = [word for word in words if word not in shared]
    meant = [_WORDS.get(word, ("", word)) for word in words if not word.isdigit()]
    by_kind = {kind: [w for k, w in meant if k == kind] for kind, _ in meant}
    sides = set(by_kind.get("side", ()))
    part, odd = _part(by_kind.get("part", []), by_kind.get("modifier", []))
    aside = _aside(part, by_kind.get("aside", []))
    if aside == (_CHEST,) and not (part or sides):
        part, aside = "spine", ()
    layers = by_kind.get("layer", [])
    palm = "palm" in by_kind and part in ("", "hand")
    return BoneName(
        side=sides.pop() if len(sides) == 1 else "",
        part="hand" if palm else part,
        layer=layers[0] if layers else "",
        aside=aside,
        metacarpal=not {"metacarpal", "palm"}.isdisjoint(by_kind)
        and part in (*DIGITS, "finger", "hand", ""),
        strange=len(by_kind.get("", ())) + odd,
        numbers=tuple(int(word) for word in words if word.isdigit()),
    )


def _aside(part: str, words: Sequence[str]) -> tuple[str, ...]:
    """FaceEye is an eye."""
    return tuple(word for word in words if part != "eye" or word != "face")


def _part(parts: list[str], modifiers: Sequence[str]) -> tuple[str, int]:
    """The part that its words mean, and whether they are an odd mixture."""
    for modifier in modifiers:
        for part in (*parts, *modifiers):
            if (modifier, part) in _TOGETHER:
                parts = [p for p in parts if p != part] + [_TOGETHER[modifier, part]]
    kinds = list(dict.fromkeys(parts))
    if not kinds:
        return "", 0
    if "toe" in kinds:
        return "toe", 0
    digits = [part for part in kinds if part in DIGITS]
    others = [part for part in kinds if part not in (*DIGITS, "finger", "hand")]
    if others:
        return others[-1], int(len(others) > 1)
    if digits:
        return digits[-1], int(len(digits) > 1)
    return ("finger", 0) if "finger" in kinds else (kinds[-1], 0)
