"""What `livemocap lift` makes of a clip whose truth is known.

    python tests/bench/lift_truth.py CLIP.mp4 TRUTH.npz [--lifters none own] [--quality balanced]

TRUTH.npz holds `joints_cam` (T, P, 55, 3) m. The engine looks once; all lifters get its keypoints.
Prints, over 22 joints of everybody shown: MPJPE about the pelvis, PA-MPJPE, and jitter (second
differences of places in the world), in mm.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from livemocap.cli.lift.job import LiftJob, lift_video
from livemocap.rotation import Array
from livemocap.take import TakeReader

BODY = 22


def main() -> None:
    parser = argparse.ArgumentParser(
        description="measure what lifting a video makes of known people"
    )
    parser.add_argument("clip", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--lifters", nargs="+", default=["none", "own"])
    parser.add_argument("--quality", default="balanced")
    args = parser.parse_args()
    truth = np.load(args.truth)["joints_cam"][:, :, :BODY].astype(float)
    with tempfile.TemporaryDirectory() as folder:
        seen = Path(folder) / "none"
        quiet = {"clip": args.clip, "preview": False, "bvh": False}
        lift_video(LiftJob(**quiet, out=seen, lifter="none", quality=args.quality))
        for lifter in args.lifters:
            out = Path(folder) / lifter
            if lifter != "none":
                keypoints = seen / "lifted.npz"
                lift_video(LiftJob(**quiet, out=out, lifter=lifter, keypoints=keypoints))
            print(f"{args.clip.name:28s} {lifter:12s} {scored(out / 'lifted.mcap', truth)}")
    print(f"{'':28s} {'truth':12s} jitter {1000 * jitter(truth):6.1f}")


def scored(take: Path, truth: Array) -> str:
    """Each track beside the person whose pelvis is nearest in that image."""
    errors, aligned, places = [], [], {}
    for frame in TakeReader(take).tracks():
        T = frame.T_world_cam.astype(float)
        camera = (frame.joints[:, :BODY] - T[:3, 3]) @ T[:3, :3]
        for row, who in enumerate(frame.track_ids.tolist()):
            people = truth[frame.sequence]
            true = people[np.linalg.norm(people[:, 0] - camera[row, 0], axis=-1).argmin()]
            found = camera[row] - camera[row, 0] + true[0]
            errors.append(np.linalg.norm(found - true, axis=-1).mean())
            aligned.append(np.linalg.norm(procrustes(found, true) - true, axis=-1).mean())
            places.setdefault(who, []).append(frame.joints[row, :BODY])
    shaken = [jitter(np.array(path)) for path in places.values()]
    words = zip(("MPJPE", "PA", "jitter"), map(np.mean, (errors, aligned, shaken)), strict=True)
    return "  ".join(f"{name} {1000 * value:6.1f}" for name, value in words)


def jitter(path: Array) -> float:
    """Mean second difference of (T, ..., 3), m."""
    return float(np.linalg.norm(np.diff(path, 2, axis=0), axis=-1).mean())


def procrustes(found: Array, true: Array) -> Array:
    """`found` (N, 3) turned, scaled and moved onto `true`."""
    a, b = found - found.mean(0), true - true.mean(0)
    u, s, v = np.linalg.svd(a.T @ b)
    sign = np.array([1.0, 1.0, np.linalg.det(u @ v)])
    return (s * sign).sum() / (a**2).sum() * a @ (u * sign) @ v + true.mean(0)


if __name__ == "__main__":
    main()
