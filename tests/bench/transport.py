"""How old images are when they arrive, on this host.

    python tests/bench/transport.py [--seconds 60] [--frames 300] [--size 1920x1080]

First table: the same images by shared memory, raw TCP and JPEG, in turns, from the grab until the
reader has touched every cache line of the pixels. Second table: `livemocap capture` at 60 images
a second with a reader that needs 100 ms for each, while another process records poses.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from samples import pose_frame

from capture.encode import choose_encoder
from livemocap.bus import NewestSubscriber, OrderedSubscriber, Publisher
from livemocap.messages import EndOfStream, ImageFrame
from livemocap.metrics import percentiles
from livemocap.pixels import borrow_pixels, decode_pixels
from livemocap.ring import SharedRingReader, TornReadError

TRANSPORTS = ("shm", "shm copied", "raw", "jpeg")
"""`shm` is used in place and checked afterwards, `shm copied` first copied by the reader."""
IMAGES_FPS, STREAM_FPS = 30, 60
BAR_RATIO, BAR_AGE_MS, SLOW_S = 2.0, 25.0, 0.1
PEOPLE = 10


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the second part")
    parser.add_argument("--frames", type=int, default=300, help="images of each transport")
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--rounds", type=int, default=3, help="turns that --frames are split into")
    parser.add_argument("--produce", nargs=2, metavar=("WHAT", "COUNT"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    width, height = (int(part) for part in args.size.split("x"))
    if args.produce:
        what, count = args.produce[0], int(args.produce[1])
        produce_poses(count) if what == "pose" else produce_images(what, width, height, count)
        return 0
    fast = compare_transports(args.size, args.frames, args.rounds)
    fresh = slow_reader(args.seconds) if args.seconds else True
    return 0 if fast and fresh else 1


def compare_transports(size: str, frames: int, rounds: int) -> bool:
    """Print the first table; whether shared memory is at least twice as fast as raw TCP."""
    ages: dict[str, list[float]] = {transport: [] for transport in TRANSPORTS}
    for _ in range(rounds):
        for transport in TRANSPORTS:
            ages[transport] += receive_images(transport, size, frames // rounds)
    print(f"{size} at {IMAGES_FPS} images/s, grab to pixels in hand, ms")
    print(f"{'transport':<12}{'images':>8}{'p50':>8}{'p95':>8}")
    for transport, values in ages.items():
        p50, p95 = percentiles(values)
        print(f"{transport:<12}{len(values):>8}{p50:>8.2f}{p95:>8.2f}")
    ratio = percentiles(ages["raw"])[0] / percentiles(ages["shm"])[0]
    print(f"shared memory is {ratio:.1f} x as fast as raw TCP (at least {BAR_RATIO})\n")
    return ratio >= BAR_RATIO


def receive_images(transport: str, size: str, count: int) -> list[float]:
    """Ages in ms of the images of one producer process."""
    ages, rings = [], SharedRingReader()
    with (
        producer(transport.split()[0], count, "--size", size) as endpoint,
        NewestSubscriber([endpoint], ["image/"]) as reader,
    ):
        while (found := reader.poll(10.0)) and isinstance(found[1], ImageFrame):
            use(found[1], rings, copied=transport != "shm")
            ages.append((time.monotonic_ns() - found[1].t_grab_ns) / 1e6)
            del found
    rings.close()
    return ages[5:]


def use(frame: ImageFrame, rings: SharedRingReader, *, copied: bool) -> None:
    """Touch every cache line of the pixels."""
    if copied:
        decode_pixels(frame, rings).reshape(-1)[::64].max()
        return
    with borrow_pixels(frame, rings) as bgr:
        bgr.reshape(-1)[::64].max()


@contextmanager
def producer(what: str, count: int, *arguments: str) -> Iterator[str]:
    """This script as a producer in a process of its own; gives the endpoint it chose."""
    child = subprocess.Popen(
        [sys.executable, __file__, "--produce", what, str(count), *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    yield child.stdout.readline().strip()
    child.terminate()
    child.wait()


def produce_images(transport: str, width: int, height: int, count: int) -> None:
    rng = np.random.default_rng(0)
    smooth = np.add.outer(np.arange(height), np.arange(width)) // 8 % 200
    images = [
        np.repeat((smooth + rng.integers(0, 20, smooth.shape))[..., None], 3, 2).astype(np.uint8)
        for _ in range(4)
    ]
    with Publisher("tcp://127.0.0.1:0", lossless=False) as publisher:
        encoder = choose_encoder(transport, publisher.endpoint, 85)
        print(publisher.endpoint, flush=True)
        publisher.wait_for_subscribers(1, 10.0)
        grabbed = np.empty_like(images[0])
        for number in paced(count, IMAGES_FPS):
            np.copyto(grabbed, images[number % len(images)])  # as a decoder has just written it
            now = time.monotonic_ns()
            fields = encoder.encode(grabbed)
            publisher.send("image/cam0", image_frame(number, now, width, height, **fields))
        time.sleep(0.2)
        publisher.send("image/cam0", EndOfStream(camera_id="cam0", frames=count))
        time.sleep(0.2)
        encoder.close()


def image_frame(number: int, now: int, width: int, height: int, **fields) -> ImageFrame:
    return ImageFrame(
        camera_id="cam0",
        sequence=number,
        t_capture_ns=now,
        t_grab_ns=now,
        width=width,
        height=height,
        K=np.eye(3, dtype=np.float32),
        intrinsics_source="assumed",
        **fields,
    )


def produce_poses(count: int) -> None:
    frames = [pose_frame(PEOPLE, sequence) for sequence in range(count)]
    with Publisher("tcp://127.0.0.1:0") as publisher:
        print(publisher.endpoint, flush=True)
        publisher.wait_for_subscribers(1, 10.0)
        for number in paced(count, STREAM_FPS):
            publisher.send("pose/cam0", frames[number])
        publisher.send("pose/cam0", EndOfStream(camera_id="cam0", frames=count))


def paced(count: int, fps: float) -> Iterator[int]:
    start = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, start + number / fps - time.monotonic()))
        yield number


class Recorder(threading.Thread):
    """Reads every pose, and is busy for half a second now and then, as a disk makes it."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self._reader = OrderedSubscriber([endpoint], ["pose/"])
        self.received = self.gaps = 0

    def run(self) -> None:
        with self._reader as reader:
            while (found := reader.poll(10.0)) and not isinstance(found[1], EndOfStream):
                self.received += 1
                if self.received % 240 == 0:
                    time.sleep(0.5)
            self.gaps = reader.gaps


