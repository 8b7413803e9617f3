import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from motion import smooth_motion
from motion_files import joints_of, rest_body, upright_motion, write_amass, write_rig_bvh

from livemocap.skeleton import SMPLX
from livemocap.take import TakeReader
from livemocap.take_repair import summarize
from retarget.bvh import read_bvh, write_bvh
from retarget.errors import RetargetError
from retarget.export import export_take
from retarget.import_motion.bvh_person import BvhWishes
from retarget.import_motion.floor import floor_height
from retarget.import_motion.importing import ImportWishes, import_motion
from retarget.motion import motions_from_tracks
from retarget.rigs.presets import Preset

OTHER_RIG = Preset(name="other", title="other", bones={"pelvis": "hip"})


def imported(paths: list[Path], out: Path, **wishes: object) -> list[str]:
    """What was reported."""
    lines: list[str] = []
    import_motion(paths, out, rest_body, ImportWishes(**wishes), lines.append)  # pyright: ignore
    return lines


def own_bvh(
    path: Path, fps: Fraction = Fraction(30), frames: int = 61, seed: int = 0, lift_m: float = 0.0
) -> Path:
    motion = smooth_motion(frames, float(fps), seed)
    write_bvh(replace(motion, pelvis=motion.pelvis + np.array([0, lift_m, 0])), fps, path)
    return path


@pytest.mark.parametrize("rate", ["30", "24000/1001", "60000/1001", "120"])
def test_our_own_export_comes_back_exactly(rate: str, tmp_path: Path) -> None:
    source = own_bvh(tmp_path / "a.bvh", Fraction(rate))
    imported([source], tmp_path / "a.mcap")
    [again] = export_take(tmp_path / "a.mcap", ["bvh"], None, None, tmp_path / "out")
    before, after = read_bvh(source), read_bvh(again)
    assert after.frame_time_s == before.frame_time_s
    np.testing.assert_allclose(after.joints(), before.joints(), atol=0.001)  # cm: 0.01 mm
    np.testing.assert_allclose(after.values, before.values, atol=0.01)


def test_a_take_of_an_import_is_a_whole_take(tmp_path: Path) -> None:
    source = own_bvh(tmp_path / "walk.bvh")
    out = tmp_path / "new" / "walk.mcap"
    imported([source], out, names=["anna"])
    summary = summarize(out)
    assert (summary.damage, summary.gaps, summary.frames, summary.fps) == ("", 0, 61, 30.0)
    assert summary.people == {1: 61}
    assert summary.metadata["people"] == {"1": "anna"}
    assert summary.metadata["import"] == {"1": "walk.bvh"}
    assert summary.metadata["skeleton"]["joints"].split() == list(SMPLX.names)
    assert int(summary.metadata["take"]["started_unix_ns"]) > 1e18
    first = next(TakeReader(out).tracks())
    assert first.t_capture_ns == 0
    assert first.joint_confidence.min() == 1.0
    assert list(out.parent.iterdir()) == [out]


def test_several_files_are_several_people_at_one_rate(tmp_path: Path) -> None:
    sources = [
        own_bvh(tmp_path / "a.bvh", Fraction(30), 31, seed=1),
        own_bvh(tmp_path / "b.bvh", Fraction(60), 121, seed=2),
        write_amass(tmp_path / "c.npz", upright_motion(46)),
    ]
    imported(sources, tmp_path / "all.mcap")
    motions = motions_from_tracks(TakeReader(tmp_path / "all.mcap").tracks())
    assert [(m.track_id, m.frames, m.start_s) for m in motions] == [
        (1, 61, 0.0), (2, 121, 0.0), (3, 91, 0.0),
    ]  # fmt: skip
    for motion in motions:
        np.testing.assert_allclose(np.diff(motion.times_s), 1 / 60, atol=2e-9)
    known = next(TakeReader(tmp_path / "all.mcap").tracks()).joint_confidence
    assert known[2][SMPLX.index("jaw")] == 0  # SMPL-H has none
    assert known[:2].all()


def test_another_rate_changes_the_rate_only(tmp_path: Path) -> None:
    source = own_bvh(tmp_path / "a.bvh", Fraction(120), 241)
    imported([source], tmp_path / "a.mcap", fps=Fraction(24000, 1001))
    [motion] = motions_from_tracks(TakeReader(tmp_path / "a.mcap").tracks())
    assert motion.frames == 48
    np.testing.assert_allclose(motion.times_s * 24000 / 1001, np.arange(48), atol=1e-6)
    frames = [0, 5, 10]  # at 120 fps: 0, 25.025, 50.05
    before = read_bvh(source).joints() / 100
    np.testing.assert_allclose(motion.joints()[frames], before[[0, 25, 50]][:, _order()], atol=0.01)


def _order() -> list[int]:
    """Where BVH's depth-first order has our joints."""
    path, waiting = [], [0]
    while waiting:
        path.append(waiting.pop())
        waiting += reversed(SMPLX.children[path[-1]])
    return [path.index(joint) for joint in range(len(SMPLX.names))]


