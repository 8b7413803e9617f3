"""What it costs to put motion on rigs: a live crowd, a long take, beside a plain Python loop.

python tests/bench/retarget_speed.py [--people 10] [--frames 18000] [--rounds 300]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion import smooth_motion
from rigs_made import EXTRAS, MadeRig, made_rig, person
from walkers import walk
from walking_person import walking_person

from livemocap.rotation import Array, quat_from_matrix
from livemocap.skeleton import SMPLX
from retarget.rigs.live import LiveCast
from retarget.rigs.posed import posed
from retarget.rigs.rig import Rig
from retarget.rigs.solve import Actor, Cast, fit, solve
from retarget.rigs.take import hold_feet

Quat = tuple[float, float, float, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--frames", type=int, default=18_000)
    parser.add_argument("--rounds", type=int, default=300)
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, NumPy {np.__version__}")
    print(f"{'step':<46} {'CPU ms p10':>11} {'p50':>8} {'p95':>8}")
    rigs = {
        "52 bones": made_rig("mixamo", rest="A", axes="random"),
        "every extra bone": made_rig("ue4", rest="A", axes="random", extras=EXTRAS),
    }
    for title, made in rigs.items():
        actor = fit(Rig.of(made.skeleton, made.joint_map), person())
        crowd(f"{args.people} people, {title}", actor, args.people, args.rounds)
    plain_loop(f"{args.people} people, 52 bones", rigs["52 bones"], args.people, args.rounds)
    for title, made in rigs.items():
        take(f"{args.frames} frames, {title}", made, args.frames)


def crowd(title: str, actor: Actor, people: int, rounds: int) -> float:
    """One live tick; ms."""
    motion = smooth_motion(people)
    cast = Cast([actor] * people)
    own = row(title, lambda: cast.solve(motion.local_wxyz, motion.pelvis), rounds)
    feet(actor, people)
    row(f"  calibrate one anew ({len(actor.rig.driven)} driven)",
        lambda: cast.recalibrate(0, fit(actor.rig, person())), 30)  # fmt: skip
    return own


def feet(actor: Actor, people: int) -> None:
    """The same tick with feet held, everybody walking, each a little later than the one before."""
    motion = walking_person(walk(seconds=6.0))
    frames = np.arange(motion.frames - people)[:, None] + np.arange(people)
    local, pelvis = motion.local_wxyz[frames], motion.pelvis[frames]
    for title, strength in (("walking, feet as posed", 0.0), ("walking, feet held", 1.0)):
        cast = LiveCast([actor] * people, [strength] * people)
        ticks = iter(range(len(frames)))

        def tick(cast: LiveCast = cast, ticks: Iterator[int] = ticks) -> None:
            k = next(ticks)
            cast.solve(k / 60, local[k], pelvis[k])

        row(f"  {title}", tick, len(frames) - 1)


def plain_loop(title: str, made: MadeRig, people: int, rounds: int) -> None:
    """The same poses bone by bone, as scripts do it, with their ratio to ours."""
    motion = smooth_motion(people)
    actor = fit(Rig.of(made.skeleton, made.joint_map), person())
    bones = [_loop_bone(actor, place) for place in range(len(actor.rig.driven))]
    everybody: list[list[Quat]] = [[tuple(q) for q in one] for one in motion.local_wxyz.tolist()]
    looped = [_pose_by_loop(bones, local) for local in everybody]
    cast = Cast([actor] * people)
    ours = [pose.rotations_wxyz for pose in cast.solve(motion.local_wxyz, motion.pelvis)]
    same = np.abs((np.array(looped) * ours).sum(-1)).min()
    mine = _cpu_ms(lambda: cast.solve(motion.local_wxyz, motion.pelvis), rounds)
    loop = row(f"{title}, plain Python loop",
               lambda: [_pose_by_loop(bones, local) for local in everybody],
               max(10, rounds // 10))  # fmt: skip
    print(f"  {loop / np.median(mine):.0f} times ours; the same to {1 - same:.0e}", flush=True)


def take(title: str, made: MadeRig, frames: int) -> None:
    motion = smooth_motion(frames)
    rig = Rig.of(made.skeleton, made.joint_map)
    actor = fit(rig, person())
    row(title, lambda: solve(actor, motion.local_wxyz, motion.pelvis), 3)
    held = walking_person(walk(seconds=frames / 60))
    row("  feet of a walk held", lambda: hold_feet(actor, held), 2)
    pose = solve(actor, motion.local_wxyz, motion.pelvis)
    legs = [rig.rows[joint] for joint in SMPLX.indices("left_foot", "right_foot")]
    row("  where its legs are", lambda: posed(rig, pose, legs), 1)
    row("  where all bones are", lambda: posed(rig, pose), 1)


def row(title: str, work: Callable[[], object], rounds: int) -> float:
    """Time `work` and print a line; the median, ms."""
    spent = _cpu_ms(work, rounds)
    low, middle, high = np.percentile(spent, [10, 50, 95])
    print(f"{title:<46} {low:11.3f} {middle:8.3f} {high:8.3f}", flush=True)
    return float(middle)


def _cpu_ms(work: Callable[[], object], rounds: int) -> Array:
    work()
    spent = np.empty(rounds)
    for k in range(rounds):
        start = time.process_time_ns()
        work()
        spent[k] = (time.process_time_ns() - start) / 1e6
    return spent


def _loop_bone(actor: Actor, place: int) -> tuple[int, int, Quat, Quat]:
    """Joint, the mover's place, calibrated rest, rest against the mover's."""
    rig = actor.rig
    bone = rig.driven[place]
    axes, C = rig.skeleton.axes, actor.calibration
    rest = quat_from_matrix(C[bone.joint] @ axes[bone.row])
    mover = axes[rig.driven[bone.parent].row] if bone.parent >= 0 else np.eye(3)
    local = quat_from_matrix(mover.T @ axes[bone.row])
    return bone.joint, bone.parent, tuple(rest), tuple(local)


def _pose_by_loop(bones: list[tuple[int, int, Quat, Quat]], local: list[Quat]) -> list[Quat]:
    world: list[Quat] = []
    for quat, parent in zip(local, SMPLX.parents, strict=True):
        world.append(quat if parent < 0 else _times(world[parent], quat))
    posed_axes: list[Quat] = []
    found = []
    for joint, mover, rest, rest_local in bones:
        axes = _times(world[joint], rest)
        posed_axes.append(axes)
        unposed = rest_local if mover < 0 else _times(posed_axes[mover], rest_local)
        w, x, y, z = unposed
        found.append(_times((w, -x, -y, -z), axes))
    return found


def _times(a: Quat, b: Quat) -> Quat:
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


if __name__ == "__main__":
    main()
