"""How long it takes to bring ten minutes of one person onto rigs, as files, without Blender.

python tests/bench/export_rig_speed.py [--frames 18000] [--rounds 2] [--rig FILE ...]

Steps by themselves, the fastest of all rounds by CPU; then whole exports by the command's own door,
reading the take included. With --rig, characters of yours beside the made-up one.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion import smooth_motion, smooth_tracks
from rigs_made import made_rig

from livemocap.take import TakeWriter
from retarget.bvh_writing import write_bvh_tree
from retarget.fbx import write_fbx
from retarget.rigs.as_bvh import bvh_of_rig
from retarget.rigs.as_fbx import fbx_of_rig
from retarget.rigs.export import BakeWishes, bake, export_onto_rig
from retarget.rigs.export_file import ChosenRig, rig_of_file
from retarget.rigs.presets import presets
from retarget.rigs.rig_source import FileWishes, RigSource, rig_source

FPS = Fraction(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=18_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--rig", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    made = made_rig("ue4", rest="A", axes="random", extras=["root", "twist"])
    rigs = {"made, 65 bones": ChosenRig("Hero", made.skeleton, made.joint_map)}
    for path in args.rig:
        chosen = rig_of_file(path)
        rigs[f"{path.name}, {len(chosen.skeleton.names)} bones"] = chosen
    print(f"{args.frames} frames of one person")
    print(f"{'step':<44} {'wall s':>8} {'CPU s':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for name, rig in rigs.items():
            steps(name, rig, args.frames, args.rounds, Path(folder))
        commands(rigs, args.frames, args.rounds, Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of all together {peak:.0f} MB")


def steps(name: str, rig: ChosenRig, frames: int, rounds: int, folder: Path) -> None:
    motion = smooth_motion(frames)
    for title, lock in (("solve", 0.0), ("solve, feet held", 1.0)):
        row(
            f"{name}: {title}",
            lambda at=lock: bake(motion, FPS, rig, BakeWishes(foot_lock=at)),
            rounds,
        )
    person = bake(motion, FPS, rig, BakeWishes(foot_lock=0.0))
    row(
        f"{name}: write BVH",
        lambda: write_bvh_tree(folder / "a.bvh", *bvh_of_rig(person.rig, person.pose), FPS),
        rounds,
    )
    row(
        f"{name}: write FBX",
        lambda: write_fbx(folder / "a.fbx", *fbx_of_rig(person.rig, person.pose), FPS),
        rounds,
    )


def commands(rigs: dict[str, ChosenRig], frames: int, rounds: int, folder: Path) -> None:
    """All of `livemocap export TAKE --rig`, but for starting Python."""
    writer = TakeWriter(folder / "take.mcap")
    for frame in smooth_tracks(frames, people=(1,)):
        writer.write("track", frame)
    take = writer.close()
    sources = {name: RigSource("rig", lambda _rest, r=rig: r) for name, rig in rigs.items()}
    sources |= {n: rig_source(n, presets(), FileWishes()) for n in ("mixamo", "ue5")}
    for name, source in sources.items():
        for kind in ("bvh", "fbx"):
            row(
                f"{name}: take to {kind.upper()}, feet held",
                lambda s=source, k=kind: export_onto_rig(
                    take, s, [k], None, FPS, folder, BakeWishes(), force=True
                ),
                rounds,
            )


def row(name: str, step: Callable[[], object], rounds: int) -> None:
    """The round with the least CPU."""
    took = []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        step()
        took.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpu, wall = min(took)
    print(f"{name:<44} {wall:>8.2f} {cpu:>8.2f}", flush=True)


if __name__ == "__main__":
    main()
