"""A video file through the real processes, every frame once: capture, infer, track, record."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from livemocap.bus import TRACK, OrderedSubscriber
from livemocap.config import Table, override, to_toml
from livemocap.messages import TRACK_TENTATIVE, TrackFrame

from .ports import free_network
from .progress import Progress
from .settings import check_settings
from .supervisor import Child, Supervisor, echo_serious, role

_STALL_S = 180.0
"""Longer than any engine needs for an image."""


class Stalled(RuntimeError):  # noqa: N818 - what happened
    """The processes live, and nothing moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LosslessRun:
    """What to run and how."""

    clip: Path
    take: Path
    """Where the recording goes."""
    frames: int
    """How many images the clip has, as far as its header knows."""
    camera: Table
    """More keys of `[[camera]]`."""
    inference: Table
    settings: Sequence[str] = ()
    """`table.key=value`, as after --set."""
    blender_report: Path | None = None
    """Let the add-on in headless Blender follow the run, and write here what it saw."""
    strict: bool = False

    def tables(self) -> Table:
        """The studio.toml of this run, on ports of its own."""
        tables: Table = {
            "network": {
                **free_network(),
                "lossless": True,
                "pose_readers": 2,  # tracking and the recorder
                "track_readers": 2,  # the recorder and our progress bar
                "track_guests": int(self.blender_report is not None),
            },
            "camera": [{"id": "cam0", "source": str(self.clip.resolve()), **self.camera}],
            "inference": dict(self.inference),
            "record": {
                "directory": str(self.take.parent.resolve()),
                "name": self.take.stem,
                "start": True,
            },
        }
        return override(tables, list(self.settings))


def run_lossless(run: LosslessRun) -> None:
    """Run it with a progress bar.

    Raises:
        ChildFailed: one process failed; the rest is down.
    """
    tables = run.tables()
    network = check_settings(tables)
    progress = Progress("capturing", run.frames)
    with tempfile.TemporaryDirectory(prefix="livemocap-") as folder:
        studio = Path(folder) / "studio.toml"
        studio.write_text(to_toml(tables), encoding="utf-8")
        children = _children(run, studio, network.track())
        try:
            with OrderedSubscriber([network.track()], [TRACK]) as tracks:
                _follow(children, Path(folder) / "log", tracks, progress)
        except BaseException:
            progress.abandon()
            raise


def _children(run: LosslessRun, studio: Path, track_endpoint: str) -> list[Child]:
    """Who listens starts before who speaks."""
    options = ("--strict",) if run.strict else ()
    children = [role(name, studio, *options) for name in ("record", "track", "infer")]
    children.append(role("capture", studio, "--index", "0", *options))
    if run.blender_report:
        watching = (track_endpoint, str(run.blender_report), "--supervised")
        blender = Child("blender", watching, module="livemocap.cli.blender_side", vital=False)
        children.insert(0, blender)
    return children


def _follow(
    children: list[Child], log_folder: Path, tracks: OrderedSubscriber, progress: Progress
) -> None:
    moved_s = time.monotonic()

    def show_newest() -> None:
        nonlocal moved_s
        found = tracks.poll(0.1)
        if found and isinstance(found[1], TrackFrame):
            people = int((found[1].states != TRACK_TENTATIVE).sum())
            progress.update(found[1].sequence + 1, f"{people} people")
        if found:
            moved_s = time.monotonic()
        elif time.monotonic() - moved_s > _STALL_S:
            raise Stalled(
                f"nothing was tracked for {_STALL_S:.0f} s, after {progress.done} images. "
                "Run it again with LIVEMOCAP_LOG=debug and report what it says."
            )

    with Supervisor(children, log_folder, echo_serious) as supervisor:
        supervisor.wait(show_newest)
    progress.finish()