def test_everybody_comes_down_to_the_floor_together(tmp_path: Path) -> None:
    sources = [own_bvh(tmp_path / f"{k}.bvh", seed=k, lift_m=0.3 * k) for k in (1, 2)]
    lines = imported(sources, tmp_path / "a.mcap")
    assert any("--floor" in line for line in lines)
    imported(sources, tmp_path / "b.mcap", floor=True)
    before, after = (
        motions_from_tracks(TakeReader(tmp_path / name).tracks()) for name in ("a.mcap", "b.mcap")
    )
    assert min(floor_height(motion) for motion in after) == pytest.approx(0, abs=1e-6)
    moved = [(a.pelvis - b.pelvis) for a, b in zip(after, before, strict=True)]
    np.testing.assert_allclose(moved[0], moved[1], atol=1e-6)
    np.testing.assert_allclose(moved[0][:, [0, 2]], 0, atol=1e-6)


def test_a_body_that_stands_in_stands_on_the_floor(tmp_path: Path) -> None:
    source = write_amass(tmp_path / "a.npz", upright_motion())
    imported([source], tmp_path / "a.mcap")
    [motion] = motions_from_tracks(TakeReader(tmp_path / "a.mcap").tracks())
    assert floor_height(motion) == pytest.approx(0, abs=1e-6)


def test_a_take_that_is_there_is_replaced_only_when_asked(tmp_path: Path) -> None:
    source, out = own_bvh(tmp_path / "a.bvh"), tmp_path / "a.mcap"
    out.write_bytes(b"mine")
    with pytest.raises(RetargetError, match="--force"):
        imported([source], out)
    assert out.read_bytes() == b"mine"
    imported([source], out, force=True)
    assert summarize(out).frames == 61


def test_a_bad_file_among_good_ones_leaves_everything_as_it_was(tmp_path: Path) -> None:
    good, bad, out = own_bvh(tmp_path / "a.bvh"), tmp_path / "b.bvh", tmp_path / "a.mcap"
    bad.write_text("HIERARCHY")
    out.write_bytes(b"mine")
    with pytest.raises(RetargetError, match=r"b\.bvh"):
        imported([good, bad], out, force=True)
    assert out.read_bytes() == b"mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.bvh", "a.mcap", "b.bvh"]


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Writing more than that into one file fails, as on a full disk."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on files")
@pytest.mark.parametrize("size", [0, 20_000])
def test_a_full_disk_is_said_and_leaves_nothing(size: int, tmp_path: Path) -> None:
    source, out = own_bvh(tmp_path / "a.bvh"), tmp_path / "a.mcap"
    out.write_bytes(b"mine")
    with files_up_to(size), pytest.raises(Exception, match="too large") as failure:
        imported([source], out, force=True)
    assert type(failure.value).__name__ in ("RetargetError", "TakeError")
    assert out.read_bytes() == b"mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.bvh", "a.mcap"]


def test_what_a_killed_import_left_is_no_obstacle(tmp_path: Path) -> None:
    source = own_bvh(tmp_path / "a.bvh")
    (tmp_path / ".a.mcap.part.part").write_bytes(b"half")
    imported([source], tmp_path / "a.mcap")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.bvh", "a.mcap"]


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"names": ["a", "b"]}, "--names: 2 for 1"),
        ({"source": BvhWishes(up="x")}, "--up x"),
        ({"source": BvhWishes(scale=0.0)}, "--scale 0"),
        ({"source": BvhWishes(scale=-1.0)}, "--scale -1"),
        ({"source": BvhWishes(scale=float("nan"))}, "--scale nan"),
        ({"source": BvhWishes(rest_frame=0)}, "--rest-frame 0"),
        ({"source": BvhWishes(joints=OTHER_RIG)}, "no bone is called hip"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_wish_is_refused(wish: dict[str, object], why: str, tmp_path: Path) -> None:
    source = own_bvh(tmp_path / "a.bvh")
    with pytest.raises(RetargetError, match=why):
        imported([source], tmp_path / "a.mcap", **wish)
    assert not (tmp_path / "a.mcap").exists()


@pytest.mark.parametrize("name", ["a.fbx", "a", "a.mcap"])
def test_a_file_of_another_kind_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(RetargetError, match=r"expected a file of motion"):
        imported([tmp_path / name], tmp_path / "b.mcap")


@pytest.mark.parametrize("out", ["take", "take.bvh"])
def test_a_take_has_a_takes_name(out: str, tmp_path: Path) -> None:
    with pytest.raises(RetargetError, match=r"NAME\.mcap"):
        imported([own_bvh(tmp_path / "a.bvh")], tmp_path / out)


def test_a_place_that_is_none_is_refused(tmp_path: Path) -> None:
    source = own_bvh(tmp_path / "a.bvh")
    with pytest.raises(RetargetError, match=r"a\.bvh/a\.mcap"):
        imported([source], source / "a.mcap")
    (tmp_path / "b.mcap").mkdir()
    with pytest.raises(RetargetError, match="is a folder"):
        imported([source], tmp_path / "b.mcap", force=True)


def test_people_stand_where_their_files_put_them(tmp_path: Path) -> None:
    truth = write_rig_bvh(tmp_path / "a.bvh")
    imported([truth.path], tmp_path / "a.mcap")
    [motion] = motions_from_tracks(TakeReader(tmp_path / "a.mcap").tracks())
    names = list(truth.rig.bones)
    np.testing.assert_allclose(
        joints_of(motion, names), truth.places[:, truth.rows(names)], atol=1e-4
    )
