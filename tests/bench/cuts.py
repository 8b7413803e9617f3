"""Where capture sees cuts in a folder of clips, how much it thinks the camera moves, what it costs.

python tests/bench/cuts.py --shared DIR      # DIR/media/*.mp4
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np

from capture.changes import ChangeDetector
from capture.video import VideoFile

_CUT = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shared", type=Path, required=True, help="folder with media/*.mp4")
    args = parser.parse_args()
    print(f"{'clip':<28}{'images':>7}{'motion px p50':>15}{'p95':>7}  cuts")
    for path in sorted((args.shared / "media").glob("*.mp4")):
        detector = ChangeDetector()
        changes = [detector.step(image.bgr) for image in VideoFile(path).images()]
        cuts = [number for number, change in enumerate(changes) if change.cut > _CUT]
        highest = max((c.cut for n, c in enumerate(changes) if n not in cuts), default=0.0)
        p50, p95 = np.percentile([change.camera_motion_px for change in changes], [50, 95])
        print(
            f"{path.stem:<28}{len(changes):>7}{p50:>15.2f}{p95:>7.2f}  {cuts or 'none'}"
            f" (highest other score {highest:.2f})"
        )
    print(f"cost at 720p: {cost_ms():.2f} ms of CPU each (median)")


def cost_ms() -> float:
    sample = Path(__file__).parents[2] / "livemocap" / "sample" / "rendered_three_people.mp4"
    images = [cv2.resize(image.bgr, (1280, 720)) for image in VideoFile(sample).images()][:60]
    detector, costs = ChangeDetector(), []
    for _ in range(5):
        for bgr in images:
            before = time.thread_time()
            detector.step(np.asarray(bgr, np.uint8))
            costs.append(time.thread_time() - before)
    return float(np.median(costs)) * 1000


if __name__ == "__main__":
    main()
