"""`livemocap build-addon`: the Blender add-on as one zip that needs nothing else installed.

Blender forbids top-level packages of an add-on, so the few pure modules that it shares with the
other processes travel inside it, under `_vendor`, and imports of them are made relative.
"""

from __future__ import annotations

import argparse
import ast
import importlib.metadata
import importlib.util
import re
import tomllib
import zipfile
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ADDON = "blender_addon"
VENDORED = (
    "livemocap",
    "livemocap.coords",
    "livemocap.gaps",
    "livemocap.mcap_pure",
    "livemocap.mcap_reader_pure",
    "livemocap.messages",
    "livemocap.msgpack_pure",
    "livemocap.palette",
    "livemocap.rotation",
    "livemocap.skeleton",
    "livemocap.take_glance",
    "livemocap.take_writer",
    "livemocap.track_rows",
    "livemocap.version",
    "livemocap.wire",
    "retarget",
)
"""What the add-on may import of ours: NumPy only, no sockets. All of retarget is so: of it, what
is used comes along."""

OURS = ("livemocap", "capture", "inference", "tracking", "retarget", "kernels", ADDON)
_LICENCES = ("LICENSE", "NOTICE")
_FIXED_TIME = (2020, 1, 1, 0, 0, 0)


class BuildError(ValueError):
    """An import that would not work inside Blender; says file and line."""


def add_build_addon(commands: Any) -> None:
    """Add `build-addon` to the command line."""
    parser = commands.add_parser(
        "build-addon",
        help="zip the Blender add-on",
        description=__doc__,
        epilog="example: livemocap build-addon -o out    then, in Blender: "
        "Preferences > Get Extensions > Install from Disk",
    )
    parser.add_argument("-o", "--out", type=Path, default=Path("out"), help="folder for the zip")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    written = build_addon(args.out)
    print(f"{written}  ({written.stat().st_size / 1024:.0f} KB)")
    return 0


def build_addon(folder: Path) -> Path:
    """Write livemocap-VERSION.zip into `folder`; equal sources make equal bytes.

    Raises:
        BuildError: a module imports what the zip does not carry, or the folder is not writable.
    """
    contents = addon_contents(_source_file(ADDON).parent)
    version = tomllib.loads(contents["blender_manifest.toml"].decode())["version"]
    path = folder / f"livemocap-{version}.zip"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _write_zip(path, contents)
    except OSError as error:
        raise BuildError(f"cannot write {path}: {error.strerror}") from None


