"""How long `livemocap infer` takes from being started to being ready for images.

    python tests/bench/infer_ready.py [--runs 7] [--quality balanced]

The first run warms the disk cache and does not count. The exit code is 1 above one second.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BAR_S = 1.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--quality", default="balanced")
    args = parser.parse_args()
    times_s = [ready_s(args.quality) for _ in range(args.runs + 1)][1:]
    median_s = statistics.median(times_s)
    print(f"ready after {median_s:.2f} s (median of {args.runs}; {min(times_s):.2f} at best)")
    return int(median_s > BAR_S)


def ready_s(quality: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        studio = Path(folder) / "studio.toml"
        ports = "image_port = 29700\npose_port = 29710\nmetrics_port = 29730\n"
        studio.write_text(f'[network]\n{ports}[[camera]]\n[inference]\nquality = "{quality}"\n')
        started = time.perf_counter()
        command = [sys.executable, "-m", "livemocap", "infer", str(studio)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr
            for line in process.stderr:
                if "ready" in line:
                    break
            took = time.perf_counter() - started
            process.terminate()
    return took


if __name__ == "__main__":
    raise SystemExit(main())
