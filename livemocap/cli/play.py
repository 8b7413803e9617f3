"""`livemocap play`: a take as a live stream, for Blender, `view` or a recorder."""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from livemocap.bus import POSE, TRACK, Publisher
from livemocap.config import ConfigError, NetworkConfig, load, override, read_studio
from livemocap.messages import PoseFrame, TrackFrame
from livemocap.take import TakeError, TakeReader
from livemocap.take_repair import TakeSummary, summarize

_EXAMPLE = """examples:
  livemocap play out/demo/take.mcap --loop
  livemocap play takes/walk.mcap --speed 0.5
"""
_NEXT_ROUND_NS = 100_000_000
"""Pause between the last frame of a take and its first one again."""

Tracked = PoseFrame | TrackFrame


def add_play(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "play",
        help="replay a take as a live stream",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("take", type=Path, help="a recording, NAME.mcap")
    parser.add_argument("--loop", action="store_true", help="again and again, until Ctrl-C")
    parser.add_argument("--speed", type=float, default=1.0, help="2 is twice as fast (1)")
    parser.add_argument("--studio", type=Path, help="studio.toml, for its ports")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE")
    parser.set_defaults(run=play)


def play(args: argparse.Namespace) -> int:
    if not 0.01 <= args.speed <= 100:
        raise ConfigError(f"--speed {args.speed:g}: expected 0.01 to 100")
    tables = override(read_studio(args.studio) if args.studio else {}, args.set)
    network = load(NetworkConfig, tables.get("network", {}), "network")
    summary = _playable(args.take)
    with ExitStack() as stack:
        publishers = {TRACK: stack.enter_context(Publisher(network.track()))}
        for index, topic in enumerate(sorted(t for t in summary.counts if t.startswith(POSE))):
            publishers[topic] = stack.enter_context(Publisher(network.pose(index)))
        where = publishers[TRACK].endpoint
        print(f"{args.take}: {summary.frames} frames, {summary.seconds:.1f} s, on {where}")
        _publish_all(publishers, rounds(args.take, args.loop), args.speed)
    return 0


def _playable(path: Path) -> TakeSummary:
    summary = summarize(path)
    if summary.damage:
        raise TakeError(summary.damage)
    if not summary.frames or not summary.counts.get(TRACK):
        raise TakeError(f"{path}: nobody was tracked in this take, there is nothing to play")
    return summary


def rounds(path: Path, loop: bool) -> Iterator[tuple[str, Tracked]]:
    """The take's frames; in a loop, sequence numbers and capture times go on rising."""
    sequence_offset = time_offset_ns = 0
    while True:
        last_sequence = last_ns = 0
        first_ns: int | None = None
        for topic, message in TakeReader(path).messages([POSE, TRACK]):
            if not isinstance(message, PoseFrame | TrackFrame):
                continue
            first_ns = message.t_capture_ns if first_ns is None else first_ns
            last_ns = max(last_ns, message.t_capture_ns)
            last_sequence = max(last_sequence, message.sequence)
            yield (
                topic,
                dataclasses.replace(
                    message,
                    sequence=message.sequence + sequence_offset,
                    t_capture_ns=message.t_capture_ns + time_offset_ns,
                ),
            )
        if not loop or first_ns is None:
            return
        sequence_offset += last_sequence + 1
        time_offset_ns += last_ns - first_ns + _NEXT_ROUND_NS


def _publish_all(
    publishers: dict[str, Publisher], frames: Iterator[tuple[str, Tracked]], speed: float
) -> None:
    """Send each frame when it is due."""
    started_ns = time.monotonic_ns()
    first_ns: int | None = None
    for topic, frame in frames:
        first_ns = frame.t_capture_ns if first_ns is None else first_ns
        due_ns = started_ns + round((frame.t_capture_ns - first_ns) / speed)
        wait_ns = due_ns - time.monotonic_ns()
        if wait_ns > 0:
            time.sleep(wait_ns * 1e-9)
        publishers[topic].send(topic, as_now(frame, due_ns))


def as_now(frame: Tracked, t_capture_ns: int) -> Tracked:
    """The frame with its clocks moved: captured at `t_capture_ns`, through the stages by now,
    each stage having taken as long as it did."""
    done_ns = frame.t_track_ns if isinstance(frame, TrackFrame) else frame.t_pose_ns
    shift = time.monotonic_ns() - done_ns
    moved = {
        "t_grab_ns": frame.t_grab_ns + shift,
        "t_infer_ns": frame.t_infer_ns + shift,
        "t_pose_ns": frame.t_pose_ns + shift,
    }
    if isinstance(frame, TrackFrame):
        moved["t_track_ns"] = frame.t_track_ns + shift
    return dataclasses.replace(frame, t_capture_ns=t_capture_ns, **moved)
