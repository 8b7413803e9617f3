"""The lifters there are, by name; none is imported before it is asked for.

`make_lifter` joins a net (what lifts) with what stands between it and a stream: rates, gaps,
people, and how much of the future is waited for.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from livemocap.lifter import Lifter

from ..errors import InferenceError
from .bake import BakeLifter, Step
from .live import GAP_S, LiveLifter
from .mirrored import mirrored
from .net import CausalNet, Net, Normalization
from .windowed import WindowedLifter

Mode = Literal["live", "broadcast", "bake"]
MODES: tuple[Mode, ...] = ("live", "broadcast", "bake")

BROADCAST_S = 0.16
"""How long a broadcast waits if nothing else is said: eight frames of Human3.6M."""


class LifterError(InferenceError):
    """No lifter has that name, or it cannot do what was asked of it."""


def make_lifter(
    name: str,
    *,
    mode: Mode = "live",
    look_ahead_s: float = 0.0,
    normalization: Normalization = "box",
    flip: bool | None = None,
    weights: Path | None = None,
    gap_s: float = GAP_S,
    step: Step = lambda _done, _total: None,
) -> Lifter:
    """A lifter that is ready for a camera's images.

    Args:
        name: one of `lifter_names()`.
        mode: `live` answers each image at once; `broadcast` after `look_ahead_s`; `bake` all of
            them when flushed, with as much past and future as the net can use. A net that looks
            at no future frame answers a broadcast at once too.
        look_ahead_s: of a broadcast; 0 for BROADCAST_S. Live, it makes a broadcast of nets that
            need one.
        normalization: see inference.lifting.net. `box` serves any image with any number of
            people in it, the others repeat published results.
        flip: whether to average with the mirror image, at twice the cost; by default not live.
        weights: a checkpoint to take instead of the installed one.
        gap_s: who is not seen for so long begins anew.
        step: told how far a bake is.

    Raises:
        LifterError: no such lifter or mode, or a net that cannot be used so.
        InferenceError: its weights or a package are missing.
    """
    _require_known(name, mode, look_ahead_s)
    return lifter_of(
        _NETS[name](weights, _wait_s(mode, look_ahead_s)),
        mode=mode,
        look_ahead_s=look_ahead_s,
        normalization=normalization,
        flip=flip,
        gap_s=gap_s,
        step=step,
    )


def net_named(name: str, weights: Path | None = None, wait_s: float = 0.0) -> Net:
    """What lifts, alone; several lifters, one for each camera, may share it.

    Args:
        wait_s: how much of the future there will be to look at.

    Raises:
        LifterError, InferenceError: as `make_lifter`.
    """
    _require_known(name, "live", 0.0)
    return _NETS[name](weights, wait_s)


def lifter_of(
    net: Net,
    *,
    mode: Mode = "live",
    look_ahead_s: float = 0.0,
    normalization: Normalization = "box",
    flip: bool | None = None,
    gap_s: float = GAP_S,
    step: Step = lambda _done, _total: None,
) -> Lifter:
    """As `make_lifter`, of a net that one has already."""
    both = mirrored(net) if (mode != "live" if flip is None else flip) else net
    if mode == "bake":
        return BakeLifter(both, normalization, gap_s=gap_s, step=step)
    if isinstance(both, CausalNet):
        return LiveLifter(both, normalization, gap_s=gap_s)
    if mode == "live" and not look_ahead_s:
        raise LifterError(
            f"{net.name} looks {net.ahead / net.rate_hz:.2f} s ahead and cannot answer at once. "
            "Take broadcast, or a lifter for live use: own, vp3d-causal."
        )
    wait_s = _wait_s("broadcast", look_ahead_s)
    return WindowedLifter(both, normalization, look_ahead_s=wait_s, gap_s=gap_s)


def _wait_s(mode: Mode, look_ahead_s: float) -> float:
    """How much of the future there is to look at."""
    if mode == "bake":
        return math.inf
    return look_ahead_s or (BROADCAST_S if mode == "broadcast" else 0.0)


def lifter_names() -> tuple[str, ...]:
    return tuple(_NETS)


def _own(weights: Path | None, wait_s: float) -> Net:
    try:
        from .own import own_net
    except ModuleNotFoundError as error:
        if error.name != "onnxruntime":
            raise
        raise InferenceError(
            'the lifter own needs onnxruntime: pip install "livemocap[landmarks]"'
        ) from error
    return own_net(wait_s, weights)


def _seed(name: str) -> Callable[[Path | None, float], Net]:
    def load(weights: Path | None, _wait_s: float) -> Net:
        try:
            from .seeds import seed_net
        except ModuleNotFoundError as error:
            if error.name not in ("torch", "safetensors"):
                raise
            raise InferenceError(
                f'the lifter {name} needs {error.name}: pip install "livemocap[aios]"'
            ) from error
        return seed_net(name, weights)

    return load


_NETS: Mapping[str, Callable[[Path | None, float], Net]] = MappingProxyType(
    {"own": _own, **{name: _seed(name) for name in ("vp3d", "vp3d-causal", "pstmo")}}
)
"""By name, how to load it from a file, or from where it is installed, for so much look-ahead."""


def _require_known(name: str, mode: str, look_ahead_s: float) -> None:
    if name not in _NETS:
        near = difflib.get_close_matches(name, _NETS, 1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise LifterError(f"there is no lifter '{name}'.{hint} Lifters: {', '.join(_NETS)}.")
    if mode not in MODES:
        raise LifterError(f"there is no mode '{mode}'. Modes: {', '.join(MODES)}.")
    if not 0 <= look_ahead_s < float("inf"):
        raise LifterError(f"look_ahead_s is {look_ahead_s}, expected 0 or more seconds.")
