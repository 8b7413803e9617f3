"""Feet of whole takes and of live casts on made-up rigs whose proportions make them slide."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from feet_figures import Figures, every_way, figures, live_pose
from rigs_made import EXTRAS, MadeRig, made_rig
from walkers import moved, standing, walk
from walking_person import walking_person

from livemocap.skeleton import SMPLX
from retarget.motion import PersonMotion, resample, sample
from retarget.rigs.legs import RigLegs
from retarget.rigs.live import LiveCast
from retarget.rigs.posed import posed_heads
from retarget.rigs.rig import Rig, RigOptions, RootMotion
from retarget.rigs.solve import Actor, fit, solve
from retarget.rigs.take import can_hold_feet, held_feet, hold_feet, solve_take

WALK = walking_person()
UP = np.array([0, 0.35, 0])
RIGS = {
    "mannequin": {"naming": "ue4", "rest": "A", "axes": "random", "extras": EXTRAS, "scale": 0.7},
    "chibi": {"naming": "chibi", "scale": 0.4},
    "turned": {"naming": "mixamo", "rest": "A", "axes": "world", "yaw_deg": 70},
}


def big_feet(**how: object) -> MadeRig:
    """Ankles lie higher and toes further ahead than a person's."""
    made = made_rig(**how)  # type: ignore[arg-type]
    heads, scale = made.skeleton.heads.copy(), float(how.get("scale", 1.0))  # type: ignore[arg-type]
    for side in ("left", "right"):
        ankle, toe = (made.skeleton.rows[made.bones[f"{side}_{j}"]] for j in ("ankle", "foot"))
        heads[toe] += 0.35 * (heads[toe] - heads[ankle]) * [1, 0, 1]
        heads[ankle] += [0, 0.03 * scale, 0]
    return MadeRig(replace(made.skeleton, heads=heads), made.joint_map)


def actor_of(made: MadeRig, motion: PersonMotion = WALK, **options: object) -> Actor:
    rig = Rig.of(made.skeleton, made.joint_map, RigOptions(**options))  # type: ignore[arg-type]
    return fit(rig, motion.rest_joints)


@pytest.fixture(scope="module", params=RIGS)
def found(request: pytest.FixtureRequest) -> dict[str, Figures]:
    made = big_feet(**RIGS[request.param])
    return every_way(Rig.of(made.skeleton, made.joint_map), WALK)


@pytest.mark.parametrize("way", ["live", "baked"])
def test_feet_stand_where_they_stand(found: dict[str, Figures], way: str) -> None:
    assert found["loose"].slide > 0.025
    assert found[way].slide < 0.005
    assert found[way].spread_mm < 8 < found["loose"].spread_mm


@pytest.mark.parametrize("way", ["live", "baked"])
def test_limbs_stay_where_they_point(found: dict[str, Figures], way: str) -> None:
    assert found["loose"].legs_deg < 1e-6
    assert found[way].swing_deg < 3
    assert found[way].legs_deg < 3
    assert found[way].others_deg < 1e-6


def test_standing_toes_are_as_high_as_at_rest() -> None:
    made = big_feet(naming="ue4", rest="A")
    actor = actor_of(made)
    heights = RigLegs([actor]).at_rest.heights[:, 1]
    stands = walk().contacts[..., 1]
    for pose in (solve_take(actor, WALK), live_pose(actor, WALK)):
        toes = posed_heads(actor.rig, pose)[:, [made.skeleton.rows[f"ball_{s}"] for s in "lr"], 1]
        off = np.abs(toes - heights)[stands]
        assert np.percentile(off, 90) < 0.005


@pytest.mark.parametrize("root", [RootMotion.OBJECT, RootMotion.ROOT_BONE])
def test_feet_stand_whatever_carries_the_character(root: RootMotion) -> None:
    made = big_feet(naming="ue4", rest="A", extras=("root",))
    actor = actor_of(made, root=root)
    assert figures(actor.rig, solve_take(actor, WALK), WALK).slide < 0.003


def test_who_walks_on_the_spot_is_not_held() -> None:
    actor = actor_of(big_feet(naming="ue4"), root=RootMotion.IN_PLACE)
    assert not can_hold_feet(actor.rig)
    assert hold_feet(actor, WALK) is WALK
    loose = solve(actor, WALK.local_wxyz, WALK.pelvis)
    np.testing.assert_allclose(
        live_pose(actor, WALK).rotations_wxyz, loose.rotations_wxyz, atol=1e-12
    )


def test_rigs_without_knees_are_posed_as_they_are() -> None:
    actor = actor_of(made_rig("ue4", without=["left_knee"]))
    assert hold_feet(actor, WALK) is WALK


