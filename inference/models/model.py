"""What is known of a model that people fetch themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .content import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model: what people read about it, and what is done with its file."""

    name: str
    title: str
    file: str
    """What it is called in the store."""
    page: str
    """Its authors' page, a URL."""
    fetch: str
    """What to download, and where."""
    source: str
    """The usual name of the file that one then has."""
    licence: str
    enables: str
    recognises: Callable[[Content], bool]
    """Whether a file holds this model, told from names alone."""
    write: Callable[[Content, Path], tuple[str, ...]]
    """Check all of it and write what is needed of it to a path; returns what people should be
    told. Raises an InferenceError that names the file."""
