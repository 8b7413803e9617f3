"""`livemocap aios`: from the command line to files, with a stand-in for the network."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Sequence
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from aios_job_people import SeenPeople
from aios_reference import body_arrays

from inference.aios.jobs.people import People
from inference.models.store import models_folder
from livemocap.cli.aios import running
from livemocap.cli.main import main
from livemocap.cli.preview.video_writer import VideoWriter

SMALL = np.full((180, 320, 3), 90, np.uint8)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder and a data folder of the test's own, and a network that sees two people."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    seen = SeenPeople([0.9, 0.5], [(0.3, 0.5), (0.7, 0.5)])
    monkeypatch.setattr(running, "load_network", lambda device, *, plain: seen)
    return tmp_path


@pytest.fixture
def smplx(place: Path) -> None:
    models_folder().mkdir(parents=True)
    np.savez(models_folder() / "smplx_neutral.npz", **body_arrays())


def save(folder: str, *names: str) -> str:
    for name in names:
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), SMALL)
    return folder


def files(folder: str) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in Path(folder).rglob("*") if p.is_file())


@pytest.mark.usefixtures("smplx")
def test_agora_writes_predictions_and_their_zip(capsys: pytest.CaptureFixture[str]) -> None:
    save("test", "img_1_1280x720.png", "img_10_1280x720.png")
    assert main(["aios", "agora", "test", "--4k", "--zip", "--batch", "2", "--device", "cpu"]) == 0
    entries = ["predictions/img_10_personId_0.pkl", "predictions/img_1_personId_0.pkl"]
    assert files("out/test") == ["predictions.zip", *entries]
    with zipfile.ZipFile("out/test/predictions.zip") as archive:
        assert archive.namelist() == entries
    said = capsys.readouterr()
    assert "2 people in 2 images" in said.out
    assert "threshold 0.7" in said.out


@pytest.mark.usefixtures("smplx")
def test_the_threshold_can_be_chosen() -> None:
    save("test", "a.png")
    assert main(["aios", "agora", "test", "--threshold", "0.4", "-o", "o", "--device", "cpu"]) == 0
    assert len(files("o/predictions")) == 2


@pytest.mark.usefixtures("smplx")
def test_4k_multiplies_small_images_joints_by_3() -> None:
    folder = save("test", "a.png")
    cv2.imwrite("test/a.png", np.zeros((720, 1280, 3), np.uint8))
    for out, options in {"plain": [], "factor": ["--factor", "3"], "4k": ["--4k"]}.items():
        assert main(["aios", "agora", folder, "-o", out, "--device", "cpu", *options]) == 0
    joints = {
        out: pickle.loads(Path(out, "predictions/a_personId_0.pkl").read_bytes())["joints"]
        for out in ("plain", "factor", "4k")
    }
    np.testing.assert_allclose(joints["factor"], 3 * joints["plain"], rtol=1e-6)
    np.testing.assert_allclose(joints["4k"], 3 * joints["plain"], rtol=1e-6)


@pytest.mark.usefixtures("smplx")
def test_bedlam_writes_vertices_of_every_scene() -> None:
    save("in", "scene_a/png/seq_0/0000.png", "scene_b/png/seq_0/0000.png")
    assert main(["aios", "bedlam", "in", "-o", "out", "--device", "cpu"]) == 0
    assert files("out/predictions") == [
        "scene_a_frameID_0000_personId_0.pkl", "scene_b_frameID_0000_personId_0.pkl",
    ]  # fmt: skip
    content = pickle.loads(Path("out/predictions", files("out/predictions")[0]).read_bytes())
    assert content["verts"].shape == (10475, 3)


def test_agora_without_smplx_says_how_to_get_it(capsys: pytest.CaptureFixture[str]) -> None:
    save("test", "a.png")
    assert main(["aios", "agora", "test"]) == 2
    assert "livemocap models install SMPLX_NEUTRAL.npz" in capsys.readouterr().err
    assert not Path("out").exists()


@pytest.mark.usefixtures("smplx")
def test_unreadable_images_are_named_and_if_all_are_the_job_has_failed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    save("test", "good.png")
    Path("test/bad.png").write_bytes(b"no image")
    assert main(["aios", "agora", "test", "--device", "cpu"]) == 0
    said = capsys.readouterr()
    assert "warning: test/bad.png: cannot be decoded, skipped" in said.err
    assert "1 people in 1 images, 1 unreadable" in said.out
    Path("test/good.png").unlink()
    assert main(["aios", "agora", "test", "--overwrite", "--device", "cpu"]) == 1


def test_demo_of_a_folder_writes_meshes_pictures_and_a_film(
    capsys: pytest.CaptureFixture[str],
) -> None:
    save("photos", "b.png", "a.jpg")
    Path("photos/c.png").write_bytes(b"no image")
    assert main(["aios", "demo", "photos", "--device", "cpu"]) == 0
    assert files("out/photos") == [
        "mesh/a_personId_0.obj", "mesh/a_personId_1.obj",
        "mesh/b_personId_0.obj", "mesh/b_personId_1.obj",
        "overlay.mp4", "res_img/a.png", "res_img/b.png",
    ]  # fmt: skip
    assert cv2.imread("out/photos/res_img/a.png").shape == (750, 1333, 3)
    said = capsys.readouterr()
    assert "4 people in 2 images, 1 unreadable" in said.out
    assert "the SMPL-X body is not installed: shown is the open body" in said.err


@pytest.mark.usefixtures("smplx")
def test_demo_uses_smplx_where_it_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    save("photos", "a.png")
    assert main(["aios", "demo", "photos", "--no-video", "--no-images", "--num-person", "1"]) == 0
    text = Path("out/photos/mesh/a_personId_0.obj").read_text()
    assert text.count("v ") == 10475
    assert text.count("f ") == len(body_arrays()["f"])
    assert files("out/photos") == ["mesh/a_personId_0.obj"]
    assert "open body" not in capsys.readouterr().err


def test_demo_of_a_film_keeps_its_times() -> None:
    with VideoWriter(Path("dance.mp4"), 320, 180, 10.0) as film:
        for number in range(4):
            film.write(SMALL, number / 10)
    assert main(["aios", "demo", "dance.mp4", "--no-meshes", "--batch", "3"]) == 0
    assert files("out/dance") == ["overlay.mp4", *(f"res_img/00000{n}.png" for n in range(1, 5))]
    with av.open("out/dance/overlay.mp4") as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        assert stream.codec_context.name == "h264"
        assert (frames[0].width, frames[0].height) == (1332, 750)
        np.testing.assert_allclose([f.time for f in frames], [0, 0.1, 0.2, 0.3], atol=1e-3)
        drawn = frames[2].to_ndarray(format="bgr24").astype(float)
    still = cv2.imread("out/dance/res_img/000003.png")[:750, :1332].astype(float)
    assert np.abs(drawn - still).mean() < 4


def test_demo_refuses_to_overwrite_and_does_when_told() -> None:
    save("photos", "a.png")
    assert main(["aios", "demo", "photos", "--no-meshes"]) == 0
    assert main(["aios", "demo", "photos", "--no-meshes"]) == 2
    assert main(["aios", "demo", "photos", "--no-meshes", "--overwrite"]) == 0


def test_images_of_other_sizes_are_fitted_into_the_film() -> None:
    save("photos", "a.png")
    cv2.imwrite("photos/b.png", np.full((320, 180, 3), 90, np.uint8))
    assert main(["aios", "demo", "photos", "--no-meshes", "--no-images"]) == 0
    with av.open("out/photos/overlay.mp4") as container:
        shapes = [(f.width, f.height) for f in container.decode(video=0)]
    assert shapes == [(1332, 750)] * 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["agora", "missing"],
        ["bedlam", "missing"],
        ["demo", "missing.mp4"],
        ["evaluate", "missing", "--truth", "t.npz"],
    ],
)
@pytest.mark.usefixtures("smplx")
def test_a_missing_input_is_one_line_and_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["aios", *arguments]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("livemocap: error: missing")


@pytest.mark.parametrize(
    "option", [["--threshold", "1.5"], ["--batch", "0"], ["--factor", "-1"], ["--factor", "nan"]]
)
def test_numbers_that_make_no_sense_are_refused(option: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(["aios", "agora", "test", *option])


@pytest.mark.usefixtures("smplx")
def test_predictions_are_evaluated_against_a_truth_they_reached(
    capsys: pytest.CaptureFixture[str],
) -> None:
    save("in", "scene/png/seq/0000.png")
    assert main(["aios", "bedlam", "in", "-o", "out", "--threshold", "0.4"]) == 0
    found = [
        pickle.loads(Path("out/predictions", name).read_bytes())
        for name in files("out/predictions")
    ]
    np.savez(
        "truth.npz",
        image=["scene_frameID_0000"] * 2,
        joints2d=[one["joints"] for one in found],
        joints3d=[one["allSmplJoints3d"] + [[0.1, 0, 3]] for one in found],
        vertices=[one["verts"] + [[0.1, 0, 3]] for one in found],
    )
    capsys.readouterr()
    assert main(["aios", "evaluate", "out/predictions", "--truth", "truth.npz", "--json"]) == 0
    said = capsys.readouterr()
    assert "--hand-ids" in said.err  # why the parts have no MVE
    scores = json.loads(said.out)
    assert (scores["found"], scores["f1"]) == (2, 1.0)
    assert scores["errors_mm"]["MPJPE"]["all"] == pytest.approx(0, abs=1e-3)
    assert scores["errors_mm"]["MVE"]["all"] == pytest.approx(0, abs=1e-3)
    assert json.loads(Path("out/scores.json").read_text()) == scores
    assert cv2.imread("out/scores.png") is not None


def test_a_demo_that_breaks_off_leaves_no_half_of_a_film(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken(SeenPeople):
        def __call__(self, images: Sequence[np.ndarray]) -> list[People]:
            if len(self.batches) == 2:
                raise KeyboardInterrupt
            return super().__call__(images)

    broken = Broken([0.9])
    monkeypatch.setattr(running, "load_network", lambda device, *, plain: broken)
    save("photos", "a.png", "b.png", "c.png")
    assert main(["aios", "demo", "photos", "--no-meshes"]) == 130
    assert files("out/photos") == ["res_img/a.png", "res_img/b.png"]
