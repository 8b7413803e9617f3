"""Our own lifter at run time: ONNX weights, no torch.

It tells how sixteen limbs point, in the axes of the camera that looks at the person; put on the
average person's bones that makes places. So bones keep their lengths, whatever is seen.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort

from livemocap.lifter import H36M17
from livemocap.rotation import Array

from ..errors import WeightsError
from .layout import LAYOUT
from .net import Net, Normalization, Ring


def own_net(look_ahead_s: float = 0.0, weights: Path | None = None) -> Net:
    """The net that answers at once, or the one that knows nearest to so much look-ahead.

    Raises:
        WeightsError: it is not installed, or the file is missing, damaged or not this lifter's.
    """
    step = _Step(weights or _installed())
    frames = min(look_ahead_s * step.rate_hz, step.ahead[-1])
    head = min(range(len(step.ahead)), key=lambda head: abs(step.ahead[head] - frames))
    return OwnPoses(step, head) if head else OwnCausalPoses(step, head)


def _installed() -> Path:
    from ..models.store import installed

    path = installed("own")
    if path is None:
        raise WeightsError(
            "our own lifter comes without weights: train some, `livemocap train lifter --motion "
            "FOLDER --out trained`, then `livemocap models install trained/lifter.onnx`"
        )
    return path


class _Step:
    """The file: frames and memories to limbs and memories."""

    def __init__(self, path: Path) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            content = path.read_bytes()
            self._session = ort.InferenceSession(content, options, ["CPUExecutionProvider"])
        except OSError as error:
            raise WeightsError(
                f"{path}: our own lifter's weights cannot be read ({error.strerror}). Make some: "
                "livemocap train lifter --help"
            ) from error
        except Exception as error:  # onnxruntime's own, of no common class
            raise WeightsError(f"{path}: damaged, no ONNX file ({error})") from error
        facts = self._session.get_modelmeta().custom_metadata_map
        if facts.get("layout") != LAYOUT:
            raise WeightsError(
                f"{path}: not our own lifter's weights (layout {facts.get('layout')!r}, expected "
                f"{LAYOUT!r}). Give the lifter.onnx that `livemocap train lifter` writes."
            )
        self.rate_hz, self.past = float(facts["rate_hz"]), int(facts["past"])
        self.ahead: list[int] = json.loads(facts["ahead"])
        self.chains = (H36M17.chains * np.array(json.loads(facts["bones_m"]))).astype(np.float32)
        self._memories = [(i.name, i.shape[1:]) for i in self._session.get_inputs()[1:]]

    def nothing(self, people: int) -> list[Array]:
        """Memories of nobody."""
        return [np.zeros((people, *shape), np.float32) for _, shape in self._memories]

    def __call__(self, frames: Array, memories: Sequence[Array]) -> tuple[Array, list[Array]]:
        """(P, T, 17, 3) to (P, T, heads, 16, 4): limbs, and how sure; and memories."""
        people, time = frames.shape[:2]
        flat = np.ascontiguousarray(frames, np.float32).reshape(people, time, 17 * 3)
        named = {name: memory for (name, _), memory in zip(self._memories, memories, strict=True)}
        limbs, *after = self._session.run(None, {"frames": flat, **named})
        shape = (people, time, len(self.ahead), 16, 4)
        return np.asarray(limbs).reshape(shape), [np.asarray(memory) for memory in after]

    def poses(self, limbs: Array) -> Array:
        """(..., 16, 4) to (..., 17, 3) m about the hip."""
        v = limbs[..., :3]
        length = np.sqrt(np.einsum("...i,...i->...", v, v))[..., None]
        return self.chains @ (v / np.maximum(length, 1e-9))


class OwnPoses:
    """As inference.lifting.net.Net."""

    normalization: Normalization = "box"
    takes_unknown = True

    def __init__(self, step: _Step, head: int) -> None:
        self.name = "own"
        self.rate_hz, self.ahead = step.rate_hz, step.ahead[head]
        self.past = step.past - self.ahead
        self._step, self._head = step, head

    def poses(self, frames: Array, /) -> Array:
        limbs, _ = self._step(frames, self._step.nothing(len(frames)))
        return self._step.poses(limbs[:, self._step.past :, self._head])


class OwnCausalPoses(OwnPoses):
    """As inference.lifting.net.CausalNet."""

    def ring(self) -> Ring:
        return OwnRing(self._step)


class OwnRing:
    """As inference.lifting.net.Ring."""

    def __init__(self, step: _Step) -> None:
        self._step = step
        self.reset()

    def reset(self) -> None:
        self._keys: list[int] = []
        self._memories = self._step.nothing(0)

    def push(self, keys: Sequence[int], frames: Array, /, *, keep: bool = True) -> Array:
        memories = self._memories
        if list(keys) != self._keys:
            memories = self._of(list(keys), frames)
        limbs, after = self._step(frames[:, None], memories)
        if keep:
            self._keys, self._memories = list(keys), after
        return self._step.poses(limbs[:, 0, 0])

    def _of(self, keys: list[int], frames: Array) -> list[Array]:
        """The memories of `keys`; who is new has always been as they are now."""
        rows = {key: row for row, key in enumerate(self._keys)}
        new = [row for row, key in enumerate(keys) if key not in rows]
        known = [row for row, key in enumerate(keys) if key in rows]
        memories = self._step.nothing(len(keys))
        for memory, kept in zip(memories, self._memories, strict=True):
            memory[known] = kept[[rows[keys[row]] for row in known]]
        if new:
            before = np.repeat(frames[new][:, None], self._step.past, 1)
            _, first = self._step(before, self._step.nothing(len(new)))
            for memory, fresh in zip(memories, first, strict=True):
                memory[new] = fresh
        return memories