@pytest.mark.parametrize(("above", "below"), [("knee", "ankle"), ("hip", "knee")])
def test_legs_of_which_a_part_has_no_length_are_posed_as_they_are(above: str, below: str) -> None:
    made = made_rig("ue4")
    heads, rows = made.skeleton.heads.copy(), made.skeleton.rows
    heads[rows[made.bones[f"left_{below}"]]] = heads[rows[made.bones[f"left_{above}"]]]
    actor = actor_of(MadeRig(replace(made.skeleton, heads=heads), made.joint_map))
    assert hold_feet(actor, WALK) is WALK
    assert np.isfinite(live_pose(actor, WALK).rotations_wxyz).all()


def test_at_no_strength_nothing_is_held_and_at_half_feet_slide_half_as_much() -> None:
    actor = actor_of(big_feet(naming="mixamo", rest="scrambled"))
    assert hold_feet(actor, WALK, 0.0) is WALK
    for pose in (solve_take, lambda a, m, s: live_pose(a, m, s)):
        slides = [figures(actor.rig, pose(actor, WALK, s), WALK).slide for s in (0, 0.5, 1)]
        assert 0.3 < (slides[1] - slides[2]) / (slides[0] - slides[2]) < 0.7, slides


def test_another_height_of_the_floor_is_stood_on() -> None:
    made = big_feet(naming="ue4")
    low, high = actor_of(made), actor_of(made, floor_m=UP[1])
    up = replace(WALK, pelvis=WALK.pelvis + UP)
    expected = posed_heads(low.rig, solve_take(low, WALK)) + UP
    np.testing.assert_allclose(posed_heads(high.rig, solve_take(high, up)), expected, atol=1e-6)


def test_a_jump_is_jumped() -> None:
    still = standing(seconds=2.5)
    up = np.maximum(0, 0.3 - 4.905 * (still.times_s - 1.2) ** 2)
    jump = walking_person(moved(still, np.stack([0 * up, up, 0 * up], -1)))
    actor = actor_of(big_feet(naming="ue4"), jump)
    legs = RigLegs([actor]).at(jump.local_wxyz, jump.pelvis).legs
    held = hold_feet(actor, jump)
    toes = RigLegs([actor]).at(held.local_wxyz, held.pelvis).legs.toe
    assert np.abs(toes - legs.toe)[up > 0.2].max() < 0.012


def test_few_keys_are_held_by_the_contacts_of_all_frames() -> None:
    actor = actor_of(big_feet(naming="ue4"))
    times_s = np.arange(0, WALK.times_s[-1], 0.1)
    feet = held_feet(actor, WALK, times_s)
    assert feet is not None
    few = sample(WALK, times_s)
    pose = solve(actor, (held := feet.of(few)).local_wxyz, held.pelvis)
    stands = walk().contacts[::6, :, 1][: len(times_s)]
    rows = [actor.rig.skeleton.rows[f"ball_{side}"] for side in "lr"]
    toes = posed_heads(actor.rig, pose)[:, rows]
    moving = np.linalg.norm(np.diff(toes[..., [0, 2]], axis=0), axis=-1)
    assert moving[stands[1:] & stands[:-1]].mean() < 0.001


def test_slices_of_held_feet_are_what_the_whole_is() -> None:
    actor = actor_of(big_feet(naming="ue4"))
    feet = held_feet(actor, WALK, WALK.times_s)
    assert feet is not None
    piece = sample(WALK, WALK.times_s[40:70])
    np.testing.assert_allclose(
        feet.of(piece, 40).local_wxyz, hold_feet(actor, WALK).local_wxyz[40:70], atol=1e-9
    )


def with_hole(motion: PersonMotion, first: int, last: int, seconds: float) -> PersonMotion:
    """Nobody saw the frames between `first` and `last`, which took so long."""
    seen = np.r_[: first + 1, last : motion.frames]
    times_s = motion.times_s + (np.arange(motion.frames) >= last) * seconds
    times_s[last:] -= motion.times_s[last] - motion.times_s[first]
    return replace(
        motion,
        times_s=times_s[seen],
        local_wxyz=motion.local_wxyz[seen],
        pelvis=motion.pelvis[seen],
    )


def toes_of(actor: Actor, motion: PersonMotion) -> np.ndarray:
    rows = [actor.rig.skeleton.rows[f"ball_{side}"] for side in "lr"]
    return posed_heads(actor.rig, solve(actor, motion.local_wxyz, motion.pelvis))[:, rows]


@pytest.mark.parametrize(("first", "last"), [(20, 60), (50, 90), (70, 130)])
def test_feet_are_not_torn_through_a_hole_in_which_somebody_went_on(first: int, last: int) -> None:
    actor = actor_of(big_feet(naming="ue4"))
    gone = with_hole(WALK, first, last, 1.0)
    shown = resample(gone, Fraction(60))
    feet = held_feet(actor, gone, shown.times_s)
    assert feet is not None
    pulled = np.abs(toes_of(actor, feet.of(shown)) - toes_of(actor, shown))
    assert pulled[first + 1 : first + 59].max() < 0.08


