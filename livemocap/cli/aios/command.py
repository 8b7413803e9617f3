"""`livemocap aios agora|bedlam|demo|evaluate`: what they are given."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

_EXAMPLE = """examples:
  livemocap aios agora AGORA/test --4k --zip
  livemocap aios bedlam BEDLAM/test -o out/bedlam
  livemocap aios demo dance.mp4 -o out/dance --num-person 2
  livemocap aios evaluate out/validation/predictions --truth truth.npz
"""
_AGORA = """writes OUT/predictions/<image>_personId_<k>.pkl, best person first, k from 0.

examples:
  livemocap aios agora AGORA/test --4k --zip           small images, ready for the server
  livemocap aios agora AGORA/validation -o out/val     threshold 0.1, to be evaluated here
"""
_BEDLAM = """writes OUT/predictions/<scene>_frameID_<image>_personId_<k>.pkl, with the scene from
.../SCENE/png/SEQUENCE/IMAGE.png.

example:
  livemocap aios bedlam BEDLAM/test -o out/bedlam --zip
"""
_DEMO = """writes OUT/mesh/<frame>_personId_<k>.obj, OUT/res_img/<frame>.png and OUT/overlay.mp4,
at the network's resolution (short side about 800 pixels).

examples:
  livemocap aios demo dance.mp4
  livemocap aios demo photos/ -o out/photos --num-person 1 --no-video
"""
_EVALUATE = """docs/aios-jobs.md shows the layouts of ground truth and how to make them from tables.

examples:
  livemocap aios evaluate out/val/predictions --truth validation.npz
  livemocap aios evaluate predictions.zip --truth truth/ --factor 3 \\
      --hand-ids MANO_SMPLX_vertex_ids.pkl --face-ids SMPL-X__FLAME_vertex_ids.npy
"""

Parsers = Any
"""argparse's subparsers object, which has no public name."""


def add_aios(commands: Parsers) -> None:
    """Add `aios` to the command line."""
    parser = commands.add_parser(
        "aios",
        help="AiOS's own jobs: AGORA, BEDLAM, demo, metrics",
        description="AiOS's own jobs on folders of images and films, and the benchmarks' measures.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    jobs = parser.add_subparsers(metavar="JOB", required=True)
    _add_agora(jobs)
    _add_bedlam(jobs)
    _add_demo(jobs)
    _add_evaluate(jobs)


def _parser(jobs: Parsers, name: str, text: str, epilog: str) -> argparse.ArgumentParser:
    return jobs.add_parser(
        name,
        help=text,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_agora(jobs: Parsers) -> None:
    parser = _parser(jobs, "agora", "SMPL-X parameters for AGORA's evaluation server", _AGORA)
    parser.add_argument("folder", type=Path, help="images, 1280x720 or 3840x2160")
    _add_common(parser, "(0.1 for a folder named validation, else 0.7)")
    scale = parser.add_mutually_exclusive_group()
    scale.add_argument(
        "--factor", type=_positive, default=1.0, help="multiply the joints' pixels (1)"
    )
    scale.add_argument(
        "--4k",
        action="store_true",
        dest="to_4k",
        help="joints in 3840x2160 pixels, as the server wants them, whatever the images' size",
    )
    parser.add_argument("--zip", action="store_true", help="also write OUT/predictions.zip")
    parser.set_defaults(run=_run("agora"))


def _add_bedlam(jobs: Parsers) -> None:
    parser = _parser(jobs, "bedlam", "joints and vertices for BEDLAM's server", _BEDLAM)
    parser.add_argument("folder", type=Path, help="searched for .png at any depth")
    _add_common(parser, "(0.85)")
    parser.add_argument("--zip", action="store_true", help="also write OUT/predictions.zip")
    parser.set_defaults(run=_run("bedlam"))


def _add_demo(jobs: Parsers) -> None:
    parser = _parser(jobs, "demo", "meshes and an overlay of a film or folder of images", _DEMO)
    parser.add_argument("source", type=Path, help="a film, or a folder of .jpg and .png")
    _add_common(parser, "(0.3)")
    parser.add_argument(
        "--num-person", type=_count, default=0, metavar="N", help="the N best only (everybody)"
    )
    parser.add_argument("--fps", type=_positive, default=30.0, help="of a folder's film (30)")
    for name, text in (
        ("meshes", "an OBJ file for each person and image"),
        ("images", "a PNG for each image"),
        ("video", "overlay.mp4"),
    ):
        parser.add_argument(
            f"--{name}", action=argparse.BooleanOptionalAction, default=True, help=text
        )
    parser.set_defaults(run=_run("demo"))


def _add_evaluate(jobs: Parsers) -> None:
    parser = _parser(jobs, "evaluate", "compare predictions with ground truth", _EVALUATE)
    parser.add_argument("predictions", type=Path, help="folder or zip of a submission's files")
    parser.add_argument("--truth", type=Path, required=True, help=".npz, plain .pkl, or a folder")
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", help="(beside the predictions)")
    parser.add_argument(
        "--factor", type=_positive, default=1.0, help="multiply predicted pixels (1)"
    )
    parser.add_argument("--hand-ids", type=Path, metavar="FILE", help="MANO_SMPLX_vertex_ids.pkl")
    parser.add_argument(
        "--face-ids", type=Path, metavar="FILE", help="SMPL-X__FLAME_vertex_ids.npy"
    )
    parser.add_argument("--body-ids", type=Path, metavar="FILE", help="body_verts_smplx.npy")
    parser.add_argument(
        "--forgive-ignored",
        action="store_true",
        help="predictions of people who are ignored are no false positives",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.set_defaults(run=_evaluate)


def _add_common(parser: argparse.ArgumentParser, threshold: str) -> None:
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", help="(out/NAME of the input)")
    parser.add_argument(
        "--threshold", type=_share, metavar="0..1", help=f"leave out scores below {threshold}"
    )
    parser.add_argument("--batch", type=_count, default=1, metavar="N", help="images at once (1)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument(
        "--plain", action="store_true", help="the slower network that is read as the specification"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace what an earlier run left of these images"
    )


def _run(job: str) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        from . import running

        return {"agora": running.agora, "bedlam": running.bedlam, "demo": running.demo}[job](args)

    return run


def _evaluate(args: argparse.Namespace) -> int:
    from .evaluation import evaluate

    return evaluate(args)


def _share(text: str) -> float:
    return _number(text, float, lambda value: 0 <= value <= 1, "a number from 0 to 1")


def _positive(text: str) -> float:
    return _number(text, float, lambda value: 0 < value < float("inf"), "a number above 0")


def _count(text: str) -> int:
    return int(_number(text, int, lambda value: value >= 1, "a whole number from 1 on"))


def _number(text: str, kind: type, accepted: Callable[[Any], bool], wanted: str) -> Any:
    try:
        value = kind(text)
    except ValueError:
        value = None
    if value is None or not accepted(value):
        raise argparse.ArgumentTypeError(f"'{text}', expected {wanted}")
    return value
