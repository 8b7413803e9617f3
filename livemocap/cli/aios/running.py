"""Running a job at a terminal: the installed network, a progress bar, what came of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from inference.aios.jobs import agora as agora_job
from inference.aios.jobs import bedlam as bedlam_job
from inference.aios.jobs.bodies import Body, OpenGeometry, installed_body, required_body
from inference.aios.jobs.looking import Outcome, Watcher
from inference.aios.jobs.network import best_device, load_network
from inference.aios.jobs.numbered import zip_folder
from inference.aios.jobs.submission import FOLDER, Settings

from ..progress import Progress

NOTHING_WORKED = 1


class TerminalWatcher(Watcher):
    """A progress bar, and warnings on lines of their own."""

    def __init__(self, title: str, total: int) -> None:
        self._bar = Progress(title, total)

    def update(self, done: int, note: str = "") -> None:
        self._bar.update(done, note)

    def warn(self, text: str) -> None:
        self._bar.abandon()
        print(f"livemocap: warning: {text}", file=sys.stderr, flush=True)

    def finish(self, note: str = "") -> None:
        self._bar.finish(note)

    def abandon(self) -> None:
        self._bar.abandon()


def agora(args: argparse.Namespace) -> int:
    threshold = args.threshold
    if threshold is None:
        threshold = agora_job.default_threshold(args.folder)
    settings = _settings(args, threshold)
    return _submit(args, agora_job.agora_images(args.folder), agora_job.write_agora, settings)


def bedlam(args: argparse.Namespace) -> int:
    threshold = bedlam_job.THRESHOLD if args.threshold is None else args.threshold
    names = bedlam_job.bedlam_images(args.folder)
    return _submit(args, names, bedlam_job.write_bedlam, _settings(args, threshold))


def demo(args: argparse.Namespace) -> int:
    from .film import draw_film, open_source

    source = open_source(args.source, args.fps)
    out = _out(args, args.source)
    device = _device(args)
    body: Body = installed_body(device) or OpenGeometry()
    if isinstance(body, OpenGeometry):
        print(_OPEN_BODY, file=sys.stderr)
    watcher = TerminalWatcher(f"demo, {device}", source.count)
    outcome = _watched(
        watcher,
        lambda: draw_film(source, load_network(device, plain=args.plain), body, out, args, watcher),
    )
    return _ended(outcome, out)


_OPEN_BODY = (
    "livemocap: the SMPL-X body is not installed: shown is the open body with average shape and "
    "flat hands. `livemocap models` says where to get SMPL-X."
)


def _submit(
    args: argparse.Namespace,
    names: dict[Path, str],
    write: Callable[..., Outcome],
    settings: Settings,
) -> int:
    device = _device(args)
    body = required_body(device)
    watcher = TerminalWatcher(f"{len(names)} images, {device}", len(names))
    outcome = _watched(
        watcher,
        lambda: write(names, load_network(device, plain=args.plain), body, settings, watcher),
    )
    if args.zip and not outcome.all_failed:
        print(zip_folder(settings.out / FOLDER, ".pkl"))
    return _ended(outcome, settings.out / FOLDER, f", threshold {settings.threshold:g}")


def _settings(args: argparse.Namespace, threshold: float) -> Settings:
    return Settings(
        out=_out(args, args.folder),
        threshold=threshold,
        batch=args.batch,
        overwrite=args.overwrite,
        factor=getattr(args, "factor", 1.0),
        wanted_width=agora_job.SERVER_WIDTH if getattr(args, "to_4k", False) else 0,
    )


def _out(args: argparse.Namespace, source: Path) -> Path:
    return args.out or Path("out") / (source.resolve().stem or "aios")


def _device(args: argparse.Namespace) -> str:
    return best_device() if args.device == "auto" else args.device


def _watched(watcher: TerminalWatcher, run: Callable[[], Outcome]) -> Outcome:
    """Run, with the bar finished if it went well and taken away if not."""
    try:
        outcome = run()
    except BaseException:
        watcher.abandon()
        raise
    watcher.finish()
    return outcome


def _ended(outcome: Outcome, where: Path, more: str = "") -> int:
    """Say what came of it; 1 if nothing did."""
    skipped = f", {len(outcome.skipped)} unreadable" if outcome.skipped else ""
    print(f"{where}: {outcome.people} people in {outcome.images} images{skipped}{more}")
    return NOTHING_WORKED if outcome.all_failed else 0
