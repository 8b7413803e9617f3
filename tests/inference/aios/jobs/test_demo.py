"""Meshes of the demo, read back as text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from aios_job_people import CubeBody, SeenPeople

from inference.aios.jobs.demo import DemoSettings, Shown, export_demo, frame_names
from inference.aios.jobs.errors import JobError
from inference.aios.jobs.looking import Outcome
from inference.aios.jobs.sources import Picture

IMAGE = np.zeros((90, 160, 3), np.uint8)


def run(out: Path, network: SeenPeople, names: list[str], **options: object) -> list[Shown]:
    settings = DemoSettings(**{"out": out, "threshold": 0.5, **options})  # type: ignore[arg-type]
    pictures = [Picture(name, name, IMAGE, 160) for name in names]
    return list(export_demo(pictures, names, network, CubeBody(), settings, Outcome()))


def read_obj(path: Path) -> tuple[np.ndarray, np.ndarray]:
    lines = [line.split() for line in path.read_text().splitlines()]
    rows = {kind: [line[1:] for line in lines if line[0] == kind] for kind in "vf"}
    assert len(lines) == len(rows["v"]) + len(rows["f"])
    return np.array(rows["v"], float), np.array(rows["f"], int)


def test_a_mesh_holds_vertices_in_camera_coordinates_and_faces_from_1(tmp_path: Path) -> None:
    (shown,) = run(tmp_path, SeenPeople([0.9, 0.6]), ["000001"])
    for k in range(2):
        vertices, faces = read_obj(tmp_path / f"mesh/000001_personId_{k}.obj")
        expected = CubeBody().vertices(shown.people)[k] + shown.people.transl[k]
        np.testing.assert_allclose(vertices, expected, atol=1e-6)
        np.testing.assert_array_equal(faces, CubeBody.faces + 1)


@pytest.mark.parametrize(("wanted", "exported"), [(1, 1), (2, 2), (0, 3), (9, 3)])
def test_as_many_people_are_exported_and_shown_as_were_asked_for(
    tmp_path: Path, wanted: int, exported: int
) -> None:
    (shown,) = run(tmp_path, SeenPeople([0.9, 0.6, 0.7, 0.2]), ["a"], people=wanted)
    assert len(list((tmp_path / "mesh").iterdir())) == exported
    assert len(shown.people) == len(shown.vertices) == exported
    np.testing.assert_allclose(shown.people.scores, [0.9, 0.7, 0.6][:exported], atol=1e-6)


def test_an_image_without_people_is_shown_and_has_no_mesh(tmp_path: Path) -> None:
    (shown,) = run(tmp_path, SeenPeople([0.1]), ["a"])
    assert len(shown.people) == 0
    assert not list((tmp_path / "mesh").iterdir())


def test_meshes_can_be_left_out(tmp_path: Path) -> None:
    run(tmp_path, SeenPeople([0.9]), ["a"], meshes=False)
    assert not (tmp_path / "mesh").exists()


def test_a_second_run_is_refused_unless_it_may_overwrite(tmp_path: Path) -> None:
    run(tmp_path, SeenPeople([0.9, 0.8]), ["a"])
    with pytest.raises(JobError, match="--overwrite"):
        run(tmp_path, SeenPeople([0.9]), ["a"])
    run(tmp_path, SeenPeople([0.9]), ["a"], overwrite=True)
    assert [path.name for path in (tmp_path / "mesh").iterdir()] == ["a_personId_0.obj"]


def test_the_images_of_a_film_are_numbered_from_1() -> None:
    assert frame_names(2) == ["000001", "000002"]
