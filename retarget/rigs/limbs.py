"""Finds arms and legs by their bones' names: the words' meanings, in the order they hang."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .names import BoneName
from .skeleton import RigSkeleton
from .tree import Found, ancestors, between, distance

ARM = ("collar", "shoulder", "elbow", "wrist")
LEG = ("hip", "knee", "ankle", "foot")

_ARM_WORDS: Mapping[str, Mapping[int, float]] = {
    "clavicle": {0: 1.0},
    "shoulder": {0: 0.7, 1: 0.72},
    "upperarm": {1: 1.0},
    "arm": {1: 0.75, 2: 0.2},
    "forearm": {2: 1.0},
    "hand": {3: 0.9},
    "wrist": {3: 1.0},
}
_LEG_WORDS: Mapping[str, Mapping[int, float]] = {
    "hip": {0: 0.75},
    "thigh": {0: 1.0},
    "leg": {0: 0.6, 1: 0.58},
    "calf": {1: 1.0},
    "foot": {2: 0.9, 3: 0.5},
    "ankle": {2: 1.0},
    "toe": {3: 1.0},
}
"""How well a word fits each joint of its limb. "Shoulder" is the collarbone where an arm follows,
"leg" the shin where a thigh stands above it: the best sum along the limb decides."""

_LAYER = {"": 1.0, "fk": 1.02, "def": 0.99, "org": 0.9}
"""Animators move FK controls; deforming bones follow them."""

_PALM = 0.6
"""A palm is the hand where there is no hand."""

_STRANGE = 0.6
"""For every word that nobody knows."""


def limbs_by_name(skeleton: RigSkeleton, names: Sequence[BoneName]) -> Found:
    """Both arms and legs, as far as names tell."""
    found: Found = {}
    for side in ("left", "right"):
        for joints, words in ((ARM, _ARM_WORDS), (LEG, _LEG_WORDS)):
            fits = _fits(names, side, words)
            chain = _best_chain(skeleton, fits)
            ambiguous = _gap(chain)
            if words is _LEG_WORDS:
                chain = _with_ball(skeleton, names, chain)
            for joint, (bone, fit) in chain.items():
                sure = 0.55 if ambiguous else _certainty(names[bone], fit)
                found[f"{side}_{joints[joint]}"] = (bone, sure)
            for joint, bone in _detached(fits, chain).items():
                found[f"{side}_{joints[joint]}"] = (bone, 0.45)
    return found


def _detached(
    fits: Mapping[int, Mapping[int, float]], chain: Mapping[int, tuple[int, float]]
) -> dict[int, int]:
    """Bones with a missing joint's very name that hang elsewhere: worth showing, not more."""
    used = {bone for bone, _ in chain.values()}
    found: dict[int, int] = {}
    for bone, joints in fits.items():
        for joint, fit in joints.items():
            if fit >= 0.85 and joint not in chain and bone not in used:
                found.setdefault(joint, bone)
    return found


def _with_ball(
    skeleton: RigSkeleton, names: Sequence[BoneName], chain: dict[int, tuple[int, float]]
) -> dict[int, tuple[int, float]]:
    """A leg whose foot joint is at the ball.

    Of ankle, foot and toe that is the foot, if it begins at the ball and not beside the ankle.
    Where the foot is the ankle, another foot below is a copy.
    """
    if 2 not in chain or 3 not in chain:
        return chain
    ankle, toe = chain[2][0], chain[3][0]
    if names[ankle].part == "foot":
        return chain if names[toe].part == "toe" else {j: chain[j] for j in chain if j != 3}
    feet = [b for b in between(skeleton, ankle, toe) if names[b].part == "foot"]
    far = distance(skeleton, ankle, toe)
    ball = [b for b in feet if not names[b].aside and distance(skeleton, ankle, b) > 0.4 * far]
    return chain | {3: (ball[0], 0.9)} if ball else chain


def fit_factor(name: BoneName) -> float:
    """How much a bone's layer and strange words take from its fit."""
    return _LAYER.get(name.layer, 1.0) * (_PALM if name.metacarpal else 1) * _STRANGE**name.strange


def _fits(
    names: Sequence[BoneName], side: str, words: Mapping[str, Mapping[int, float]]
) -> dict[int, dict[int, float]]:
    """Bone to joint to how well its name fits."""
    return {
        bone: {joint: fit * fit_factor(name) for joint, fit in words[name.part].items()}
        for bone, name in enumerate(names)
        if name.side == side and name.part in words and not name.aside
    }


def _best_chain(
    skeleton: RigSkeleton, fits: Mapping[int, Mapping[int, float]]
) -> dict[int, tuple[int, float]]:
    """Joint to (bone, fit) of the chain of descending bones whose fits sum up highest.

    Of equals the one nearer the root wins: of upperarm01 and upperarm02 the first.
    """
    sums: dict[tuple[int, int], float] = {}
    before: dict[tuple[int, int], tuple[int, int] | None] = {}
    for bone in sorted(fits):
        above = [upper for upper in ancestors(skeleton, bone) if upper in fits]
        for joint, fit in fits[bone].items():
            links = [(u, j) for u in reversed(above) for j in fits[u] if j < joint]
            link = max(links, key=lambda state: sums[state], default=None)
            sums[bone, joint] = fit + (sums[link] if link else 0)
            before[bone, joint] = link
    state = max(sums, key=lambda state: (sums[state], -state[0]), default=None)
    chain: dict[int, tuple[int, float]] = {}
    while state:
        bone, joint = state
        chain[joint] = (bone, fits[bone][joint])
        state = before[state]
    return chain


def _gap(chain: Mapping[int, object]) -> bool:
    """A limb needs its middle: with a joint missing between two others, words misled."""
    inner = [joint for joint in chain if joint in (0, 1, 2, 3)]
    return bool(inner) and any(j not in chain for j in range(max(min(inner), 1), max(inner)))


def _certainty(name: BoneName, fit: float) -> float:
    if name.layer == "org":
        return 0.5
    if name.strange:
        return min(0.8, fit + 0.1)
    return 0.97 if fit >= 0.85 else 0.9 if fit >= 0.5 else 0.5
