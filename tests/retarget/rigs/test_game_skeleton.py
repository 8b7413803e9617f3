"""Rigs of controls in files that hold no constraints."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rigs_made import made_rig

from retarget.errors import RetargetError
from retarget.rigs.game_skeleton import _reordered, game_skeleton
from retarget.rigs.skeleton import RigSkeleton


def control_rig() -> tuple[RigSkeleton, dict[str, str]]:
    """Each bone three times: a control, a machine's bone that hangs on nothing, and below that
    the one that skin follows; spine and arms keep their own chain, legs and hair do not."""
    made = made_rig("smplx", rest="A", axes="random", extras=["hair"])
    s, bones = made.skeleton, len(made.skeleton.names)
    own = [row for row, name in enumerate(s.names) if "hip" not in name and "hair" not in name]
    skin = [
        2 * bones + s.parents[row] if s.parents[row] >= 0 and row in own else bones + row
        for row in range(bones)
    ]
    names = [f"{layer}{name}" for layer in ("ctrl_", "MCH-", "DEF-") for name in s.names]
    skeleton = RigSkeleton(
        names=tuple(names),
        parents=(*s.parents, *(p + bones if p >= 0 else -1 for p in s.parents), *skin),
        heads=np.tile(s.heads, (3, 1)),
        axes=np.tile(s.axes, (3, 1, 1)),
        tails=np.tile(s.tails, (3, 1)),
        deforms=(False,) * (2 * bones) + (True,) * bones,
    )
    return skeleton, {joint: f"DEF-{bone}" for joint, bone in made.bones.items()}


def test_the_deforming_bones_become_one_tree_with_all_joints() -> None:
    skeleton, truth = control_rig()
    found = game_skeleton(skeleton)
    assert found is not None
    game, joints = found
    assert joints.bones == truth
    assert [name for name, p in zip(game.names, game.parents, strict=True) if p < 0] == [
        truth["pelvis"]
    ]
    assert {name[:4] for name in game.names} == {"DEF-"}
    above = {name: game.names[game.parents[row]] for row, name in enumerate(game.names) if row}
    assert above[truth["left_hip"]] == above[truth["right_hip"]] == truth["pelvis"]
    assert above[truth["left_knee"]] == truth["left_hip"]
    assert above["DEF-hair_0_0"] == truth["head"]


def test_bones_stay_where_they_are_and_as_they_lie() -> None:
    skeleton, _ = control_rig()
    found = game_skeleton(skeleton)
    assert found is not None
    rows = [skeleton.rows[name] for name in found[0].names]
    np.testing.assert_array_equal(found[0].heads, skeleton.heads[rows])
    np.testing.assert_array_equal(found[0].axes, skeleton.axes[rows])


def test_deforming_bones_that_are_no_body_are_none() -> None:
    skeleton, _ = control_rig()
    few = tuple(name.startswith("DEF-hair") for name in skeleton.names)
    assert game_skeleton(replace(skeleton, deforms=few)) is None


def test_bones_that_would_hang_on_each_other_in_a_ring_are_refused() -> None:
    skeleton, _ = control_rig()
    with pytest.raises(RetargetError, match="in a ring"):
        _reordered(skeleton, [0, 1, 2], [-1, 2, 1])
