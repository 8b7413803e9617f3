"""How well our skeleton follows what a lifter says, and what that costs.

    python tests/bench/skeleton_fit.py POSES.npz [--key pstmo_cam]

POSES.npz holds (T, 17, 3) m of H36M17 in a camera's axes. Prints by how much each fitted bone
points elsewhere, how far joints turn from frame to frame, and the CPU time of a call.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from inference.body_model import default_body
from inference.lifting.skeleton_fit import rotations_from_positions
from livemocap.h36m_points import h36m_positions
from livemocap.lifter import H36M17
from livemocap.rotation import Array, geodesic, normalize
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

CALLS = 30
LIMBS = [f"{side}_{joint}" for joint in ("hip", "shoulder") for side in ("left", "right")]


def main() -> None:
    parser = argparse.ArgumentParser(description="how well our skeleton follows a lifter")
    parser.add_argument("poses", type=Path)
    parser.add_argument("--key", default="pstmo_cam")
    args = parser.parse_args()
    lifted = np.load(args.poses)[args.key].astype(float)
    rest = default_body().rest_joints(np.zeros(10)).astype(float)
    world = global_rotations(rotations_from_positions(lifted, rest), SMPLX)
    joints = joint_positions(world, rest, np.zeros((len(lifted), 3)), SMPLX)
    print_directions(lifted, h36m_positions(world, joints, rest))
    print_turns(world)
    for people in (1, 10, 100):
        print(
            f"{people:4d} people: {cost_ms(lifted[:people], rest):.2f} ms of CPU, best of {CALLS}"
        )


def print_directions(lifted: Array, fitted: Array) -> None:
    for joint, parent in enumerate(H36M17.parents):
        if parent >= 0:
            ours = normalize(fitted[:, joint] - fitted[:, parent])
            theirs = normalize(lifted[:, joint] - lifted[:, parent])
            off = np.degrees(np.arccos(np.clip((ours * theirs).sum(-1), -1, 1)))
            name = f"{H36M17.names[parent]} to {H36M17.names[joint]}"
            print(f"{name:28s} median {np.median(off):5.1f}  worst {off.max():5.1f} deg")


def print_turns(world: Array) -> None:
    turns = np.degrees(geodesic(world[1:], world[:-1]))
    for name in ("pelvis", "spine3", "head", *LIMBS):
        turn = turns[:, SMPLX.index(name)]
        print(
            f"{name:28s} turns by median {np.median(turn):5.1f}  most {turn.max():5.1f} deg a frame"
        )


def cost_ms(lifted: Array, rest: Array) -> float:
    times = []
    for _ in range(CALLS):
        start = time.process_time()
        rotations_from_positions(lifted, rest)
        times.append(time.process_time() - start)
    return 1000 * min(times)


if __name__ == "__main__":
    main()
