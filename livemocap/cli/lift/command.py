"""`livemocap lift`."""

from __future__ import annotations

import argparse
from pathlib import Path

from livemocap.config import Table, override

_EXAMPLE = """examples:
  livemocap lift dance.mp4                               everybody in 3D, in out/dance
  livemocap lift dance.mp4 --lifter vp3d --view h36m     as VideoPose3D's scripts show it
  livemocap lift dance.mp4 --keypoints alphapose-results.json -o out/dance
  livemocap lift dance.mp4 --keypoints openpose_json/ --people 2

Out come lifted.npz (2D, 3D, ids and times as arrays), a BVH file for each person, lifted.mcap (a
take, for `livemocap export` and `play`), preview.mp4 and contact_sheet.png.

Keypoints are livemocap's own, or those of AlphaPose (json), OpenPose (the folder of --write_json),
COCO, VideoPose3D (.npz) or an earlier lifted.npz.

Lifters: vp3d, vp3d-causal and pstmo need weights that `livemocap models` tells of; own comes with
livemocap; none takes the 3D of the engine that found the keypoints. auto takes the first that is
installed of pstmo, vp3d and vp3d-causal, else none, or own where --keypoints replace the engine.
"""


def add_lift(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from .choice import NAMES, NORMALIZATIONS
    from .job import VIEWS

    parser = commands.add_parser(
        "lift",
        help="a video to 3D people by lifting 2D keypoints",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("clip", type=Path, help="video file, or a folder of images")
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", help="(out/NAME of the clip)")
    parser.add_argument("--lifter", choices=NAMES, default="auto", help="(auto)")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="a checkpoint of the lifter")
    parser.add_argument("--keypoints", type=Path, metavar="FILE|DIR", help="2D found elsewhere")
    parser.add_argument("--people", type=_people, metavar="all|N", help="N who are seen longest")
    parser.add_argument(
        "--view",
        choices=VIEWS,
        default=VIEWS[0],
        help="floor: where people are, on the floor they stand on; h36m: everybody about one "
        "place, seen from a camera of Human3.6M, as in published pictures",
    )
    parser.add_argument(
        "--normalization",
        choices=NORMALIZATIONS,
        default="box",
        help="how keypoints are scaled: by each person's box, by the image, or by 1000 px (box)",
    )
    parser.add_argument("--no-bvh", action="store_true", help="arrays and pictures alone")
    parser.add_argument("--no-preview", action="store_true", help="no video, no contact sheet")
    _add_looking(parser)
    parser.set_defaults(run=lift)


def _add_looking(parser: argparse.ArgumentParser) -> None:
    """What is said of the images and of the engine that looks at them."""
    parser.add_argument("--quality", choices=("fast", "balanced", "best"), default="balanced")
    parser.add_argument("--engine", default="landmarks", help="which engine finds keypoints")
    parser.add_argument("--device", default="auto", help="of the engine: auto, cpu, cuda")
    parser.add_argument("--rotate", type=int, choices=(0, 90, 180, 270), default=0)
    parser.add_argument("--mirror", action="store_true", help="flip left and right")
    parser.add_argument("--fps", type=float, default=0.0, help="of a folder of images")
    parser.add_argument(
        "--set", action="append", default=[], metavar="camera.KEY=VALUE", help="such as fov_deg"
    )


def _people(text: str) -> int | None:
    if text == "all":
        return None
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"'{text}', expected all, or a number from 1 on")


def lift(args: argparse.Namespace) -> int:
    from .job import LiftJob, lift_video

    camera: Table = {"rotate": args.rotate, "mirror": args.mirror}
    if args.fps:
        camera["fps"] = args.fps
    job = LiftJob(
        clip=args.clip,
        out=args.out or Path("out") / args.clip.resolve().stem,
        lifter=args.lifter,
        weights=args.weights,
        normalization=args.normalization,
        keypoints=args.keypoints,
        people=args.people,
        view=args.view,
        quality=args.quality,
        engine=args.engine,
        device=args.device,
        bvh=not args.no_bvh,
        preview=not args.no_preview,
        camera=override({"camera": [camera]}, args.set)["camera"][0],
    )
    done = lift_video(job)
    for note in done.notes:
        print(f"note: {note}")
    print(f"{len(done.people)} people in {done.images} images, lifter: {done.lifter}")
    for name in done.files:
        print(done.out / name)
    return 0
