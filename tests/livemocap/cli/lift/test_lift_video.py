"""`livemocap lift`, from a video and keypoints to files."""

from __future__ import annotations

from pathlib import Path

import bvhio
import cv2
import numpy as np
import pytest
from lifted_video import CAMERA_HEIGHT_M, FPS, HEIGHT, WIDTH, Oracle, Scene

from livemocap.cli.lift import job as lift_job
from livemocap.cli.lift.job import LiftJob, lift_video
from livemocap.cli.main import main
from livemocap.rotation import Array, normalize
from livemocap.skeleton import SMPLX
from livemocap.take import TakeReader
from retarget.bvh import read_bvh

IMAGES = 40


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene.of(IMAGES)


@pytest.fixture(scope="module")
def results(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run leaves behind that is told the truth about every pose."""
    folder = tmp_path_factory.mktemp("lift")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lift_job, "chosen_lifter", lambda *_, **__: Oracle(scene))
        job = LiftJob(
            clip=scene.write_video(folder / "a.mp4"),
            keypoints=scene.write_alphapose(folder / "a.json"),
            out=folder / "out",
        )
        done = lift_video(job)
    assert len(done.people) == 2
    assert done.notes == []
    return folder / "out"


def true_world(scene: Scene) -> Array:
    """(T, 2, 55, 3) m, the camera's axes turned upright, the floor at 0."""
    return scene.joints * [1, -1, -1] + [0, CAMERA_HEIGHT_M, 0]


def test_everybody_is_where_they_were_and_as_they_were(results: Path, scene: Scene) -> None:
    found = np.load(results / "lifted.npz")
    assert found["keypoints_px"].shape == (IMAGES, 2, 17, 3)
    np.testing.assert_allclose(found["times_s"], np.arange(IMAGES) / FPS, atol=1e-3)
    truth = scene.points * [1, -1, -1] + [0, CAMERA_HEIGHT_M, 0]
    first = np.abs(found["joints_world"][:, :1] - truth).mean((0, 2, 3)).argmin()
    truth = truth[:, [first, 1 - first]]
    away = np.linalg.norm((found["joints_world"] - truth)[:, :, 0], axis=-1)
    assert (away < 0.08 * truth[..., 0, 2] * -1).all()  # they skate, and standing feet must not
    world, truth = (each - each[:, :, :1] for each in (found["joints_world"], truth))
    off = np.linalg.norm(world - truth, axis=-1)
    assert np.median(off) < 0.02
    assert np.quantile(off, 0.99) < 0.1
    about = scene.points - scene.points[:, :, :1]
    np.testing.assert_allclose(found["joints_cam"], about[:, [first, 1 - first]], atol=1e-5)


def test_keypoints_stay_with_their_person(results: Path, scene: Scene) -> None:
    points = np.load(results / "lifted.npz")["keypoints_px"]
    order = [0, 1] if points[0, 0, 11, 0] < points[0, 1, 11, 0] else [1, 0]
    np.testing.assert_allclose(points[:, order], scene.keypoints, atol=2e-3)


def test_another_reader_of_bvh_sees_the_limbs_point_as_they_did(
    results: Path, scene: Scene
) -> None:
    paths = sorted(results.glob("lifted_person*.bvh"))
    assert len(paths) == 2
    limbs = [("left_elbow", "left_wrist"), ("right_knee", "right_ankle"), ("left_hip", "left_knee")]
    offs = []
    for path in paths:
        root = bvhio.readAsHierarchy(str(path))
        joints = {joint.Name: joint for joint, _, _ in root.layout()}
        for t in (5, 20, 35):
            root.loadPose(t)
            bones = [
                np.array(joints[end].PositionWorld) - np.array(joints[start].PositionWorld)
                for start, end in limbs
            ]
            true = true_world(scene)[t]
            people = [
                [p[SMPLX.index(end)] - p[SMPLX.index(start)] for start, end in limbs] for p in true
            ]
            off = [np.degrees(np.arccos((normalize(bones) * normalize(p)).sum(-1))) for p in people]
            offs.append(min(off, key=np.max))
    assert np.median(offs) < 4
    assert np.max(offs) < 12


def test_the_preview_shows_every_image_with_3d_beside_it(results: Path) -> None:
    video = cv2.VideoCapture(str(results / "preview.mp4"))
    pictures = []
    while (read := video.read())[0]:
        pictures.append(read[1])
    assert len(pictures) == IMAGES
    height, width = pictures[0].shape[:2]
    assert width > height * WIDTH / HEIGHT * 1.5
    beside = pictures[10][:, round(height * WIDTH / HEIGHT) :]
    assert (beside.max(-1) > 150).sum() > 300
    assert cv2.imread(str(results / "contact_sheet.png")) is not None


def test_the_take_can_be_read_and_holds_poses_and_tracks(results: Path) -> None:
    tracks = list(TakeReader(results / "lifted.mcap").tracks())
    assert len(tracks) == IMAGES
    assert tracks[-1].world_source == "estimated"
    assert len(list(TakeReader(results / "lifted.mcap").messages())) == 2 * IMAGES


def test_the_published_view_stands_everybody_on_the_floor_in_one_place(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = pytest.importorskip("inference.lifting.view")
    monkeypatch.setattr(lift_job, "chosen_lifter", lambda *_, **__: Oracle(scene))
    job = LiftJob(
        clip=scene.write_video(tmp_path / "a.mp4"),
        keypoints=scene.write_alphapose(tmp_path / "a.json", first=1),
        out=tmp_path / "out",
        view="h36m",
        people=1,
        preview=False,
    )
    done = lift_video(job)
    assert done.files == ["lifted.npz", f"lifted_person{done.people[0]}.bvh"]
    found = np.load(tmp_path / "out" / "lifted.npz")
    published = view.world_from_camera(found["joints_cam"][:, 0], view.H36M_VIEW_WXYZ)
    np.testing.assert_allclose(found["joints_world"][:, 0], view.on_floor(published), atol=1e-6)
    clip = read_bvh(tmp_path / "out" / done.files[1])
    joints = clip.joints() / 100
    lowest = joints[..., SMPLX.indices("left_ankle", "right_ankle"), 1].min()
    assert abs(lowest) < 0.12  # bodies are smoothed, the published arrays are not
    assert np.abs(joints[:, 0, ::2]).max() < 0.1


def test_an_engines_own_3d_needs_no_lifter(scene: Scene, tmp_path: Path) -> None:
    clip = scene.write_video(tmp_path / "a.mp4")
    job = LiftJob(
        clip=clip, out=tmp_path / "out", lifter="none", engine="instant", preview=False, bvh=False
    )
    done = lift_video(job)
    assert len(done.people) == 2
    found = np.load(tmp_path / "out" / "lifted.npz")
    assert np.isfinite(found["joints_world"]).mean() > 0.9
    np.testing.assert_allclose(np.linalg.norm(found["joints_cam"][:, :, 0], axis=-1), 0, atol=1e-6)


def test_weights_by_rule_go_through_a_published_net(scene: Scene, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from inference.lifting.videopose3d import TemporalNet

    torch.manual_seed(0)
    torch.save(TemporalNet((3, 3), channels=16).state_dict(), tmp_path / "net.bin")
    job = LiftJob(
        clip=scene.write_video(tmp_path / "a.mp4"),
        keypoints=scene.write_alphapose(tmp_path / "a.json"),
        out=tmp_path / "out",
        lifter="vp3d",
        weights=tmp_path / "net.bin",
        preview=False,
    )
    done = lift_video(job)
    assert done.lifter == "vp3d"
    found = np.load(tmp_path / "out" / "lifted.npz")
    assert np.isfinite(found["joints_cam"]).all()


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What the command says when it refuses."""
    assert main(["lift", *map(str, arguments)]) == 2
    return capsys.readouterr().err


def test_videos_that_are_none_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.mp4").write_text("hello")
    (tmp_path / "empty.mp4").touch()
    options = ("--lifter", "none", "-o", tmp_path / "out")
    assert "no such file" in run(capsys, tmp_path / "none.mp4", *options)
    assert "not a video" in run(capsys, tmp_path / "text.mp4", *options)
    assert "the file is empty" in run(capsys, tmp_path / "empty.mp4", *options)
    assert not (tmp_path / "out").exists()


def test_a_video_that_breaks_off_is_lifted_as_far_as_it_goes(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lift_job, "chosen_lifter", lambda *_, **__: Oracle(scene))
    whole = scene.write_video(tmp_path / "a.mp4").read_bytes()
    start, end = whole.index(b"mdat"), whole.index(b"moov") - 8
    start += (end - start) * 8 // 10
    damaged = whole[:start] + bytes(end - start) + whole[end:]
    (tmp_path / "b.mp4").write_bytes(damaged)
    done = lift_video(
        LiftJob(
            clip=tmp_path / "b.mp4",
            keypoints=scene.write_alphapose(tmp_path / "a.json"),
            out=tmp_path / "out",
            preview=False,
        )
    )
    assert 20 < done.images < IMAGES
    assert "images could not be decoded" in done.notes[0]


def test_keypoints_of_another_video_are_refused(
    scene: Scene,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lift_job, "chosen_lifter", lambda *_, **__: Oracle(scene))
    clip = scene.write_video(tmp_path / "a.mp4")
    late = scene.write_alphapose(tmp_path / "late.json", first=30)
    large = scene.write_alphapose(tmp_path / "large.json", scale=4)
    unit = scene.write_alphapose(tmp_path / "unit.json", scale=1 / WIDTH)
    nobody = scene.write_alphapose(tmp_path / "nobody.json", scale=0)
    refused = [(late, "tells of image 69, but the video has 40 images"), (large, "another size")]
    for keypoints, words in [*refused, (unit, "expected px"), (nobody, "nobody is in it")]:
        assert words in run(capsys, clip, "--keypoints", keypoints, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_lifter_that_is_not_there_says_how_to_get_it(
    scene: Scene,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIVEMOCAP_MODELS", str(tmp_path / "models"))
    clip = scene.write_video(tmp_path / "a.mp4")
    keypoints = scene.write_alphapose(tmp_path / "a.json")
    said = run(capsys, clip, "--lifter", "pstmo", "--keypoints", keypoints)
    assert "livemocap models install" in said
    said = run(capsys, clip, "--lifter", "none", "--keypoints", keypoints)
    assert "leave --keypoints away" in said
    assert "for which lifter" in run(capsys, clip, "--weights", tmp_path / "net.bin")


def test_an_empty_scene_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from clips import counted_images, write_clip

    clip = write_clip(tmp_path / "a.mp4", counted_images(6))
    said = run(capsys, clip, "--lifter", "none", "--quality", "fast", "-o", tmp_path / "out")
    assert "nobody was found in 6 images" in said
