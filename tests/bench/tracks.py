"""Ids and motion on a benchmark of tracks: every mode, over several generator seeds.

    python tests/bench/tracks.py --trackbench ../shared/trackbench [--seeds 5] [--doors Live,Bake]
    python tests/bench/tracks.py --trackbench ../shared/trackbench --ablate --doors Live

Makes set A and one set for each further seed (19 MB each, kept in --work), runs the doors of
tracking/trackbench.py over them and scores with the benchmark's own evaluator. One set is a small
sample: read the means.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

COLUMNS = (
    "HOTA", "AssA", "DetA", "IDF1", "IDSW", "Frag", "tracks", "MPJPE", "MPJAE", "Accel",
    "AccelRoot", "Skate", "RootLat", "RootZ", "Glitch", "FlipPct", "Latency", "reID 0.2-0.5",
    "reID 0.5-1", "reID 1-3", "us_mean",
)  # fmt: skip
FIRST_SEED = 1000
"""Of set A; the others are this and 101, 102 ... more."""
NEVER = 1e9
"""rad/s that nothing is worth."""


@dataclass(frozen=True)
class Switch:
    """One thing switched off: a name of a module, and what stands there instead."""

    told: str
    target: str
    value: Any


def switches() -> list[Switch]:
    """What an ablation takes away, one at a time.

    Sets without looks and engine's ids tell nothing of these two; limbs are mended in bakes, and
    second thoughts come to broadcasts only.
    """
    from tracking.repair.twins import TWIN_PRICE

    compare, repair = "tracking.association.compare", "tracking.repair.repair"
    prices = "tracking.repair.twins.TWIN_PRICE"
    return [
        Switch("places", f"{compare}.root_ratio", knows_no_place),
        Switch("poses", f"{compare}.pose_ratio", says_nothing),
        Switch("shapes", f"{compare}.shape_ratio", says_nothing),
        Switch("looks", f"{compare}.look_ratio", says_nothing),
        Switch("the engine's ids", f"{compare}.hint_ratio", says_nothing),
        Switch("mending bodies turned", prices, np.array([NEVER, TWIN_PRICE[1]])),
        Switch("mending hands exchanged", prices, np.array([TWIN_PRICE[0], NEVER])),
        Switch("mending limbs", f"{repair}.Jumps", Untouched),
        Switch("mending depths", f"{repair}.Depths", Untouched),
        Switch("mending limits", f"{repair}.Limits", Untouched),
        Switch("second thoughts", "tracking.modes.SecondThoughts", FirstThoughts),
    ]


def knows_no_place(place: Any, variance: Any, seen: Any, noise: Any) -> Any:
    return np.zeros((len(place), len(seen)))


def says_nothing(*pair: Any) -> float:
    return 0.0


class Untouched:
    """A repair that lets everything through."""

    def __init__(self, look_ahead_s: float = 0.0) -> None:
        self.look_ahead_s = 0.0
        self.counts: dict[str, int] = {}

    def push(self, item: Any) -> list[Any]:
        return [item]

    def flush(self) -> list[Any]:
        return []

    def reset(self) -> None:
        pass


class FirstThoughts(Untouched):
    """In place of SecondThoughts: everybody stays who association said they are."""

    def __init__(self, *given: Any) -> None:
        super().__init__()

    def ids(self, people: Any) -> Any:
        return people.ids


def seeds(count: int) -> list[int]:
    return [FIRST_SEED, *(FIRST_SEED + 100 + k for k in range(1, count))]


def made(bench: Path, work: Path, seed: int) -> Path:
    """A set's folder, generated unless it is there."""
    folder = work / f"seed{seed}"
    if not list(folder.glob("*.gt.npz")):
        command = [sys.executable, "make_scenarios.py", "--out", str(folder.resolve())]
        subprocess.run([*command, "--seed", str(seed)], cwd=bench, check=True, capture_output=True)
    return folder


@contextmanager
def without(switch: Switch | None) -> Iterator[None]:
    if switch is None:
        yield
        return
    with patch(switch.target, switch.value):
        yield


def scored(
    bench: Path, folder: Path, door: str, only: tuple[str, ...], switch: Switch | None
) -> dict[str, float]:
    """Totals of one set."""
    sys.path.insert(0, str(bench.resolve()))
    judge, runner, core = (import_module(m) for m in ("evaluate", "run_tracker", "tbcore"))
    tracker = getattr(import_module("tracking.trackbench"), f"{door}Tracker")
    counts = []
    with without(switch):
        for truth in sorted(folder.glob("*.gt.npz")):
            name = truth.name.removesuffix(".gt.npz")
            if only and not name.startswith(only):
                continue
            path = str(folder / f"{name}.npz")
            scenario = core.Scenario(path)
            meta = {"fps": scenario.fps, "K": scenario.K, "size": scenario.size}
            rows = runner.run(scenario, tracker(meta))
            rows["time"] = rows["time_us"]
            counts.append(judge.eval_scenario(path, core.GroundTruth(str(truth)), rows))
    return judge.summary(judge.merge(counts))


def line(told: str, values: list[dict[str, float]]) -> str:
    """Means over sets."""
    means = [np.mean([v.get(column, np.nan) for v in values]) for column in COLUMNS]
    return f"| {told} | " + " | ".join(f"{mean:.1f}" for mean in means) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--trackbench", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("out/trackbench"))
    parser.add_argument("--seeds", type=int, default=6, help="sets, set A among them")
    parser.add_argument("--doors", default="Live,Broadcast,Bake")
    parser.add_argument("--only", default="", help="scenarios, as a02,a05")
    parser.add_argument("--ablate", action="store_true", help="switch one thing off at a time")
    parser.add_argument("--switches", default="", help="of the ablation, these: limbs,depths")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--per-set", action="store_true")
    args = parser.parse_args()
    only = tuple(filter(None, args.only.split(",")))
    off = [s for s in switches() if any(w in s.told for w in args.switches.split(","))]
    folders = [made(args.trackbench, args.work, seed) for seed in seeds(args.seeds)]
    print("| | " + " | ".join(COLUMNS) + " |\n|" + "---|" * (len(COLUMNS) + 1))
    with ProcessPoolExecutor(args.jobs) as pool:
        for door in args.doors.split(","):
            tasks = [
                (switch, [
                    pool.submit(scored, args.trackbench, folder, door, only, switch)
                    for folder in folders
                ])
                for switch in [None, *(off if args.ablate else [])]
            ]  # fmt: skip
            for switch, jobs in tasks:
                told = f"{door}, without {switch.told}" if switch else door
                values = [job.result() for job in jobs]
                if args.per_set:
                    for folder, value in zip(folders, values, strict=True):
                        print(line(f"{told}, {folder.name}", [value]))
                print(line(told, values), flush=True)


if __name__ == "__main__":
    main()
