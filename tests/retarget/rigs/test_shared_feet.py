"""Feet on five characters of other people, where they are at hand, while a captured walk plays."""

from __future__ import annotations

from pathlib import Path

import pytest
from blender_process import needs_bpy
from feet_figures import FIVE, WALK, Figures, clip_of, every_way

from retarget.rigs.inspection import inspect_rig
from retarget.rigs.rig import Rig

SHARED = Path(__file__).parents[4] / "shared" / "rigs"

pytestmark = [
    pytest.mark.blender,
    needs_bpy,
    pytest.mark.skipif(not SHARED.is_dir(), reason="needs the folder ../shared/rigs"),
]


@pytest.fixture(scope="module", params=FIVE)
def found(request: pytest.FixtureRequest) -> dict[str, Figures]:
    """Without any manual step."""
    seen = inspect_rig(SHARED / FIVE[request.param])
    rig = Rig.of(seen.armature.skeleton, seen.joint_map)
    return every_way(rig, clip_of(SHARED / WALK, fps=60))


@pytest.mark.parametrize("way", ["live", "baked"])
def test_stance_feet_neither_slide_nor_float(found: dict[str, Figures], way: str) -> None:
    assert found["loose"].slide > 0.07
    assert found["loose"].spread_mm > 10
    assert found[way].slide <= 0.02
    assert found[way].spread_mm <= 5
    assert found[way].height_mm <= 5


@pytest.mark.parametrize("way", ["live", "baked"])
def test_limbs_elsewhere_point_as_the_walkers_do(found: dict[str, Figures], way: str) -> None:
    assert found[way].swing_deg <= 3
    assert found[way].others_deg <= 0.1
