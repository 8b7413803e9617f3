"""How feet stand on other people's rigs while captured people walk: as posed, live and baked.

python tests/bench/rig_feet.py --shared DIR [--fps 60] [--clips]

DIR holds rigs/ and mocap/. Needs bpy for the rigs. `--clips` puts every clip on them, too.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from feet_figures import FIVE, WALK, clip_of, every_way, source_slide, standing_toes

from retarget.motion import PersonMotion
from retarget.rigs.inspection import inspect_rig
from retarget.rigs.rig import Rig

_COLUMNS = "slide m/s    spread mm    swing deg    legs deg    others deg"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--fps", type=int, default=60)
    parser.add_argument("--clips", action="store_true")
    args = parser.parse_args()
    rigs = {name: _rig(args.shared / "rigs" / file) for name, file in FIVE.items()}
    table(WALK, clip_of(args.shared / "rigs" / WALK, args.fps), rigs)
    for path in sorted((args.shared / "mocap").glob("*.bvh")) if args.clips else ():
        table(path.name, clip_of(path, args.fps), rigs)


def table(title: str, motion: PersonMotion, rigs: dict[str, Rig]) -> None:
    stands, _ = standing_toes(motion)
    print(
        f"\n{title}: {motion.frames} frames, toes stand {100 * stands.mean():.0f} % of the time, "
        f"sliding at {source_slide(motion):.3f} m/s themselves"
    )
    print(f"{'rig':<10} {'feet':<6} {_COLUMNS}")
    for name, rig in rigs.items():
        for way, found in every_way(rig, motion).items():
            print(
                f"{name:<10} {way:<6} {found.slide:9.3f} {found.spread_mm:12.1f} "
                f"{found.swing_deg:12.2f} {found.legs_deg:11.2f} {found.others_deg:13.2f}",
                flush=True,
            )


def _rig(path: Path) -> Rig:
    """As it is found, without any manual step."""
    found = inspect_rig(path)
    return Rig.of(found.armature.skeleton, found.joint_map)


if __name__ == "__main__":
    main()
