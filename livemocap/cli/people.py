"""`livemocap people`: tell a running tracker who is who."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from livemocap.bus import BusError, request
from livemocap.config import NetworkConfig, load, override, read_studio
from livemocap.messages import ControlReply, ControlRequest

_EXAMPLE = """examples:
  livemocap people list              everybody known: id, name, state
  livemocap people name 2 anna       what an actor is called
  livemocap people swap 1 2          they have taken each other's id: give both back their own
  livemocap people merge 7 2         7 is 2, who was away for a while
  livemocap people lock 2            never forget 2, however long they are away (unlock 2)
  livemocap people relock 2          measure 2's proportions anew (with --adapt on)
  livemocap people expect 2          two people are on stage: nobody else gets an id (0: any number)
"""
_NUMBERS = {
    "list": (),
    "lock": ("id",),
    "unlock": ("id",),
    "relock": ("id",),
    "swap": ("id", "other"),
    "merge": ("id", "into"),
    "expect": ("people",),
}


def add_people(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "people",
        help="say who is who while it runs",
        description="tell a running tracker who is who",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = parser.add_subparsers(metavar="COMMAND", required=True, dest="command")
    for name, numbers in _NUMBERS.items():
        kind = kinds.add_parser(name)
        for number in numbers:
            kind.add_argument(number, type=int)
        _add_common(kind)
    named = kinds.add_parser("name")
    named.add_argument("id", type=int)
    named.add_argument("name", nargs="?", default="", help="nothing takes the name away")
    _add_common(named)
    parser.set_defaults(run=_ask)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, help="studio.toml of the running studio, if any")
    parser.add_argument("--set", action="append", default=[], help=argparse.SUPPRESS)


def _ask(args: argparse.Namespace) -> int:
    tables = override(read_studio(args.config) if args.config else {}, args.set)
    network = load(NetworkConfig, tables.get("network", {}), "network")
    names = (*_NUMBERS.get(args.command, ()), *(("id", "name") if args.command == "name" else ()))
    arguments: dict[str, Any] = {name: getattr(args, name) for name in names}
    asked = ControlRequest(command=f"people.{args.command}", arguments=arguments)
    reply = request(network.people(), asked)
    if not isinstance(reply, ControlReply) or not reply.ok:
        raise BusError(getattr(reply, "message", "the tracker gave no answer"))
    print(reply.message)
    if args.command == "list":
        print(_table(reply.values.get("people", [])))
    return 0


def _table(people: list[dict[str, Any]]) -> str:
    lines = [f"{'id':>5}  {'name':<16} {'state':<10} {'unseen':>8}"]
    for person in people:
        kept = "  kept" if person["locked"] else ""
        lines.append(
            f"{person['id']:>5}  {person['name']:<16} {person['state']:<10} "
            f"{person['unseen_s']:>6.1f} s{kept}"
        )
    return "\n".join(lines)
