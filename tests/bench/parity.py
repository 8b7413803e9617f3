# ruff: noqa: E402 - where to import from has to be said first
"""Our DynaBOA, P-STMO and VideoPose3D against arrays that the references made.

    python tests/bench/parity.py vp3d_wild_causal tests/reference/golden/vp3d_wild_causal.npz
    python tests/bench/parity.py dynaboa_webcam trace.npz --salt 3 --body-salt 3
    python tests/bench/parity.py dynaboa_webcam_default FILE.npz --prior gmm_08.pkl
    python tests/bench/parity.py real_lift FILE.npz --weights PSTMOS_no_refine_..._in_the_wild.pth

KIND is a golden file's name or the beginning of one. Weights, body and prior are made by the rules
of tests/reference from the salts; everything else, shapes and settings too, is read from FILE. Each
array's worst error is printed beside its gate, and what is not compared with the reason. The exit
status is 0 if all hold, 1 if something does not, 2 if nothing could be compared. A trace of eight
images takes DynaBOA about two minutes on one core.
"""

from __future__ import annotations

import argparse
import sys
import time
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

sys.path[:0] = [str(Path(__file__).resolve().parents[at]) for at in (1, 2)]

from lift_parity.arrays import Case, Check, Golden, MissingArrayError
from lift_parity.kinds import KINDS, Compare, comparison

from inference.errors import InferenceError
from inference.models.pickled import read_pickle
from inference.models.store import installed
from inference.network_weights import plain
from inference.weights_file import read_state_dict

ONLY_TOLD = ("noise_json", "salt", "options", "f64_frames", "f64_steps_equal")
"""Arrays that say how a file was made."""

RELEASED_PRIOR = ("dynaboa_webcam_default", "dynaboa_parts")
PUBLISHED = {"real_lift": "pstmo", "pstmo_refine_real": "pstmo-refine"}
"""Models that a kind is about, by their names in `livemocap models`."""


class ParityError(Exception):
    """What cannot be compared, and what would help."""


def main(arguments: Sequence[str] | None = None) -> int:
    args = _parser().parse_args(arguments)
    if args.threads:
        torch.set_num_threads(args.threads)
    try:
        case = Case(
            args.kind,
            Golden(_arrays(args.file)),
            args.salt,
            args.body_salt,
            prior=_prior(args.kind, args.prior),
            weights=_weights(args.kind, args.weights),
            frames=args.frames,
        )
        return compare(_comparison(args.kind, case), case)
    except (ParityError, MissingArrayError, InferenceError, ValueError) as error:
        print(f"parity: {error}", file=sys.stderr)
    except (RuntimeError, IndexError, TypeError, KeyError) as error:  # of shapes that do not fit
        why = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        print(f"parity: {args.file}: its arrays are not {args.kind}'s ({why}).", file=sys.stderr)
    return 2


def compare(by: Compare, case: Case) -> int:
    """Prints everything; 0 if all of it holds."""
    _tell_salt(case)
    start = time.process_time()
    checks = by(case)
    if not checks:
        raise ParityError("the file has none of the arrays that would be compared.")
    width = max(len(check.name) for check in checks)
    print(f"{'array':<{width}}  worst error        gate")
    for check in checks:
        verdict = "ok" if check.holds else "DIFFERS"
        print(f"{check.name:<{width}}    {check.error:9.2e}   {check.gate:9.2e}  {verdict}")
    _tell_rest(case, checks)
    worse = sum(not check.holds for check in checks)
    seconds = time.process_time() - start
    print(f"{len(checks) - worse} of {len(checks)} hold; {seconds:.0f} s of CPU")
    return int(worse > 0)


def _tell_salt(case: Case) -> None:
    if "salt" not in case.golden:
        return
    said = int(np.ravel(case.golden["salt"])[0])
    if said != case.salt:
        print(f"note: the file says salt {said}, not {case.salt}")


def _tell_rest(case: Case, checks: Sequence[Check]) -> None:
    """What is in the file and was not compared, and the other way round."""
    for note in case.notes:
        print(f"not compared: {note}")
    for name in case.golden.missed:
        print(f"not compared: {name}: the file does not have it")
    exact = {name for name in case.golden if name.endswith(("_f64", "_true64"))}
    told = [note.split(":")[0] for note in case.notes]
    known = [part.strip(" *") for names in told for part in names.split(",")]
    rest = sorted(case.golden.unread - exact - {c.name for c in checks} - set(ONLY_TOLD))
    rest = [name for name in rest if not name.startswith(tuple(known) or ("\0",))]
    rest = [name for name in rest if name != "checksum" or int(case.golden[name])]
    if rest:
        print(f"not compared: {', '.join(rest)}: nothing here makes them")
    if exact:
        print(f"not compared: {len(exact)} arrays *_f64, *_true64: float64 runs, gates at most")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("file", metavar="FILE.npz", type=Path)
    parser.add_argument("--salt", type=int, default=0, help="of the weights' rule")
    parser.add_argument("--body-salt", type=int, default=0, help="of body, mean pose and prior")
    parser.add_argument("--prior", type=Path, help="the released gmm_08.pkl, if not installed")
    parser.add_argument("--weights", type=Path, help="a published checkpoint, if not installed")
    parser.add_argument("--frames", type=_count, help="only as many of the first images")
    parser.add_argument("--threads", type=int, help="of torch")
    return parser


def _count(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"'{text}', expected a number from 1 on")


def _comparison(kind: str, case: Case) -> Compare:
    if kind == "dynaboa_webcam_default" and case.prior is None:
        raise ParityError(
            f"{kind} was made with the released mixture of poses, which is not shipped: install it "
            "by `livemocap models` or give it with --prior gmm_08.pkl. A file made with the "
            "synthetic one is of kind dynaboa_webcam."
        )
    try:
        return comparison(kind)
    except KeyError:
        raise ParityError(f"unknown kind {kind!r}; known: {', '.join(KINDS)}.") from None


def _arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(path):
            return dict(np.load(path))
    except FileNotFoundError:
        raise ParityError(f"{path}: no such file.") from None
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise ParityError(f"{path}: not a NumPy archive (.npz): {error}.") from None


def _prior(kind: str, given: Path | None) -> Mapping[str, np.ndarray] | None:
    """The released mixture, for what was made with it."""
    path = given or (installed("smplify-prior") if kind in RELEASED_PRIOR else None)
    if path is None:
        return None
    mixture = _arrays(path) if path.suffix == ".npz" else read_pickle(path)
    if not {"means", "covars", "weights"} <= mixture.keys():
        raise ParityError(f"{path}: no mixture with means, covars and weights.")
    return mixture


def _weights(kind: str, given: Path | None) -> Mapping[str, torch.Tensor] | None:
    """The tensors of a published checkpoint, for what was made with it."""
    path = given or (installed(PUBLISHED[kind]) if kind in PUBLISHED else None)
    return None if path is None else plain(read_state_dict(path))


if __name__ == "__main__":
    sys.exit(main())
