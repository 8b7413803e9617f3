"""A file into the store: recognised, checked, written, remembered with its hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from . import store
from .catalogue import MODELS, Model, model_named
from .content import NPZ, Content, ModelFileError, Step
from .smplx import require_body


@dataclass(frozen=True, slots=True)
class Installed:
    """What came of an install."""

    model: Model
    path: Path
    record: store.Record
    notes: tuple[str, ...]
    """What people should be told."""


def install(
    path: Path,
    name: str | None = None,
    *,
    with_body: bool = False,
    step: Step = lambda _done, _total: None,
) -> list[Installed]:
    """Check a file and put what it holds into the store.

    Args:
        path: the file as its authors gave it.
        name: of the model that it must be; without it the content decides.
        with_body: also the SMPL-X body that AiOS's checkpoint carries.
        step: told how far the reading is.

    Raises:
        InferenceError: what is wrong with the file, or why it cannot be kept. What was installed
            before is still there.
    """
    content = Content(path)
    models = [model_named(name) if name else recognised(content)]
    if with_body:
        require_body(content)
        models.append(MODELS["smplx"])
    digest = content.checked_sha256(step)
    return [_put(model, content, digest) for model in models]


def recognised(content: Content) -> Model:
    """The model that a file holds.

    Raises:
        ModelFileError: none that we know.
    """
    for model in MODELS.values():
        if model.recognises(content):
            return model
    raise ModelFileError(
        f"{content.path}: is none of the models that livemocap knows ({', '.join(MODELS)})."
        f"{_likeness(content)} `livemocap models` says where each comes from."
    )


def _likeness(content: Content) -> str:
    """What it looks like instead, and some of its names for those who know better."""
    shown = f"{', '.join(sorted(content.names)[:3])}, ..."
    if content.kind == NPZ:
        return f" It holds the arrays {shown}."
    from ..weights_file import family

    likeness = family(content.names)
    return f" It looks like {likeness}: {shown}." if likeness else f" It holds {shown}."


def _put(model: Model, content: Content, source_sha256: str) -> Installed:
    notes: list[str] = []
    described: list[store.Record] = []

    def write(part: Path) -> None:
        notes.extend(model.write(content, part))

    def describe(part: Path) -> store.Record:
        described.append(_record(model, part, content.path.name, source_sha256))
        return described[0]

    path = store.put(model, write, describe)
    return Installed(model, path, described[0], tuple(notes))


def _record(model: Model, part: Path, source: str, source_sha256: str) -> store.Record:
    return store.Record(
        file=model.file,
        sha256=store.sha256(part),
        size=part.stat().st_size,
        source=source,
        source_sha256=source_sha256,
        installed=datetime.now(UTC).isoformat(timespec="seconds"),
    )
