from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
from waving_people import bent, played, posed, stream

from livemocap.messages import REPAIRS
from livemocap.rotation import Array, inverse, multiply, quat_from_rotvec
from livemocap.skeleton import BODY_JOINTS
from tracking.people import FLIPPED, LIMB_JUMPED, People
from tracking.repair.repair import LiveRepair, LookAheadRepair
from tracking.rotations import IN_MIRROR, MIRROR, twin

_LEG = ("right_hip", "right_knee", "right_ankle")
Make = Callable[[], LiveRepair]
both_ways = pytest.mark.parametrize(
    "make", [LiveRepair, lambda: LookAheadRepair(0.5)], ids=["live", "ahead"]
)


def faulty(seed: int = 0) -> list[People]:
    """Three people with a turned body, a leg that jumps and a gap, at uneven times."""
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.uniform(0.02, 0.05, 60))
    images = stream(times, 3)
    leg = bent(_LEG, (0.3, 0.6, 0.4))
    shown = []
    for k, people in enumerate(images):
        image = posed(people, twin, 1) if k in (20, 21) else people
        image = posed(image, leg, 2) if 30 <= k < 36 else image
        shown.append(_only(image, [1, 2]) if 40 <= k < 44 else image)
    return shown


def _only(people: People, rows: list[int]) -> People:
    """The image with these people in this order."""
    return replace(
        people,
        **{
            field.name: getattr(people, field.name)[rows]
            for field in fields(people)
            if field.name not in ("frame", "t_s", "cut")
        },
    )


def _mirrored(people: People) -> People:
    """The image as it is in the mirror x -> -x."""
    pose = people.pose_wxyz[:, MIRROR] * IN_MIRROR
    return replace(people, pose_wxyz=pose, places=people.places * [-1, 1, 1])


@both_ways
def test_a_turned_body_and_a_jumping_leg_are_mended_and_counted(make: Make) -> None:
    mender = make()
    result = played(mender, faulty())
    assert list(mender.counts) == [k for k in REPAIRS if k in mender.counts]
    assert mender.counts["flipped"] == 2
    assert all(p.repairs[1] & FLIPPED for p in result[20:22])
    assert (result[32].repairs[2] == LIMB_JUMPED) == isinstance(mender, LookAheadRepair)


@both_ways
def test_the_order_of_people_does_not_matter(make: Make) -> None:
    shown = faulty()
    shuffled = [_only(p, list(range(len(p.keys)))[::-1]) for p in shown]
    for a, b in zip(played(make(), shown), played(make(), shuffled), strict=True):
        assert np.allclose(a.pose_wxyz, b.pose_wxyz[::-1], atol=1e-12)
        assert np.array_equal(a.repairs, b.repairs[::-1])


@both_ways
def test_the_mirror_image_is_mended_to_the_mirror_image(make: Make) -> None:
    there = [_mirrored(p) for p in played(make(), faulty())]
    back = played(make(), [_mirrored(p) for p in faulty()])
    for a, b in zip(there, back, strict=True):
        assert np.abs((a.pose_wxyz * b.pose_wxyz).sum(-1)).min() > 1 - 1e-9
        assert np.array_equal(a.repairs, b.repairs)


@both_ways
def test_a_turned_camera_changes_nothing_but_the_view(make: Make) -> None:
    turn = quat_from_rotvec(np.array([0.3, -0.8, 0.4]))

    def seen_from(people: People, by: Array) -> People:
        pose = people.pose_wxyz.copy()
        pose[:, :BODY_JOINTS] = multiply(by, pose[:, :BODY_JOINTS])
        return replace(people, pose_wxyz=pose)

    there = played(make(), [seen_from(p, turn) for p in faulty()])
    for a, b in zip(played(make(), faulty()), there, strict=True):
        back = seen_from(b, inverse(turn))
        assert np.abs((a.pose_wxyz * back.pose_wxyz).sum(-1)).min() > 1 - 1e-9
        assert np.array_equal(a.repairs, b.repairs)


@both_ways
def test_the_same_images_give_the_same_result_and_nothing_is_changed_in_place(make: Make) -> None:
    shown = faulty()
    first = played(make(), shown)
    for a, b, kept, there in zip(first, played(make(), shown), faulty(), shown, strict=True):
        assert a.pose_wxyz.tobytes() == b.pose_wxyz.tobytes()
        assert np.isfinite(a.pose_wxyz).all()
        assert np.array_equal(kept.pose_wxyz, there.pose_wxyz)


@both_ways
def test_everything_comes_out_in_order_also_with_nobody_there(make: Make) -> None:
    shown = [_only(p, []) if 10 <= k < 30 else p for k, p in enumerate(stream(np.arange(60) / 30))]
    shown[45] = replace(shown[45], cut=True)
    mender = make()
    assert [p.t_s for p in played(mender, shown)] == [p.t_s for p in shown]
    mender.push(shown[0])
    mender.reset()
    assert list(mender.flush()) == []


def test_images_come_out_as_soon_as_enough_follows() -> None:
    mender = LookAheadRepair(0.1)
    times = np.arange(30) / 30
    for k, people in enumerate(stream(times)):
        assert all(people.t_s - late.t_s < 0.1 + 1 / 30 + 1e-9 for late in mender.push(people)), k
