"""`livemocap capture`, `cameras` and `calibrate`."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livemocap.role import RoleContext, add_role_arguments, run_role

if TYPE_CHECKING:
    from .config import CameraConfig

Commands = Any
"""argparse's subparsers object, whose class is private."""

_CAPTURE_EXAMPLES = """examples:
  livemocap capture studio.toml
  livemocap capture studio.toml --index 1 --camera-size 1920x1080 --fps 30
  livemocap capture studio.toml --source clip.mp4 --rotate 90
  livemocap capture studio.toml --source rtsp://192.168.1.20/stream --mirror
"""
_CAMERAS_EXAMPLES = """example:
  livemocap cameras

prints one line for each camera: its index, its name and the sizes it gives.
"""
_CALIBRATE_EXAMPLES = """examples:
  livemocap calibrate --print-board board.png     print it, glue it to something flat
  livemocap calibrate 0 --square-mm 30            show it to webcam 0 from many sides
  livemocap calibrate board_clip.mp4 -o camera.json
  livemocap calibrate photos/ --board checkerboard --columns 9 --rows 6

then, in studio.toml:  [[camera]]  intrinsics = "camera.json"
"""


def add_capture(commands: Commands) -> None:
    parser = commands.add_parser(
        "capture",
        help="read a camera or a video and publish its images",
        description="Reads one [[camera]] of studio.toml and publishes its images.",
        epilog=_CAPTURE_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_role_arguments(parser)
    parser.add_argument("--index", type=int, default=0, help="which [[camera]], counted from 0")
    parser.add_argument("--source", help="webcam index, address, video file, folder, synthetic")
    parser.add_argument("--camera-size", type=size, metavar="WxH", help="mode to ask for: 1280x720")
    parser.add_argument("--fps", type=float, help="rate to ask for")
    parser.add_argument("--rotate", type=int, choices=(0, 90, 180, 270), help="degrees clockwise")
    parser.add_argument("--mirror", action="store_true", default=None, help="flip left to right")
    parser.set_defaults(run=lambda args: run_role(args, "capture", capture))


def add_cameras(commands: Commands) -> None:
    parser = commands.add_parser(
        "cameras",
        help="list the cameras of this computer",
        description="Lists webcams. Each is opened for a moment to learn its sizes.",
        epilog=_CAMERAS_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=cameras)


def add_calibrate(commands: Commands) -> None:
    parser = commands.add_parser(
        "calibrate",
        help="measure a camera's focal length and distortion with a printed board",
        description="Finds a printed board in many images and solves for the camera.",
        epilog=_CALIBRATE_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", nargs="?", default="0", help="webcam, video or folder of images")
    parser.add_argument("-o", "--output", type=Path, default=Path("camera.json"))
    parser.add_argument("--board", choices=("charuco", "checkerboard"), default="charuco")
    parser.add_argument("--columns", type=int, default=7, help="squares across (default 7)")
    parser.add_argument("--rows", type=int, default=5, help="squares down (default 5)")
    parser.add_argument("--square-mm", type=float, default=30.0, help="printed size of a square")
    parser.add_argument("--views", type=int, default=20, help="how many views to use (default 20)")
    parser.add_argument("--camera-size", type=size, metavar="WxH", help="webcam mode: 1280x720")
    parser.add_argument("--print-board", type=Path, metavar="PNG", help="write the board and stop")
    parser.set_defaults(run=calibrate)


def size(text: str) -> tuple[int, int]:
    """`1280x720` to (1280, 720)."""
    match = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text.lower())
    if not match or not int(match[1]) * int(match[2]):
        raise argparse.ArgumentTypeError(f"'{text}' is no size; write it as 1280x720")
    return int(match[1]), int(match[2])


def camera_settings(args: argparse.Namespace, tables: dict[str, Any]) -> CameraConfig:
    """The [[camera]] table of --index with the command's own flags on top."""
    from .config import camera_config

    flags = {
        name: getattr(args, name)
        for name in ("source", "fps", "rotate", "mirror")
        if getattr(args, name) is not None
    }
    if args.camera_size:
        flags["width"], flags["height"] = args.camera_size
    cameras = [dict(camera) for camera in tables.get("camera", [])]
    if 0 <= args.index < len(cameras):
        cameras[args.index] |= flags
    return camera_config({**tables, "camera": cameras}, args.index)


def capture(context: RoleContext) -> int:
    """Run one camera until it ends or is stopped."""
    from .start import capture_live, capture_lossless

    config = camera_settings(context.args, context.tables)
    if context.network.lossless:
        return capture_lossless(context, config)
    return capture_live(context, config)


def cameras(_args: argparse.Namespace) -> int:
    from .discovery import describe_cameras

    for line in describe_cameras():
        print(line)
    return 0


def calibrate(args: argparse.Namespace) -> int:
    from .calibrate import calibrate_from, print_board

    if args.print_board:
        return print_board(args)
    return calibrate_from(args)
