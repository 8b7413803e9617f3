"""From a video to 3D people: keypoints, who is who, lifting, the world, and files of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from capture.source import CaptureError
from livemocap.bus import POSE, TRACK
from livemocap.config import Table
from livemocap.lifter import Lifter
from livemocap.messages import PoseFrame, TrackFrame
from livemocap.take import TakeWriter

from ..clip import Clip
from ..outcome import complete_or_nothing
from ..progress import Progress
from .bar import LateBar
from .choice import Normalization, chosen_lifter
from .drawing import draw_lifted
from .errors import LiftError
from .people import only, seen_longest
from .results import Found, found_in
from .seeing import CAMERA, seen_by_engine
from .tracks import OF_A_FILE, OF_AN_ENGINE, Tracks

VIEWS = ("floor", "h36m")
OWN_FILES = (
    "lifted.npz", "lifted.mcap", "lifted_person*.bvh", "preview.mp4", "contact_sheet.png",
)  # fmt: skip
"""What such a run leaves behind, and replaces when it is run again."""

_ENGINES_OWN = "none (the engine's own 3D)"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftJob:
    """One video and everything that is wanted of it."""

    clip: Path
    out: Path
    lifter: str = "auto"
    weights: Path | None = None
    """A checkpoint to take instead of the installed one."""
    normalization: Normalization = "box"
    keypoints: Path | None = None
    people: int | None = None
    """At most so many, who are seen longest; None for everybody."""
    view: str = "floor"
    quality: str = "balanced"
    engine: str = "landmarks"
    device: str = "auto"
    bvh: bool = True
    preview: bool = True
    camera: Table = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifting:
    """What has come of it."""

    out: Path
    files: list[str]
    lifter: str
    people: list[int]
    images: int
    notes: list[str]


def lift_video(job: LiftJob) -> Lifting:
    """Do all of it; files appear in `job.out` at once, when all is done.

    Raises:
        LiftError: nobody is in the video, or the keypoints are not of it.
        CaptureError: it is no video, or nothing in it can be decoded.
        InferenceError: a lifter or an engine cannot be used; the message says what to do.
    """
    clip = Clip(job.clip, job.camera)
    bar = LateBar("lifting")
    lifter = chosen_lifter(
        job.lifter,
        job.normalization,
        weights=job.weights,
        has_engine=job.keypoints is None,
        step=bar.step,
    )
    poses = list(_watched(_seen(job, clip), clip.frame_count))
    notes = _cut_short(clip, len(poses))
    tracks, found, ids = _tracked(job, poses, lifter, bar)
    name = lifter.name if lifter else _ENGINES_OWN
    with complete_or_nothing(job.out, OWN_FILES) as work:
        found.write(work / "lifted.npz", name, job.view)
        _write_motion(job, work, poses, tracks)
        if job.preview:
            title = f"{job.clip.name}: {name}"
            draw_lifted(clip, found, work, title, spread=job.view == "h36m")
        files = sorted(path.name for path in work.iterdir())
    return Lifting(
        out=job.out, files=files, lifter=name, people=ids, images=len(poses), notes=notes
    )


def _seen(job: LiftJob, clip: Clip) -> Iterator[PoseFrame]:
    """2D of everybody, from the file or from an engine."""
    if job.keypoints is not None:
        from inference.body_model import default_body
        from inference.lifting.keypoint_files import read_keypoints

        from .told import seen_by_file

        yield from seen_by_file(clip, read_keypoints(job.keypoints), default_body())
        return
    from inference.registry import make_engine

    engine = make_engine(job.engine, quality=job.quality, device=job.device)
    try:
        yield from seen_by_engine(clip, engine)
    finally:
        engine.close()


def _tracked(
    job: LiftJob, poses: list[PoseFrame], lifter: Lifter | None, bar: LateBar
) -> tuple[list[TrackFrame], Found, list[int]]:
    """Everybody's motion in the world that is wanted, the same as arrays, and who they are."""
    tracks = Tracks(OF_A_FILE if job.keypoints else OF_AN_ENGINE, lifter)
    with bar:
        everybody = tracks.of(poses)
    ids = seen_longest(everybody, job.people)
    if not ids:
        more = "" if job.keypoints else "; --quality best finds smaller ones"
        raise LiftError(
            f"{job.clip}: nobody was found in {len(poses)} images. People must be seen for half "
            f"a second at least, with shoulders and hips{more}."
        )
    chosen = [only(frame, ids) for frame in everybody]
    found = found_in(poses, chosen, ids, tracks.lifted.answers if tracks.lifted else None)
    if job.view == "h36m":
        from .seeds_view import published, seen_as_published

        chosen = seen_as_published(chosen)
        found = replace(found, joints_world=published(found.joints_cam))
    return chosen, found, ids


def _write_motion(
    job: LiftJob, work: Path, poses: list[PoseFrame], tracks: list[TrackFrame]
) -> None:
    """The take, and a BVH for everybody."""
    take = work / "lifted.mcap"
    writer = TakeWriter(take)
    for pose, track in zip(poses, tracks, strict=True):
        writer.write(f"{POSE}/{CAMERA}", pose)
        writer.write(TRACK, track)
    writer.close()
    if job.bvh:
        from retarget.export import export_take

        export_take(take, ["bvh"], None, None, work)
    if job.view != "floor":
        take.unlink()  # its people are in no camera's world


def _watched(frames: Iterable[PoseFrame], total: int) -> Iterator[PoseFrame]:
    """The same with a progress bar."""
    progress = Progress("looking", total)
    try:
        for done, frame in enumerate(frames, 1):
            yield frame
            progress.update(done, f"{len(frame.scores)} people")
    except BaseException:
        progress.abandon()
        raise
    progress.finish("images")


def _cut_short(clip: Clip, images: int) -> list[str]:
    """What to say of a video of which only a part could be read."""
    if not images:
        raise CaptureError(f"no image could be decoded: {clip.ending}")
    if images >= clip.frame_count:
        return []
    missing = f"{clip.frame_count - images} of {clip.frame_count} images could not be decoded"
    return [f"{missing} ({clip.ending}); keypoints from a file count those that could"]