def _write_zip(path: Path, contents: Mapping[str, bytes]) -> Path:
    """Under another name first, so that no half of a zip is ever found."""
    partial = path.with_suffix(".zip.part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(contents.items()):
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return partial.replace(path)


def addon_contents(addon_folder: Path) -> dict[str, bytes]:
    """Path inside the zip to content: the add-on, what it shares with us, and the licences."""
    files = {
        path.relative_to(addon_folder).as_posix(): path.read_bytes()
        for path in addon_folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith(".")
    }
    used = _reachable(files)
    contents = {name: files[name] for name in files if name in used or not name.endswith(".py")}
    contents |= _vendored(contents)
    contents["_vendor/__init__.py"] = (
        b'"""Parts of livemocap, copied when the add-on was built."""\n'
    )
    contents |= {f"_vendor/{name}": _licence(name) for name in _LICENCES}
    return {
        name: _relative_imports(name, content, contents) if name.endswith(".py") else content
        for name, content in contents.items()
    }


def _vendored(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """VENDORED, the modules of retarget that are used, and the data that lies beside them."""
    found: dict[str, bytes] = {}
    for module in VENDORED:
        found |= _module(module.split("."))
    waiting = dict(contents) | found
    while waiting:
        name, content = waiting.popitem()
        for target in _retarget_imports(name, content):
            for path, carried in _module(target).items():
                if path not in found:
                    found[path] = waiting[path] = carried
    return found


def _module(parts: Sequence[str]) -> dict[str, bytes]:
    """A module's path inside the zip and its content, with the .json of a folder of its name;
    nothing if there is none."""
    source = _source_file(".".join(parts))
    if not source.is_file():
        return {}
    is_package = source.name == "__init__.py"
    inside = "/".join(("_vendor", *parts))
    found = {f"{inside}/__init__.py" if is_package else f"{inside}.py": source.read_bytes()}
    if not is_package:
        data = source.with_suffix("").glob("*.json")
        found |= {f"{inside}/{path.name}": path.read_bytes() for path in data}
    return found


def _retarget_imports(name: str, content: bytes) -> Iterator[tuple[str, ...]]:
    """Modules, and names that may be modules, of retarget that a file imports."""
    if not name.endswith(".py"):
        return
    for node in ast.walk(ast.parse(content, _shown(name))):
        if not isinstance(node, ast.ImportFrom):
            continue
        target = _target(node, name)
        if target is not None and target[:2] == ("_vendor", "retarget"):
            for path in _possible_modules(node, target):
                parts = path.split("/")[1:]
                yield from (tuple(parts[:n]) for n in range(1, len(parts) + 1))


def _reachable(files: Mapping[str, bytes]) -> set[str]:
    """What `__init__.py` imports, and what that imports, and so on.

    The rest of the folder is run by the command line in a Blender of its own.
    """
    found, waiting = set(), ["__init__.py"]
    while waiting:
        name = waiting.pop()
        if name in found or name not in files:
            continue
        found.add(name)
        for node in ast.walk(ast.parse(files[name], _shown(name))):
            if isinstance(node, ast.ImportFrom) and (target := _target(node, name)) is not None:
                for module in _possible_modules(node, target):
                    waiting += [f"{module}.py", f"{module}/__init__.py"]
    return found


def _source_file(module: str) -> Path:
    """Where a module of ours lies; importing it is not needed."""
    head, *rest = module.split(".")
    found = importlib.util.find_spec(head)
    if found is None or not found.origin:
        raise BuildError(f"package {head} is not installed")
    folder = Path(found.origin).parent.joinpath(*rest)
    package = folder / "__init__.py"
    return package if package.is_file() else folder.with_suffix(".py")


def _licence(name: str) -> bytes:
    """LICENSE and NOTICE of the vendored parts, from the checkout or the installed package."""
    in_checkout = _source_file("livemocap").parents[1] / name
    if in_checkout.is_file():
        return in_checkout.read_bytes()
    for path in importlib.metadata.files("livemocap") or ():
        if path.parts[-2:] == ("licenses", name):
            return Path(str(path.locate())).read_bytes()
    raise BuildError(f"{name} is missing: install livemocap again")


def _relative_imports(name: str, content: bytes, contents: Container[str]) -> bytes:
    """One file's source with absolute imports of ours made relative.

    Args:
        name: of the file inside the zip.
        contents: names of all files in the zip, to find what an import means.
    """
    lines = content.splitlines(keepends=True)
    for node in ast.walk(ast.parse(content, _shown(name))):
        if isinstance(node, ast.Import):
            _refuse_plain_import(node, name)
        elif isinstance(node, ast.ImportFrom):
            target = _target(node, name)
            if target is None:
                continue
            _require_in_zip(node, target, name, contents)
            if node.level == 0:
                _rewrite(lines, node, _relative(name, target), name)
    return b"".join(lines)


def _refuse_plain_import(node: ast.Import, name: str) -> None:
    for alias in node.names:
        if alias.name.split(".")[0] in OURS:
            raise BuildError(
                f"{_shown(name)}:{node.lineno}: 'import {alias.name}' cannot be made relative; "
                f"write 'from {alias.name} import ...'"
            )


def _target(node: ast.ImportFrom, name: str) -> tuple[str, ...] | None:
    """Where in the zip the imported module would lie; None for modules that are not ours."""
    module = [part for part in (node.module or "").split(".") if part]
    if node.level:
        package = Path(name).parent.parts
        return (*package[: len(package) - node.level + 1], *module)
    if module[0] not in OURS:
        return None
    return tuple(module[1:]) if module[0] == ADDON else ("_vendor", *module)


def _require_in_zip(
    node: ast.ImportFrom, target: tuple[str, ...], name: str, contents: Container[str]
) -> None:
    """A package's names must be modules of it: ours export nothing themselves."""
    path, *members = _possible_modules(node, target)
    for module in members if not path or f"{path}/__init__.py" in contents else [path]:
        if f"{module}.py" not in contents and f"{module}/__init__.py" not in contents:
            raise BuildError(
                f"{_shown(name)}:{node.lineno}: imports {_shown(module)}, which the add-on does "
                "not carry; see VENDORED in livemocap/cli/build_addon.py"
            )


def _possible_modules(node: ast.ImportFrom, target: tuple[str, ...]) -> list[str]:
    """Paths without suffix: the module named, then each of the names as a module in it."""
    path = "/".join(target)
    return [path, *(f"{path}/{alias.name}".lstrip("/") for alias in node.names)]


def _relative(name: str, target: tuple[str, ...]) -> str:
    """The module `target` as file `name` has to call it."""
    package = Path(name).parent.parts
    shared = 0
    while shared < min(len(package), len(target)) and package[shared] == target[shared]:
        shared += 1
    return "." * (len(package) - shared + 1) + ".".join(target[shared:])


def _rewrite(lines: list[bytes], node: ast.ImportFrom, module: str, name: str) -> None:
    line, at = lines[node.lineno - 1], node.col_offset
    pattern = rb"from\s+" + re.escape(str(node.module).encode()) + rb"(?=\s+import\b)"
    found = re.compile(pattern).match(line, at)
    if found is None:
        raise BuildError(f"{_shown(name)}:{node.lineno}: 'from ... import' is not on one line")
    lines[node.lineno - 1] = line[:at] + b"from " + module.encode() + line[found.end() :]


def _shown(name: str) -> str:
    """A path inside the zip as the file it came from."""
    return name.removeprefix("_vendor/") if name.startswith("_vendor/") else f"{ADDON}/{name}"
