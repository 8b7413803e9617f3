"""`livemocap rigs`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .presets import Preset

_EXAMPLE = """examples:
  livemocap rigs list                        the namings of bones that are known; those with a
                                             rest pose can be exported onto, `export --rig NAME`
  livemocap rigs inspect knight.fbx          which bone follows which joint, and how sure that is
  livemocap rigs inspect knight.vrm --json   the same for programs

Reads .fbx, .glb, .gltf, .vrm and .blend (with bpy, which is headless Blender) and .bvh (without).
The file stays as it is.
"""
_Actions = argparse._SubParsersAction  # argparse has no public name for it


def add_rigs(commands: _Actions[argparse.ArgumentParser]) -> None:
    parser = _parser(commands, "rigs", "look at characters and their bones")
    actions = parser.add_subparsers(metavar="list | inspect", required=True)
    listing = _parser(actions, "list", "the namings of bones that are known")
    listing.add_argument("--json", action="store_true", help="print JSON")
    listing.set_defaults(run=list_presets)
    _add_presets(listing)
    inspecting = _parser(actions, "inspect", "which bone of a character follows which joint")
    inspecting.add_argument("file", type=Path, help="a character: .fbx .glb .vrm .bvh .blend ...")
    inspecting.add_argument("--json", action="store_true", help="print JSON")
    inspecting.add_argument(
        "--armature", metavar="NAME", help="one of several in the file (the one with most joints)"
    )
    _add_presets(inspecting)
    inspecting.set_defaults(run=inspect)


def _add_presets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--presets", type=Path, metavar="DIR", help="a folder of your own namings")


def _parser(
    commands: _Actions[argparse.ArgumentParser], name: str, told: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=told,
        description=told,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def list_presets(args: argparse.Namespace) -> int:
    known = _presets(args.presets)
    rows = [
        {
            "name": preset.name,
            "title": preset.title,
            "joints": sum(bone is not None for bone in preset.bones.values()),
            "rest": (preset.skeleton or {}).get("rest"),
        }
        for preset in known
    ]
    if args.json:
        print(json.dumps(rows))
        return 0
    wide = max(len(row["name"]) for row in rows)
    for row in rows:
        rest = f"{row['rest']}-pose" if row["rest"] else "-"
        print(f"{row['name']:<{wide}}  {row['joints']:>2} joints  {rest:<6}  {row['title']}")
    return 0


def inspect(args: argparse.Namespace) -> int:
    from .inspection import as_json, as_lines, inspect_rig

    found = inspect_rig(args.file, args.armature, _presets(args.presets))
    if args.json:
        print(json.dumps(as_json(found), indent=2, allow_nan=False))
    else:
        print("\n".join(as_lines(found)))
    return 0


def _presets(folder: Path | None) -> Sequence[Preset]:
    from ..errors import RetargetError
    from .presets import presets

    if folder is not None and not folder.is_dir():
        raise RetargetError(f"--presets {folder}: no such folder")
    return presets(folder)