def slow_reader(seconds: float) -> bool:
    """Print the second table; whether images stay fresh and no pose is missing."""
    count = int(seconds * STREAM_FPS)
    with capture_process() as endpoint, producer("pose", count) as poses:
        recorder = Recorder(poses)
        recorder.start()
        ages, torn = read_slowly(endpoint, seconds)
        recorder.join()
    windows = [percentiles([age for _, age in part])[0] for part in np.array_split(ages, 6)]
    p50, p95 = percentiles([age for _, age in ages])
    print(
        f"{STREAM_FPS} images/s 720p, a reader that needs {SLOW_S * 1000:.0f} ms, {seconds:.0f} s"
    )
    print(f"age when read, ms: p50 {p50}, p95 {p95} (at most {BAR_AGE_MS:.0f}), torn {torn}")
    print(f"p50 of each sixth: {' '.join(f'{window:.1f}' for window in windows)}")
    print(f"poses recorded: {recorder.received} of {count}, gaps {recorder.gaps}")
    whole = recorder.received == count and recorder.gaps == 0
    return max(windows) <= BAR_AGE_MS and whole


def read_slowly(endpoint: str, seconds: float) -> tuple[list[tuple[float, float]], int]:
    """(time, age in ms) of each image read, and how many were overwritten first."""
    ages, torn, rings = [], 0, SharedRingReader()
    with NewestSubscriber([endpoint], ["image/"]) as reader:
        reader.poll(10.0)
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            found = reader.poll(1.0)
            if not found or not isinstance(found[1], ImageFrame):
                continue
            try:
                decode_pixels(found[1], rings)
                ages.append((now, (time.monotonic_ns() - found[1].t_grab_ns) / 1e6))
            except TornReadError:
                torn += 1
            time.sleep(SLOW_S)
    rings.close()
    return ages, torn


@contextmanager
def capture_process() -> Iterator[str]:
    """`livemocap capture` of the test pattern at 720p60."""
    with tempfile.TemporaryDirectory() as folder:
        studio = Path(folder) / "studio.toml"
        studio.write_text('[[camera]]\nsource = "synthetic"\nfps = 60\n')
        command = [sys.executable, "-m", "livemocap", "capture", str(studio), "--supervised"]
        ports = ["--set", "network.image_port=48700", "--set", "network.metrics_port=48730"]
        child = subprocess.Popen([*command, *ports], stdin=subprocess.PIPE)
        yield "tcp://127.0.0.1:48700"
        child.communicate()


if __name__ == "__main__":
    raise SystemExit(main())