def test_who_stood_before_and_after_a_hole_stood_all_the_time() -> None:
    actor = actor_of(big_feet(naming="ue4"))
    still = walking_person(standing(seconds=3.0))
    gone = with_hole(still, 60, 120, 1.0)
    shown = resample(gone, Fraction(60))
    toes = (
        toes_of(actor, hold_feet(actor, still)),
        toes_of(
            actor,
            held_feet(actor, gone, shown.times_s).of(shown),  # type: ignore[union-attr]
        ),
    )
    np.testing.assert_allclose(toes[1][20:-20], toes[0][20:-20], atol=0.003)


def test_short_takes_are_left_as_they_are() -> None:
    actor = actor_of(big_feet(naming="ue4"))
    one = sample(WALK, WALK.times_s[:1])
    assert hold_feet(actor, one) is one


def shown(cast: LiveCast, k: int, people: int) -> list[np.ndarray]:
    """Where toes of everybody are in frame k, who all walk alike."""
    poses = cast.solve(
        WALK.times_s[k],
        np.stack([WALK.local_wxyz[k]] * people),
        np.stack([WALK.pelvis[k]] * people),
    )
    rows = [[a.rig.skeleton.rows[a.rig.joint_map.bones[f"{s}_foot"]] for s in ("left", "right")]
            for a in cast.actors]  # fmt: skip
    return [
        posed_heads(actor.rig, pose)[row]
        for actor, pose, row in zip(cast.actors, poses, rows, strict=True)
    ]


def test_who_stays_stands_on_while_others_come_and_go() -> None:
    a, b = (actor_of(big_feet(**RIGS[name])) for name in ("mannequin", "chibi"))
    alone, cast = LiveCast([a]), LiveCast([a])
    for k in range(60):
        expected = shown(alone, k, 1)[0]
        if k == 30:
            both = LiveCast([b, a])
            both.continued(cast, [-1, 0])
            cast = both
        if k == 45:
            again = LiveCast([a])
            again.continued(cast, [1])
            cast = again
        people = len(cast.actors)
        toes = shown(cast, k, people)[-1]
        np.testing.assert_allclose(toes, expected, atol=1e-9, err_msg=str(k))


def test_only_those_who_can_be_held_are() -> None:
    held, still = actor_of(big_feet(naming="ue4")), actor_of(made_rig(without=["left_knee"]))
    cast, alone = LiveCast([still, held, held], [1.0, 1.0, 0.0]), LiveCast([held])
    loose = solve(held, WALK.local_wxyz, WALK.pelvis)
    rows = [held.rig.skeleton.rows[f"ball_{side}"] for side in "lr"]
    for k in range(50):
        one, two = shown(cast, k, 3)[1:]
        np.testing.assert_allclose(one, shown(alone, k, 1)[0], atol=1e-9)
        np.testing.assert_allclose(two, posed_heads(held.rig, loose)[k, rows], atol=1e-9)


def test_a_body_known_better_changes_little() -> None:
    actor = actor_of(big_feet(naming="ue4"))
    cast, other = LiveCast([actor]), LiveCast([actor])
    for k in range(70):
        if k == 35:
            cast.recalibrate(0, fit(actor.rig, WALK.rest_joints * 1.001))
        away = np.abs(shown(cast, k, 1)[0] - shown(other, k, 1)[0]).max()
        assert away < 0.006, k


def test_people_of_a_camera_that_is_silent_stay_as_they_are() -> None:
    actor = actor_of(big_feet(naming="ue4"))
    both, alone = LiveCast([actor] * 2), LiveCast([actor])
    seen, only = 0, None
    for k in range(60):
        seen = seen if k % 3 else k  # the second is seen at every third frame
        rows = [k, seen]
        poses = both.solve(WALK.times_s[rows], WALK.local_wxyz[rows], WALK.pelvis[rows])
        if k == seen or only is None:
            only = alone.solve(WALK.times_s[k], WALK.local_wxyz[[k]], WALK.pelvis[[k]])
        np.testing.assert_allclose(poses[1].rotations_wxyz, only[0].rotations_wxyz, atol=1e-9)
        np.testing.assert_allclose(poses[1].hips_m, only[0].hips_m, atol=1e-9)


def test_joints_beyond_the_legs_are_left_alone() -> None:
    actor = actor_of(big_feet(naming="ue4"))
    held = hold_feet(actor, WALK)
    legs = SMPLX.indices(*(f"{s}_{j}" for s in ("left", "right") for j in ("hip", "knee", "ankle")))
    rest = [joint for joint in range(55) if joint not in legs]
    np.testing.assert_array_equal(held.local_wxyz[:, rest], WALK.local_wxyz[:, rest])
    assert np.abs(held.local_wxyz[:, legs] - WALK.local_wxyz[:, legs]).max() > 0.01
