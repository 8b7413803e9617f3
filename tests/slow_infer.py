"""`livemocap infer` with AiOS as its engine, and in the network's place somebody who knows it all.

    python tests/slow_infer.py BUSY_FILE LOAD_S BATCH_S infer studio.toml --engine aios ...

It takes LOAD_S to load and BATCH_S for a batch; during one BUSY_FILE says how many images it has.
The people sway with the brightness of the image and stand where it shows clothes, see `picture`;
its camera is the one that is assumed of an image of unknown origin.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from livemocap.cli.main import main

GREY, SWING = 100, 60
ROUND_S = 3.0
"""After so long everything is as before."""
CLOTHES = (((200, 40, 40), (30, 30, 30)), ((40, 40, 200), (60, 160, 60)))
"""BGR of shirt and trousers."""


def picture(t_s: float) -> np.ndarray:
    """(180, 320, 3): clothes where people sway, and a light that tells where they are."""
    level = round(GREY + SWING * math.sin(2 * math.pi * t_s / ROUND_S))
    bgr = np.full((180, 320, 3), level, np.uint8)
    for middle, (shirt, trousers) in zip((83, 230), CLOTHES, strict=True):
        bgr[40:91, middle - 40 : middle + 40] = shirt
        bgr[91:135, middle - 40 : middle + 40] = trousers
    return bgr


class Network:
    """Two people, half a metre of swaying."""

    def __init__(self, busy: Path, batch_s: float) -> None:
        self._busy, self._batch_s = busy, batch_s

    def __call__(self, images: Sequence[np.ndarray]) -> list[object]:
        from aios_people import Actor, detected

        from inference.aios.predicted_body import PredictedBody
        from livemocap.coords import assumed_intrinsics

        self._busy.write_text(str(len(images)))
        time.sleep(self._batch_s)
        body, found = PredictedBody.stand_in(), []
        for bgr in images:
            x = 0.25 * (float(bgr[:8].mean()) - GREY) / SWING
            actors = [Actor((x - 1, 0, 5)), Actor((x + 1, 0, 5.5))]
            (height, width), intrinsics = bgr.shape[:2], assumed_intrinsics(*bgr.shape[1::-1])
            found.append(detected(actors, body, (height, width), intrinsics))
        self._busy.unlink()
        return found

    def warm_up(self, sizes: Sequence[tuple[int, int]]) -> None: ...

    def memory_bytes(self) -> int:
        return 0


def run(busy: Path, load_s: float, batch_s: float, arguments: list[str]) -> int:
    from inference.aios import engine

    def load(*_: object) -> Network:
        time.sleep(load_s)
        return Network(busy, batch_s)

    engine._weights = Path  # type: ignore[assignment]
    engine._load_network = load  # type: ignore[assignment]
    return main(arguments)


if __name__ == "__main__":
    busy_file, load_text, batch_text, *rest = sys.argv[1:]
    raise SystemExit(run(Path(busy_file), float(load_text), float(batch_text), rest))
