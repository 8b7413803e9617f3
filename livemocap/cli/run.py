"""`livemocap run`: every role of a studio, or of one camera without any file."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from livemocap.config import ConfigError, Table, camera_ids, override, read_studio, to_toml

from .lift_stage import add_lift, lift_settings
from .settings import check_settings
from .status import StatusLine
from .supervisor import Child, Supervisor, role

_FLUSH_S = 5.0
"""How long the other roles have to finish when every camera was a file and has ended."""

_EXAMPLE = """examples:
  livemocap run --camera 0                        webcam 0, with a preview
  livemocap run --camera 0 --record walk          and a take, takes/walk.mcap
  livemocap run --camera clip.mp4 --camera-size 1280x720
  livemocap run --camera 0 --adapt on             bodies fitted to what the camera sees of them
  livemocap run studio.toml --set inference.quality=fast
  livemocap run --camera 0 --lift vp3d-causal     with weights you bring, see docs/lifting.md

Ctrl-C stops everything and completes the take. While it runs: `livemocap record start`,
`livemocap record stop`, `livemocap top`, and Connect in Blender's LiveMocap panel.
"""


def add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "run",
        help="start everything: camera in, people out",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("studio", type=Path, nargs="?", help="studio.toml")
    parser.add_argument(
        "--camera",
        action="append",
        metavar="SOURCE",
        help="webcam index, rtsp:// address, video file, folder or `synthetic`; may be repeated",
    )
    parser.add_argument("--record", nargs="?", const="", metavar="NAME", help="record at once")
    parser.add_argument("--engine", help="which engine finds poses: landmarks, aios, lift, hmr")
    parser.add_argument("--quality", choices=("fast", "balanced", "best"))
    parser.add_argument("--device", help="auto, cpu, cuda or cuda:1, for engines that can choose")
    add_lift(parser)
    parser.add_argument(
        "--adapt", choices=("off", "on"), help="fit bodies to the 2D evidence while it streams"
    )
    parser.add_argument("--camera-size", type=_size, metavar="WxH", help="camera mode to ask for")
    parser.add_argument("--fps", type=float, help="camera rate to ask for")
    parser.add_argument("--rotate", type=int, choices=(0, 90, 180, 270), help="clockwise")
    parser.add_argument("--mirror", action="store_true", help="flip left and right")
    parser.add_argument("--no-view", action="store_true", help="no preview window")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE")
    parser.add_argument("--strict", action="store_true", help="stop at the first bad frame")
    parser.set_defaults(run=run)


def _size(text: str) -> tuple[int, int]:
    width, x, height = text.lower().partition("x")
    if not (x and width.isdigit() and height.isdigit()):
        raise argparse.ArgumentTypeError(f"'{text}', expected WIDTHxHEIGHT such as 1280x720")
    return int(width), int(height)


def run(args: argparse.Namespace) -> int:
    tables = studio_tables(args)
    network = check_settings(tables)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="livemocap-")))
        studio = folder / "studio.toml"
        studio.write_text(to_toml(tables), encoding="utf-8")
        children = role_children(studio, tables, ("--strict",) if args.strict else ())
        if not args.no_view and _can_show():
            children.append(Child("view", ("view", str(studio), "--supervised"), vital=False))
        status = stack.enter_context(StatusLine(network, camera_ids(tables)))
        supervisor = stack.enter_context(Supervisor(children, echo=status.print_above))
        supervisor.wait(lambda: _follow(supervisor, status))
    return 0


def _follow(supervisor: Supervisor, status: StatusLine) -> bool:
    """Show how it goes; True when files have ended and nobody is left to say so.

    A stage that came up after a short file had ended never hears of its end.
    """
    until = time.monotonic() + _FLUSH_S
    while supervisor.has_left("capture") and supervisor.check():
        status.update()
        if time.monotonic() > until:
            return True
    status.update()
    return False


def studio_tables(args: argparse.Namespace) -> Table:
    """The effective studio.toml: the file, or one made of the flags, with flags on top.

    Raises:
        ConfigError: no file and no camera, or settings that do not fit.
    """
    if args.studio is None and not args.camera:
        raise ConfigError("what to run? `livemocap run --camera 0`, or `livemocap run studio.toml`")
    if args.studio is not None and args.camera:
        raise ConfigError("give a studio.toml or --camera, not both")
    tables = read_studio(args.studio) if args.studio else {}
    if args.camera:
        tables["camera"] = [
            {"id": f"cam{i}", "source": source} for i, source in enumerate(args.camera)
        ]
    return with_patient_start(
        override(tables, [*_assignments(args), *lift_settings(args), *args.set])
    )


def with_patient_start(tables: Table) -> Table:
    """The first pose and the first track wait for the recorder: a take begins at the beginning."""
    topics = tables.get("record", {}).get("topics", ("pose", "track"))
    readers = {"pose_readers": 1 + ("pose" in topics), "track_readers": int("track" in topics)}
    return {**tables, "network": {**readers, **tables.get("network", {})}}


def _assignments(args: argparse.Namespace) -> list[str]:
    """The flags as `--set` would say them."""
    width, height = args.camera_size or (0, 0)
    wanted = {
        "camera.width": width or None,
        "camera.height": height or None,
        "camera.fps": args.fps,
        "camera.rotate": args.rotate,
        "camera.mirror": "true" if args.mirror else None,
        "inference.engine": args.engine,
        "inference.quality": args.quality,
        "inference.device": args.device,
        "tracking.adapt": args.adapt,
        "record.start": None if args.record is None else "true",
        "record.name": args.record or None,
    }
    return [f"{key}={value}" for key, value in wanted.items() if value is not None]


def role_children(studio: Path, tables: Table, options: Sequence[str] = ()) -> list[Child]:
    """Every role; who listens starts before who speaks."""
    children = [role(name, studio, *options) for name in ("record", "track", "infer")]
    for index, camera_id in enumerate(camera_ids(tables)):
        label = f"capture/{camera_id}"
        children.append(role("capture", studio, "--index", str(index), *options, label=label))
    return children


def _can_show() -> bool:
    from .display import has_display

    return has_display()
