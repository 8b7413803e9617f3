"""`livemocap video`: a video file to a take, BVH, FBX and pictures, through the real processes."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from livemocap.config import Table, override

from .lift_stage import add_lift, lift_settings
from .outcome import complete_or_nothing
from .report import Outcome, print_report

if TYPE_CHECKING:
    from .clip import Clip

FORMATS = ("bvh", "fbx")
OWN_FILES = (
    "take.mcap", "preview.mp4", "contact_sheet.png", "latency.png", "armatures.png",
    "take_person*.bvh", "take_person*.fbx",
)  # fmt: skip
"""What such a run leaves behind, and replaces when it is run again."""
_BLENDER_REPORT = "blender.json"

_EXAMPLE = """example:
  livemocap video clip.mp4 -o out/clip
  livemocap video clip.mp4 -o out/clip --quality best --format bvh --no-preview
  livemocap video clip.mp4 --lift pstmo --set tracking.mode=bake
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoJob:
    """One clip and everything that is wanted of it."""

    clip: Path
    out: Path
    formats: tuple[str, ...] = FORMATS
    preview: bool = True
    camera: Table = field(default_factory=dict)
    inference: Table = field(default_factory=dict)
    settings: Sequence[str] = ()
    strict: bool = False
    blender: bool = False
    """Let the add-on in headless Blender follow the run."""

    def camera_settings(self) -> Table:
        """`camera` with what `settings` say of it."""
        of_camera = [text for text in self.settings if text.startswith("camera.")]
        return override({"camera": [self.camera]}, of_camera)["camera"][0]


def add_video(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "video",
        help="a video file to take, BVH, FBX and preview",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("clip", type=Path, help="video file, or a folder of images")
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", help="(out/NAME of the clip)")
    add_job_arguments(parser)
    parser.add_argument("--rotate", type=int, choices=(0, 90, 180, 270), default=0)
    parser.add_argument("--mirror", action="store_true", help="flip left and right")
    parser.add_argument("--fps", type=float, default=0.0, help="of a folder of images")
    parser.set_defaults(run=video)


def add_job_arguments(parser: argparse.ArgumentParser) -> None:
    """What `video` and `demo` share."""
    parser.add_argument("--quality", choices=("fast", "balanced", "best"), default="balanced")
    parser.add_argument(
        "--engine", default="landmarks", help="which engine finds poses: landmarks, aios, lift, hmr"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:1")
    add_lift(parser)
    parser.add_argument(
        "--format", type=_formats, default=FORMATS, metavar="bvh,fbx", help="what to export"
    )
    parser.add_argument(
        "--preview",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="preview video, contact sheet and plots",
    )
    parser.add_argument(
        "--adapt",
        choices=("off", "on"),
        help="fit bodies to the 2D evidence as it streams",
    )
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE")
    parser.add_argument("--strict", action="store_true", help="stop at the first bad frame")


def _formats(text: str) -> tuple[str, ...]:
    wanted = tuple(part for part in text.lower().split(",") if part and part != "none")
    unknown = [part for part in wanted if part not in FORMATS]
    if unknown:
        raise argparse.ArgumentTypeError(f"'{unknown[0]}', expected bvh, fbx, bvh,fbx or none")
    return wanted


def video(args: argparse.Namespace) -> int:
    camera: Table = {"rotate": args.rotate, "mirror": args.mirror}
    if args.fps:
        camera["fps"] = args.fps
    out = args.out or Path("out") / args.clip.resolve().stem
    outcome = process_video(job_from(args, args.clip, out, camera))
    print_report(outcome)
    return 0


def job_from(
    args: argparse.Namespace, clip: Path, out: Path, camera: Table, *, blender: bool = False
) -> VideoJob:
    """The job that the arguments of `add_job_arguments` describe."""
    adapting = [f"tracking.adapt={args.adapt}"] if args.adapt else []
    return VideoJob(
        clip=clip,
        out=out,
        formats=args.format,
        preview=args.preview,
        camera=camera,
        inference={"engine": args.engine, "quality": args.quality, "device": args.device},
        settings=[*lift_settings(args), *adapting, *args.set],
        strict=args.strict,
        blender=blender,
    )


def process_video(job: VideoJob) -> Outcome:
    """Capture, export and draw; everything appears in `job.out` at once, when all is done."""
    from .clip import Clip
    from .exporting import has_blender
    from .lossless import LosslessRun, run_lossless

    clip = Clip(job.clip, job.camera_settings())
    started_s = time.monotonic()
    with complete_or_nothing(job.out, OWN_FILES) as work:
        take = work / "take.mcap"
        run = LosslessRun(
            clip=job.clip,
            take=take,
            frames=clip.frame_count,
            camera=job.camera,
            inference=job.inference,
            settings=job.settings,
            strict=job.strict,
            blender_report=work / _BLENDER_REPORT if job.blender and has_blender() else None,
        )
        run_lossless(run)
        outcome = _derive(job, clip, work, take)
    outcome.seconds = time.monotonic() - started_s
    return outcome


def _derive(job: VideoJob, clip: Clip, work: Path, take: Path) -> Outcome:
    """Everything that is made of the take."""
    from livemocap.take import TakeReader

    frames = list(TakeReader(take).tracks())
    outcome = Outcome(job.out, frames)
    if len(frames) < clip.frame_count:
        outcome.missing.append(
            f"{clip.frame_count - len(frames)} of {clip.frame_count} images: the clip could not "
            "be decoded any further"
        )
    outcome.blender = _take_report(work / _BLENDER_REPORT)
    if job.preview:
        _draw(job, clip, work, outcome)
    if outcome.track_ids:
        _export(job, work, take, outcome)
    else:
        outcome.missing.append("motion files: nobody was seen in this clip")
    outcome.files = sorted(path.name for path in work.iterdir() if path.is_file())
    return outcome


def _take_report(path: Path) -> dict[str, int]:
    """What Blender saw, if it was there; the file goes."""
    if not path.exists():
        return {}
    report = json.loads(path.read_text("utf-8"))
    path.unlink()
    return report


def _draw(job: VideoJob, clip: Clip, work: Path, outcome: Outcome) -> None:
    from inference.body_model import default_body

    from .pictures import draw_pictures

    draw_pictures(clip, outcome.frames, default_body(), work, job.clip.name)


def _export(job: VideoJob, work: Path, take: Path, outcome: Outcome) -> None:
    """Motion files, and the picture that Blender draws."""
    from .exporting import draw_armatures, export_people

    for kind in job.formats:
        with _noting(outcome, kind.upper()):
            export_people(take, kind, work)
    if job.preview:
        with _noting(outcome, "armatures.png"):
            draw_armatures(take, work / "armatures.png")


@contextlib.contextmanager
def _noting(outcome: Outcome, what: str) -> Iterator[None]:
    """Without Blender's module the rest is still worth having: say what is missing."""
    from .exporting import NotMade

    print(f"making {what}", file=sys.stderr, flush=True)
    try:
        yield
    except NotMade as missing:
        outcome.missing.append(f"{what}: {missing}")
