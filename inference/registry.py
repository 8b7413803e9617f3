"""The engines there are, by name; none is imported before it is asked for."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from types import MappingProxyType

from .config import Limits
from .engine import PoseEngine
from .errors import InferenceError, UnknownEngineError

EngineMaker = Callable[[str, str, int, Limits], PoseEngine]
"""Takes quality, device, threads and limits."""


def make_engine(
    name: str,
    *,
    quality: str = "balanced",
    device: str = "auto",
    threads: int = 0,
    limits: Limits | None = None,
) -> PoseEngine:
    """An engine that is ready to look at images.

    Args:
        name: one of `engine_names()`; `lift:vp3d-causal` for another lifter than our own.
        quality: `fast`, `balanced` or `best`.
        device: `cpu`, `cuda`, or `auto` for what the engine runs best on here.
        threads: how many to spread people over; 0 takes every core.
        limits: how many people and images to take on, for engines that can choose.

    Raises:
        UnknownEngineError: no engine is called that.
        InferenceError: the engine cannot run here as asked.
    """
    kind, _, lifter = name.partition(":")
    if lifter and kind == "lift":
        return _lifting(lifter)(quality, device, threads, limits or Limits())
    maker = _MAKERS.get(name)
    if maker is None:
        raise UnknownEngineError(_unknown(name))
    return maker(quality, device, threads, limits or Limits())


def engine_names() -> tuple[str, ...]:
    return tuple(_MAKERS)


def _landmarks(quality: str, device: str, threads: int, limits: Limits) -> PoseEngine:
    try:
        from .landmarks.engine import LandmarksEngine
    except ModuleNotFoundError as error:
        if error.name not in ("onnxruntime", "cv2"):
            raise
        raise InferenceError(
            f'the landmarks engine needs {error.name}: pip install "livemocap[landmarks]"'
        ) from error
    return LandmarksEngine.load(quality=quality, device=device, threads=threads)


def _aios(quality: str, device: str, threads: int, limits: Limits) -> PoseEngine:
    try:
        from .aios.engine import AiosEngine

        return AiosEngine.load(quality=quality, device=device, threads=threads, limits=limits)
    except ModuleNotFoundError as error:
        if error.name not in ("torch", "safetensors", "cv2", "platformdirs"):
            raise
        raise InferenceError(
            f'the aios engine needs {error.name}: pip install "livemocap[aios]"'
        ) from error


def _lifting(lifter: str) -> EngineMaker:
    def make(quality: str, device: str, threads: int, limits: Limits) -> PoseEngine:
        try:
            from .lifting.engine import LiftEngine
        except ModuleNotFoundError as error:
            if error.name not in ("onnxruntime", "cv2"):
                raise
            raise InferenceError(
                f'the lift engine needs {error.name}: pip install "livemocap[landmarks]"'
            ) from error
        return LiftEngine.load(lifter, quality=quality, threads=threads)

    return make


def _hmr(quality: str, device: str, threads: int, limits: Limits) -> PoseEngine:
    try:
        from .adapt.engine import HmrEngine
    except ModuleNotFoundError as error:
        if error.name not in ("torch", "safetensors", "cv2", "onnxruntime", "scipy"):
            raise
        raise InferenceError(
            f'the hmr engine needs {error.name}: pip install "livemocap[aios,tracking]"'
        ) from error
    return HmrEngine.load(quality=quality, device=device, threads=threads)


def _instant(quality: str, device: str, threads: int, limits: Limits) -> PoseEngine:
    from .instant import InstantEngine

    return InstantEngine()


_MAKERS: Mapping[str, EngineMaker] = MappingProxyType(
    {
        "landmarks": _landmarks,
        "aios": _aios,
        "lift": _lifting("own"),
        "hmr": _hmr,
        "instant": _instant,
    }
)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, _MAKERS, 1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"there is no engine '{name}'.{hint} Engines: {', '.join(_MAKERS)}."
