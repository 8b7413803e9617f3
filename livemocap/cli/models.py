"""`livemocap models`: the models that people fetch themselves, installed and checked."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .progress import Progress

if TYPE_CHECKING:
    from inference.models.catalogue import Model
    from inference.models.install import Installed

_EXAMPLE = """examples:
  livemocap models                                 what there is, where to get it, its licence
  livemocap models install aios_checkpoint.pth     check it, convert it, keep it
  livemocap models install SMPLX_NEUTRAL.npz
  livemocap models verify                          are the installed files still whole
"""


def add_models(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "models",
        help="the models that you fetch yourself: list, install, verify",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    parser.set_defaults(run=list_models)
    actions = parser.add_subparsers(metavar="ACTION")
    listing = actions.add_parser("list", help="all models and their state (the default)")
    listing.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON"
    )
    listing.set_defaults(run=list_models)
    _add_install(actions)
    verify = actions.add_parser("verify", help="read the installed files and compare hashes")
    verify.add_argument("name", nargs="?", help="one model; all without it")
    verify.set_defaults(run=verify_models)
    remove = actions.add_parser("remove", help="delete an installed model")
    remove.add_argument("name")
    remove.set_defaults(run=remove_model)
    path = actions.add_parser("path", help="print the folder of models, or one model's file")
    path.add_argument("name", nargs="?")
    path.set_defaults(run=print_path)


def _add_install(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = actions.add_parser("install", help="check a file and keep what is needed of it")
    parser.add_argument("file", type=Path, help=".pth or .safetensors weights, or a body as .npz")
    parser.add_argument("--as", dest="name", metavar="NAME", help="the model that it must be")
    parser.add_argument(
        "--with-body",
        action="store_true",
        help="also install the SMPL-X body that AiOS's checkpoint carries; its licence is its own",
    )
    parser.set_defaults(run=install_file)


def list_models(args: argparse.Namespace) -> int:
    from inference.models import store
    from inference.models.catalogue import MODELS

    rows = [_row(model) for model in MODELS.values()]
    if args.json:
        print(json.dumps(rows, indent=2))
        return 0
    for row in rows:
        print(_paragraph(row))
    print(f"folder: {store.models_folder()}")
    return 0


def _row(model: Model) -> dict[str, Any]:
    from inference.models import store

    path, record = store.installed(model.name), store.records().get(model.name)
    return {
        "name": model.name,
        "state": store.state(model.name),
        "title": model.title,
        "path": str(path) if path else None,
        "size": path.stat().st_size if path else None,
        "sha256": record.sha256 if record else None,
        "source": record.source if record else None,
        "source_sha256": record.source_sha256 if record else None,
        "installed": record.installed if record else None,
        "enables": model.enables,
        "page": model.page,
        "fetch": model.fetch,
        "file": model.source,
        "licence": model.licence,
    }


def _paragraph(row: dict[str, Any]) -> str:
    from inference.models.room import megabytes
    from inference.models.store import DAMAGED, MISSING

    size = f", {megabytes(row['size'])}" if row["size"] else ""
    source = f", from {row['source']}" if row["source"] else ""
    lines = [
        f"{row['name']}: {row['state']}{size}{source}",
        f"    what      {row['title']}",
        f"    enables   {row['enables']}",
        f"    licence   {row['licence']}",
        f"    page      {row['page']}",
    ]
    if row["state"] == MISSING:
        lines.append(f"    get it    download {row['fetch']}, then")
        lines.append(f"              livemocap models install {row['file']}")
    if row["state"] == DAMAGED:
        lines.append(f"    mend it   livemocap models install {row['file']}")
    return "\n".join([*lines, ""])


def install_file(args: argparse.Namespace) -> int:
    from inference.models.install import install

    bars: list[Progress] = []

    def step(done: int, total: int) -> None:
        if not bars:
            bars.append(Progress(f"reading {args.file.name}, MB", total // 1_000_000))
        bars[0].update(done // 1_000_000)

    try:
        all_installed = install(args.file, args.name, with_body=args.with_body, step=step)
    finally:
        for bar in bars:
            bar.abandon()
    for installed in all_installed:
        _report(installed)
    return 0


def _report(installed: Installed) -> None:
    from inference.models.room import megabytes

    model, record = installed.model, installed.record
    print(f"{model.name}: installed, {megabytes(record.size)}, {installed.path}")
    print(f"    sha256    {record.sha256}")
    print(f"    licence   {model.licence}")
    for note in installed.notes:
        print(f"    note      {note}")


def verify_models(args: argparse.Namespace) -> int:
    """Exit code 2 when an installed file is not what was installed."""
    from inference.models import store
    from inference.models.catalogue import MODELS, model_named

    damaged = False
    for name in [model_named(args.name).name] if args.name else MODELS:
        wrong = store.verify(name)
        damaged |= bool(wrong)
        if wrong:
            print(f"{name}: damaged, {wrong}. Install it again: livemocap models install FILE")
        elif store.installed(name) is None:
            print(f"{name}: not installed")
        else:
            print(f"{name}: whole, sha256 {store.records()[name].sha256}")
    return 2 if damaged else 0


def remove_model(args: argparse.Namespace) -> int:
    from inference.models import store

    store.remove(args.name)
    print(f"{args.name}: removed")
    return 0


def print_path(args: argparse.Namespace) -> int:
    from inference.models import store

    if not args.name:
        print(store.models_folder())
        return 0
    path = store.installed(args.name)
    if path is None:
        raise store.StoreError(f"{args.name} is not installed: `livemocap models` says how.")
    print(path)
    return 0
