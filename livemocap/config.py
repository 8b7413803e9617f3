"""studio.toml to frozen dataclasses: unknown keys are errors with a suggestion."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Table = dict[str, Any]

TABLES = ("network", "camera", "inference", "tracking", "record", "view", "stream")
"""Top-level tables; `camera` is an array of tables, one for each camera."""


METRICS_ROLES = ("infer", "track", "record", "stream", "capture")


class ConfigError(ValueError):
    """A setting that is unknown, of the wrong type or out of range."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfig:
    """Where streams are. Camera i uses image_port + i and pose_port + i."""

    host: str = "127.0.0.1"
    image_port: int = 47800
    pose_port: int = 47810
    track_port: int = 47820
    metrics_port: int = 47830
    """Roles take consecutive ports from here: infer, track, record, stream, capture 0, 1 ..."""
    control_port: int = 47840
    """Of the recorder."""
    people_port: int = 47841
    """Of the tracker, for who is who."""
    lossless: bool = False
    """Read files on the engine's credit: every frame, in order, the same on every machine."""
    pose_readers: int = 0
    track_readers: int = 0
    """How many readers a publisher waits for before its first message (lossless runs)."""
    track_guests: int = 0
    """How many more it gives a while to come, and goes on without."""

    def image(self, camera: int) -> str:
        return self._at(self.image_port + camera)

    def pose(self, camera: int) -> str:
        return self._at(self.pose_port + camera)

    def track(self) -> str:
        return self._at(self.track_port)

    def control(self) -> str:
        return self._at(self.control_port)

    def people(self) -> str:
        return self._at(self.people_port)

    def metrics(self, role: str, camera: int = 0) -> str:
        """Where `role` publishes its metrics; captures come last, one port each."""
        return self._at(self.metrics_port + METRICS_ROLES.index(role) + camera)

    def _at(self, port: int) -> str:
        return f"tcp://{self.host}:{port}"


def read_studio(path: Path) -> Table:
    """The raw tables of a studio.toml.

    Raises:
        ConfigError: unreadable, not TOML, or with an unknown table.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    for name in tables:
        _require_known(name, TABLES, f"{path}: table")
    return tables


def camera_ids(tables: Table) -> list[str]:
    """The ids of the `[[camera]]` tables, `cam0`, `cam1` ... where none is given."""
    return [str(camera.get("id", f"cam{i}")) for i, camera in enumerate(tables.get("camera", []))]


def override(tables: Table, assignments: list[str]) -> Table:
    """Apply `--set tracking.gate_m=0.6`; values are TOML, bare words are strings.

    `camera.KEY` sets the key of every camera.

    Raises:
        ConfigError: for anything but `table.key=value` with a known table.
    """
    tables = {name: _copy(table) for name, table in tables.items()}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        table, dot, name = key.strip().partition(".")
        if not (equals and dot and name):
            raise ConfigError(f"--set {assignment}: expected table.key=value")
        _require_known(table, TABLES, "--set: table")
        target = tables.setdefault(table, [{}] if table == "camera" else {})
        for entry in target if isinstance(target, list) else [target]:
            entry[name] = _toml_value(text.strip())
    return tables


def load(kind: type[T], table: Table, where: str) -> T:
    """A table as the dataclass `kind`; its own __post_init__ may check ranges with ValueError.

    Raises:
        ConfigError: naming the key, what was found and what was expected.
    """
    hints = get_type_hints(kind)
    known = {f.name for f in dataclasses.fields(kind) if f.init}  # type: ignore[arg-type]
    values = {}
    for name, value in table.items():
        _require_known(name, known, f"[{where}]")
        values[name] = _convert(value, hints[name], f"[{where}] {name}")
    try:
        return kind(**values)
    except ConfigError:
        raise
    except (TypeError, ValueError) as error:
        raise ConfigError(f"[{where}] {error}") from None


def to_toml(tables: Table) -> str:
    """Tables as TOML text, for the effective config that takes carry."""
    lines = []
    for name, table in tables.items():
        for entry in table if isinstance(table, list) else [table]:
            lines.append(f"[[{name}]]" if isinstance(table, list) else f"[{name}]")
            lines += [f"{key} = {_toml_text(value)}" for key, value in entry.items()]
            lines.append("")
    return "\n".join(lines)


def _require_known(name: str, known: Any, where: str) -> None:
    if name in known:
        return
    close = difflib.get_close_matches(name, list(known), 1, 0.5)
    hint = f" Did you mean '{close[0]}'?" if close else f" Known: {', '.join(sorted(known))}."
    raise ConfigError(f"{where}: unknown key '{name}'.{hint}")


def _convert(value: Any, hint: Any, where: str) -> Any:
    if get_origin(hint) in (Union, UnionType):
        options = [kind for kind in get_args(hint) if kind is not type(None)]
        return _convert(value, options[0], where)
    if get_origin(hint) is tuple and isinstance(value, list):
        return tuple(value)
    if hint is float and type(value) is int:
        return float(value)
    if hint is Path and isinstance(value, str):
        return Path(value)
    plain = get_origin(hint) or hint
    if isinstance(plain, type) and (
        not isinstance(value, plain) or (type(value) is bool and plain is not bool)
    ):
        raise ConfigError(f"{where}: expected {plain.__name__}, found {value!r}")
    return value


def _copy(table: Any) -> Any:
    return [dict(entry) for entry in table] if isinstance(table, list) else dict(table)


def _toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _toml_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml_text(item) for item in value)}]"
    if isinstance(value, int | float):
        return repr(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
