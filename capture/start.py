"""Puts a capture process together and runs it: sockets, camera, encoder, loop."""

from __future__ import annotations

from contextlib import closing

from livemocap.bus import CreditServer, Publisher
from livemocap.config import ConfigError
from livemocap.lifecycle import run_loop
from livemocap.role import RoleContext

from .config import CameraConfig
from .encode import choose_encoder
from .frames import FrameMaker
from .process import LiveCapture, LosslessCapture
from .source import CaptureError
from .sources import is_live, open_source


def capture_live(context: RoleContext, config: CameraConfig) -> int:
    """Publish a camera, or a recording at its own speed, until it ends or is stopped.

    Raises:
        CaptureError: the source cannot be used.
    """
    index = context.args.index
    endpoint = context.network.image(index)
    metrics = context.metrics(index)
    encoder = choose_encoder(config.transport, endpoint, config.jpeg_quality)
    metrics.set("transport", encoder.name)
    maker = FrameMaker(config, encoder, metrics)
    with Publisher(endpoint, lossless=False) as publisher:
        capture = LiveCapture(
            config, lambda: open_source(config), maker, publisher, metrics, context.stop
        )
        with closing(capture):
            run_loop(
                capture.step, context.stop, strict=context.args.strict, expected=(CaptureError,)
            )
    return 0


def capture_lossless(context: RoleContext, config: CameraConfig) -> int:
    """Hand out a recording image by image, as inference asks for them.

    Raises:
        CaptureError: the source cannot be used.
        ConfigError: it is a camera, which waits for nobody.
    """
    if is_live(config.source):
        raise ConfigError(
            f"[network] lossless is for recordings, and {config.id} is a camera "
            f"('{config.source}'), which waits for nobody. Remove one of the two."
        )
    index = context.args.index
    endpoint = context.network.image(index)
    metrics = context.metrics(index)
    encoder = choose_encoder(config.transport, endpoint, config.jpeg_quality)
    metrics.set("transport", encoder.name)
    maker = FrameMaker(config, encoder, metrics)
    source = open_source(config, paced=False)
    with CreditServer(endpoint) as server:
        capture = LosslessCapture(config, source, maker, server, metrics, context.stop)
        with closing(capture):
            run_loop(capture.step, context.stop, strict=True)
    return 0
