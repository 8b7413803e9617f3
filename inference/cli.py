"""`livemocap infer`."""

from __future__ import annotations

import argparse
import logging
from typing import TYPE_CHECKING

from livemocap.bus import IMAGE, CreditReader, NewestSubscriber, Publisher
from livemocap.config import load
from livemocap.role import RoleContext, add_role_arguments, run_role

from .config import QUALITIES, InferenceConfig
from .registry import engine_names, make_engine

if TYPE_CHECKING:
    from .process import ImageReader

_LOG = logging.getLogger(__name__)

USUAL_SIZE = (720, 1280)
"""(h, w) of most cameras."""

_EXAMPLE = """example:
  livemocap infer studio.toml
  livemocap infer studio.toml --quality fast
  livemocap infer studio.toml --engine aios --device cuda
"""


def add_infer(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "infer",
        help="find people and their poses in the newest images",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_role_arguments(parser)
    parser.add_argument("--engine", help=f"which engine finds poses: {', '.join(engine_names())}")
    parser.add_argument("--quality", choices=QUALITIES)
    parser.add_argument("--device", help="auto, cpu, cuda or cuda:1, for engines that can choose")
    parser.set_defaults(run=infer)


def infer(args: argparse.Namespace) -> int:
    wanted = {name: getattr(args, name) for name in ("engine", "quality", "device")}
    flags = [f"inference.{name}={value}" for name, value in wanted.items() if value is not None]
    args.set = [*flags, *args.set]
    return run_role(args, "infer", _infer)


def _infer(context: RoleContext) -> int:
    from .process import InferenceProcess

    config = load(InferenceConfig, context.tables.get("inference", {}), "inference")
    network, cameras = context.network, context.camera_ids
    publishers = {name: Publisher(network.pose(i)) for i, name in enumerate(cameras)}
    metrics = context.metrics()
    engine = make_engine(
        config.engine,
        quality=config.quality,
        device=config.device,
        threads=config.threads,
        limits=config,
    )
    engine.warm_up(_image_sizes(context))
    _LOG.info("ready: %s, %s quality", engine.name, config.quality)
    readers = _readers(context)
    process = InferenceProcess(
        engine, readers, publishers, metrics, pose_readers=network.pose_readers
    )
    try:
        process.run(context.stop, strict=context.args.strict)
    finally:
        for closing in (*readers, *publishers.values(), engine):
            closing.close()
    return 0


def _readers(context: RoleContext) -> list[ImageReader]:
    endpoints = [context.network.image(i) for i in range(len(context.camera_ids))]
    if context.network.lossless:
        return [CreditReader(endpoint) for endpoint in endpoints]
    return [NewestSubscriber(endpoints, [f"{IMAGE}/"])]


def _image_sizes(context: RoleContext) -> list[tuple[int, int]]:
    """(h, w) that each camera will probably send, from what its settings ask for."""
    found = []
    for camera in context.tables.get("camera", []):
        height, width = camera.get("height") or USUAL_SIZE[0], camera.get("width") or USUAL_SIZE[1]
        turned = camera.get("rotate") in (90, 270)
        found.append((width, height) if turned else (height, width))
    return found
