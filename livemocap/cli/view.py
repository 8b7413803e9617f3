"""`livemocap view`: the running stream in a window, or as PNG or MP4 where there is none."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from livemocap.config import NetworkConfig, camera_ids, load, override, read_studio
from livemocap.lifecycle import StopToken, leave, stop_on_signals, stop_with_supervisor
from livemocap.log import setup_logging

if TYPE_CHECKING:
    from inference.body_model import BodyModel

    from .preview.stream import LivePictures, Picture

_EXAMPLE = """examples:
  livemocap view                                 a window; q closes it
  livemocap view studio.toml --camera 1
  livemocap view --png now.png                   one picture, also without a display
  livemocap view --mp4 now.mp4 --seconds 10
"""
_WAIT_S = 10.0
"""How long to wait for a stream before saying that there is none."""


class ViewError(RuntimeError):
    """There is nothing to show, or nowhere to show it."""


def add_view(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "view",
        help="watch the running stream",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("studio", type=Path, nargs="?", help="studio.toml, for ports and names")
    parser.add_argument("--camera", type=int, default=0, metavar="N", help="which one (0)")
    parser.add_argument("--png", type=Path, help="write one picture and leave")
    parser.add_argument("--mp4", type=Path, help="write a video and leave")
    parser.add_argument("--seconds", type=float, default=10.0, help="of the video (10)")
    parser.add_argument("--no-body", action="store_true", help="skeletons only, which is faster")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE")
    parser.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(run=view)


def view(args: argparse.Namespace) -> int:
    from .preview.stream import LivePictures

    if not (args.png or args.mp4 or args.supervised):
        _require_display()
    setup_logging("view")
    tables = override(read_studio(args.studio) if args.studio else {}, args.set)
    network = load(NetworkConfig, tables.get("network", {}), "network")
    ids = camera_ids(tables) or ["cam0"]
    if not 0 <= args.camera < len(ids):
        raise ViewError(f"there is no camera {args.camera}: {len(ids)} in this studio, from 0")
    stop = StopToken()
    stop_on_signals(stop)
    if args.supervised:
        stop_with_supervisor(stop)
    with LivePictures(network, args.camera, ids[args.camera], _body(args)) as pictures:
        _show(args, pictures, stop)
    if args.supervised:
        leave(0)
    return 0


def _body(args: argparse.Namespace) -> BodyModel | None:
    if args.no_body:
        return None
    from inference.body_model import default_body

    return default_body()


def _show(args: argparse.Namespace, pictures: LivePictures, stop: StopToken) -> None:
    if args.png:
        _write_png(args.png, pictures, stop)
    elif args.mp4:
        _write_mp4(args.mp4, args.seconds, pictures, stop)
    else:
        _open_window(pictures, stop)


def _require_display() -> None:
    from .display import has_display

    if not has_display():
        raise ViewError(
            "no display here to open a window on. `livemocap view --png now.png` or "
            "`--mp4 now.mp4` write files instead; over SSH, `ssh -X` may bring a display."
        )


def _next(pictures: LivePictures, stop: StopToken) -> Picture | None:
    """The first picture, or None when we are told to stop.

    Raises:
        ViewError: nothing came.
    """
    found = pictures.wait(_WAIT_S, stop)
    if found is None and not stop.is_set():
        raise ViewError(f"no stream in {_WAIT_S:.0f} s. Is `livemocap run` up? `livemocap top`.")
    return found


def _write_png(path: Path, pictures: LivePictures, stop: StopToken) -> None:
    from .pictures import write_png

    picture = _next(pictures, stop)
    if picture is not None:
        _complete(path, lambda part: write_png(part, picture.bgr))


def _write_mp4(path: Path, seconds: float, pictures: LivePictures, stop: StopToken) -> None:
    from .preview.video_writer import VideoWriter

    first = _next(pictures, stop)
    if first is None:
        return

    def write(part: Path) -> None:
        height, width = first.bgr.shape[:2]
        picture: Picture | None = first
        with VideoWriter(part, width, height, 30.0) as writer:
            while not stop.is_set():
                if picture is not None and picture.bgr.shape == first.bgr.shape:
                    t_s = (picture.t_ns - first.t_ns) * 1e-9
                    if t_s > seconds:
                        break
                    writer.write(picture.bgr, t_s)
                picture = pictures.poll(0.1)

    _complete(path, write)


def _complete(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside `path` and move there when done."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        part.replace(path)
    except OSError as error:
        raise ViewError(f"{path}: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)
    print(path)


def _open_window(pictures: LivePictures, stop: StopToken) -> None:
    # OpenCV's Qt carries no fonts and says so for every window; we draw our own text
    os.environ.setdefault("QT_LOGGING_RULES", "default.warning=false")
    import cv2

    title = "livemocap"
    cv2.namedWindow(title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
    sized = False
    while not stop.is_set():
        picture = pictures.poll(0.03)
        if picture is not None:
            if not sized:
                cv2.resizeWindow(title, picture.bgr.shape[1], picture.bgr.shape[0])
                sized = True
            cv2.imshow(title, picture.bgr)
        key = cv2.waitKey(1) & 0xFF
        closed = sized and cv2.getWindowProperty(title, cv2.WND_PROP_VISIBLE) < 1
        if closed or key in (ord("q"), 27):
            break
    cv2.destroyAllWindows()
