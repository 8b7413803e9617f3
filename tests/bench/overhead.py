"""What everything but the engine costs: synthetic camera, an engine that answers at once, tracks.

    python tests/bench/overhead.py [--width 1280 --height 720 --fps 30] [--seconds 10]

Starts the real roles (`livemocap capture`, `infer`, `track`), reads what they publish, and prints
the age of an image at each stage, measured from its grab. Needs no outside data.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from livemocap.bus import TRACK, OrderedSubscriber
from livemocap.messages import TrackFrame

STAGES = ("engine asked", "engine done", "track published", "track received")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shared", type=Path, help="not needed; accepted as by all benchmarks")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--transport", default="auto", help="auto, shm, jpeg or raw")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--warm-up", type=float, default=2.0, help="seconds left out at the start")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        studio, track = write_studio(Path(folder) / "studio.toml", args)
        roles = [start(role, studio) for role in ("track", "infer", "capture")]
        try:
            ages_ms, sequences = measure(track, args.warm_up, args.seconds)
        finally:
            for role in roles:
                role.terminate()
            for role in roles:
                role.wait(5)
    report(args, ages_ms, sequences)
    return 0


def write_studio(path: Path, args: argparse.Namespace) -> tuple[Path, str]:
    """A studio.toml on free ports; returns it and where tracks are published."""
    ports = {name: free_ports() for name in ("image", "pose", "track", "metrics", "control")}
    lines = [f"{name}_port = {port}" for name, port in ports.items()]
    path.write_text(
        "\n".join(
            [
                "[network]",
                *lines,
                "[[camera]]",
                'source = "synthetic:2"',
                f"width = {args.width}",
                f"height = {args.height}",
                f"fps = {args.fps}",
                f'transport = "{args.transport}"',
                "[inference]",
                'engine = "instant"',
            ]
        ),
        "utf-8",
    )
    return path, f"tcp://127.0.0.1:{ports['track']}"


def free_ports(run: int = 8) -> int:
    """The first of `run` free ports in a row."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            base = probe.getsockname()[1]
        if base + run < 65536 and all(is_free(base + k) for k in range(run)):
            return base


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def start(role: str, studio: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "livemocap", role, str(studio)])


def measure(endpoint: str, warm_up_s: float, seconds: float) -> tuple[np.ndarray, list[int]]:
    """(T, 4) ms from the grab to each stage, and the frames' sequence numbers."""
    ages, sequences, until_s = [], [], time.monotonic() + 30
    first_s = None
    with OrderedSubscriber([endpoint], [TRACK]) as tracks:
        while time.monotonic() < until_s:
            found = tracks.poll(0.5)
            now_ns = time.monotonic_ns()
            if not found or not isinstance(found[1], TrackFrame):
                continue
            if first_s is None:
                first_s = time.monotonic()
                until_s = first_s + warm_up_s + seconds
            if time.monotonic() - first_s >= warm_up_s:
                frame = found[1]
                stamps = (frame.t_infer_ns, frame.t_pose_ns, frame.t_track_ns, now_ns)
                ages.append([(stamp - frame.t_grab_ns) * 1e-6 for stamp in stamps])
                sequences.append(frame.sequence)
    if not ages:
        raise SystemExit("no tracks came in 30 s: see the roles' messages above")
    return np.array(ages), sequences


def report(args: argparse.Namespace, ages_ms: np.ndarray, sequences: list[int]) -> None:
    skipped = sequences[-1] - sequences[0] + 1 - len(sequences)
    print(
        f"{args.width}x{args.height} at {args.fps:g} fps, {args.transport} transport, "
        f"2 people, {len(sequences)} frames, {skipped} skipped"
    )
    print(f"{'ms from the grab':<18} {'p50':>7} {'p95':>7} {'p99':>7}")
    for name, values in zip(STAGES, ages_ms.T, strict=True):
        p50, p95, p99 = np.percentile(values, [50, 95, 99])
        print(f"{name:<18} {p50:7.2f} {p95:7.2f} {p99:7.2f}")


if __name__ == "__main__":
    raise SystemExit(main())
