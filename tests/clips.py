"""Small video files and cameras for tests of capture."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import cv2
import numpy as np

WIDTH, HEIGHT = 128, 64
RED, GREEN, BLUE, BLACK = (0, 0, 255), (0, 255, 0), (255, 0, 0), (0, 0, 0)
"""BGR."""


def quarters() -> np.ndarray:
    """(H, W, 3): red, green above blue, black."""
    bgr = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    bgr[: HEIGHT // 2, : WIDTH // 2] = RED
    bgr[: HEIGHT // 2, WIDTH // 2 :] = GREEN
    bgr[HEIGHT // 2 :, : WIDTH // 2] = BLUE
    return bgr


def corner_colours(bgr: np.ndarray) -> str:
    """Colours of the quarters as letters, row by row: `RGB-` for `quarters()`."""
    height, width = bgr.shape[:2]
    picked = [bgr[y * height // 4, x * width // 4] for y in (1, 3) for x in (1, 3)]
    return "".join("-" if p.max() < 100 else "BGR"[int(p.argmax())] for p in picked)


def grey_level(index: int) -> int:
    """The brightness of image `index` of a counted clip."""
    return 20 + 10 * index


def counted_images(count: int) -> list[np.ndarray]:
    """Images whose brightness tells which one it is; see `count_of`."""
    return [np.full((HEIGHT, WIDTH, 3), grey_level(index), np.uint8) for index in range(count)]


def count_of(bgr: np.ndarray) -> int:
    """The inverse of `counted_images`, also after a lossy codec."""
    return round((float(bgr.mean()) - 20) / 10)


def write_clip(
    path: Path,
    images: Sequence[np.ndarray],
    times_ms: Sequence[int] | None = None,
    turned: tuple[int, bool, bool] | None = None,
) -> Path:
    """H.264 in MP4 with these presentation times; `turned` is degrees, hflip, vflip to show."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "12", "bf": "0"})
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        if turned:
            degrees, hflip, vflip = turned
            stream.set_display_rotation(degrees, hflip=hflip, vflip=vflip)
        for image, at_ms in zip(images, times_ms or _steady(len(images)), strict=True):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = at_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _steady(count: int) -> list[int]:
    return [round(index * 1000 / 30) for index in range(count)]


class NetworkCamera:
    """A camera that sends motion JPEG over HTTP until it is switched off, as IP cameras do."""

    def __init__(self, size: tuple[int, int] = (160, 120), port: int = 0) -> None:
        self.size = size
        self.silent = False
        """Connected, but sending nothing: a stalled camera."""
        self._off = threading.Event()
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=image")
                self.end_headers()
                camera._send_images(self.wfile.write)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}/camera.mjpg"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def _send_images(self, write) -> None:
        count = 0
        while not self._off.wait(1 / 60):
            if self.silent:
                continue
            bgr = np.full((self.size[1], self.size[0], 3), count % 200, np.uint8)
            jpeg = cv2.imencode(".jpg", bgr)[1].tobytes()
            head = f"--image\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            try:
                write(head.encode() + jpeg + b"\r\n")
            except OSError:
                return
            count += 1

    def switch_off(self) -> None:
        self._off.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
