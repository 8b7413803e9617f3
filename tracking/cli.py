"""The role `track`, `livemocap record` and `livemocap take`: parse here, work elsewhere."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from livemocap.bus import (
    POSE,
    TRACK,
    ControlServer,
    OrderedSubscriber,
    Publisher,
    request,
)
from livemocap.config import NetworkConfig, load, override, read_studio, to_toml
from livemocap.messages import ControlReply, ControlRequest
from livemocap.role import RoleContext, add_role_arguments, run_role

from .config import RecordConfig, TrackingConfig
from .errors import TrackingError

if TYPE_CHECKING:
    from .tracker import MakeLifter

Commands = argparse._SubParsersAction  # argparse has no public name for it

_RECORD_EXAMPLE = """examples:
  livemocap record studio.toml                   the recorder itself; `livemocap run` starts it
  livemocap record start duet                    tell the running recorder to begin takes/duet.mcap
  livemocap record stop
  livemocap record status
"""
_TAKE_EXAMPLE = """examples:
  livemocap take info takes/duet.mcap            people, frames, seconds, rate, gaps
  livemocap take verify takes/duet.mcap          read every byte; exit code 2 if one is damaged
  livemocap take recover takes/duet.mcap.part    a whole take out of one that was cut short
"""
_KIND_EXAMPLE = "example:\n  livemocap take {} takes/duet.mcap\n"
_ASKS = ("start", "stop", "status")


def add_record(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = _parser(commands, "record", "record the stream", _RECORD_EXAMPLE)
    add_role_arguments(parser)
    parser.set_defaults(run=_record)
    studio = next(action for action in parser._actions if action.dest == "studio")
    studio.help = "studio.toml to be the recorder; or start, stop, status to talk to it"
    parser.add_argument("name", nargs="?", default="", help="of the take, with `start`")
    parser.add_argument("--config", type=Path, help="studio.toml of the running studio, if any")


def add_take(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = _parser(commands, "take", "look into, check or repair a take", _TAKE_EXAMPLE)
    kinds = parser.add_subparsers(metavar="info | verify | recover", required=True)
    for name, run, told in (
        ("info", _take_info, "what lies in a take"),
        ("verify", _take_verify, "read every byte of it"),
        ("recover", _take_recover, "copy what can be read into a whole take"),
    ):
        kind = _parser(kinds, name, told, _KIND_EXAMPLE.format(name))
        kind.add_argument("take", type=Path, help="a .mcap, or a .part that was left behind")
        kind.set_defaults(run=run)
        if name == "info":
            kind.add_argument("--json", action="store_true", help="print JSON")
        if name == "recover":
            kind.add_argument("-o", "--output", type=Path, help="the new take")


def _parser(
    commands: Commands[argparse.ArgumentParser], name: str, told: str, example: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=told,
        description=told,
        epilog=example,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


LifterOf = Callable[[TrackingConfig], "MakeLifter | None"]
"""What makes the lifters that a configuration asks for; None if it asks for none."""


def track_role(context: RoleContext, lifter_of: LifterOf = lambda config: None) -> int:
    """Follow people through time until told to stop; returns the exit code.

    Args:
        lifter_of: tracking knows no nets; whoever knows them hands them in.
    """
    from .adapt.build import in_steps
    from .process import TrackingProcess

    config = load(TrackingConfig, context.tables.get("tracking", {}), "tracking")
    network, cameras = context.network, context.camera_ids
    if config.mode == "bake" and not network.lossless:
        raise TrackingError(
            'tracking.mode = "bake" waits for the end, which a camera does not have: use "live" or '
            '"broadcast", and bake what was recorded with `livemocap track --replay TAKE`'
        )
    if network.lossless:  # nobody waits: the same clip gives the same take
        config = in_steps(config)
    with ExitStack() as opened:
        publisher = opened.enter_context(Publisher(network.track()))
        endpoints = [network.pose(i) for i in range(len(cameras))]
        poses = opened.enter_context(OrderedSubscriber(endpoints, [f"{POSE}/"]))
        control = opened.enter_context(ControlServer(network.people()))
        process = TrackingProcess(
            config,
            cameras,
            poses,
            publisher,
            context.metrics(),
            control,
            make_lifter=lifter_of(config),
            track_readers=network.track_readers,
            track_guests=network.track_guests,
        )
        process.run(context.stop, strict=context.args.strict)
    return 0


def _record(args: argparse.Namespace) -> int:
    if str(args.studio) in _ASKS:
        return _ask(str(args.studio), args)
    if args.name:
        raise TrackingError(f"'{args.name}' was not expected; name a take under [record] or --set")
    return run_role(args, "record", _record_role)


def _record_role(context: RoleContext) -> int:
    from .record_process import Reader, RecordProcess
    from .recorder import FAILED, Recorder

    config = load(RecordConfig, context.tables.get("record", {}), "record")
    network, cameras = context.network, context.camera_ids
    endpoints = {POSE: [network.pose(i) for i in range(len(cameras))], TRACK: [network.track()]}
    topics = {POSE: f"{POSE}/", TRACK: TRACK}
    with ExitStack() as opened:
        control = opened.enter_context(ControlServer(network.control()))
        recorder = Recorder(config.directory, to_toml(context.tables))
        readers: dict[str, Reader] = {
            topic: opened.enter_context(OrderedSubscriber(endpoints[topic], [topics[topic]]))
            for topic in (POSE, TRACK)
            if topic in config.topics
        }
        process = RecordProcess(
            recorder,
            readers,
            cameras,
            control,
            context.metrics(),
            armed=config.name if config.start else None,
        )
        process.run(context.stop, strict=context.args.strict)
    return 1 if recorder.state == FAILED else 0


def _ask(what: str, args: argparse.Namespace) -> int:
    """Send a request to the running recorder and print what it says."""
    tables = override(read_studio(args.config) if args.config else {}, args.set)
    network = load(NetworkConfig, tables.get("network", {}), "network")
    asked = ControlRequest(
        command=f"record.{what}", arguments={"name": args.name} if args.name else {}
    )
    reply = request(network.control(), asked)
    if not isinstance(reply, ControlReply) or not reply.ok:
        raise TrackingError(getattr(reply, "message", "the recorder gave no answer"))
    print(reply.message)
    if what == "status":
        print("\n".join(f"  {name:<9} {value}" for name, value in reply.values.items()))
    return 0


def _take_info(args: argparse.Namespace) -> int:
    from livemocap.take_repair import summarize

    from .take_table import describe

    summary = summarize(args.take)
    print(json.dumps(summary.as_json(), indent=2) if args.json else describe(summary))
    return 0


def _take_verify(args: argparse.Namespace) -> int:
    from livemocap.take import TakeError
    from livemocap.take_repair import summarize

    summary = summarize(args.take)
    if summary.damage:
        raise TakeError(summary.damage)
    print(f"{args.take}: whole, {sum(summary.counts.values())} messages")
    return 0


def _take_recover(args: argparse.Namespace) -> int:
    from livemocap.take_repair import recover

    path, messages = recover(args.take, args.output)
    print(f"{path}: {messages} messages")
    return 0
