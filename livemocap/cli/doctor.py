"""`livemocap doctor`: is everything here that livemocap needs, and how to get what is not."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

_EXAMPLE = """examples:
  livemocap doctor
  livemocap doctor --json > doctor.json      to attach to a report
"""
_SIGNS = {"ok": " ok ", "note": "note", "fail": "FAIL"}


def add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "doctor",
        help="check this installation",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--cameras", action="store_true", help="also open each camera, which is slow"
    )
    parser.set_defaults(run=doctor)


def doctor(args: argparse.Namespace) -> int:
    """Exit code 1 when something that the demo needs is wrong."""
    from .checks import run_checks

    findings = list(run_checks(with_cameras=args.cameras))
    if args.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            print(f"[{_SIGNS[finding.verdict]}] {finding.subject:<12} {finding.found}")
            if finding.fix:
                print(f"       {'':<12} fix: {finding.fix}")
    return 1 if any(finding.verdict == "fail" for finding in findings) else 0
