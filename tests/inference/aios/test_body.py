from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import aios_reference
import numpy as np
import pytest
import torch
from reference import check_golden
from torch import Tensor

from inference.aios import postprocess
from inference.aios.body import SmplxBody
from inference.aios.body_landmarks import MARKER_VERTICES, contour_row
from inference.aios.rotation import matrix_from_axis_angle
from inference.body_file import BodyModelError

NECK_CHAIN = [0, 3, 6, 9, 12]
Person = dict[str, Tensor]


@cache
def body() -> SmplxBody:
    return SmplxBody.from_arrays(aios_reference.body_arrays())


def people(count: int, seed: int = 0) -> Person:
    """Bent anyhow, fat and thin, grimacing."""
    generator = torch.Generator().manual_seed(seed)
    widths = {"full_pose": 159, "betas": 10, "expression": 10}
    person = {k: torch.randn(count, w, generator=generator) for k, w in widths.items()}
    person["full_pose"] *= 0.5
    return person


def turned_people() -> Person:
    """One for each whole degree that the head may be turned, and some degrees beyond."""
    degrees = torch.arange(-60, 61) + 0.2
    person = people(len(degrees), seed=4)
    pose = person["full_pose"].view(-1, 53, 3)
    pose[:, NECK_CHAIN] = 0
    share = torch.tensor([0.5, 0.1, 0.1, 0.1, 0.2])
    pose[:, NECK_CHAIN, 1] = torch.deg2rad(degrees)[:, None] * share
    return person


def smplx_package(folder: Path, person: Person) -> tuple[np.ndarray, np.ndarray]:
    """Joints and vertices by the package that AiOS itself uses, of a file in `folder`/smplx."""
    smplx = pytest.importorskip("smplx")
    model = smplx.create(
        str(folder), "smplx", gender="neutral", ext="npz", use_pca=False, flat_hand_mean=False,
        use_face_contour=True, num_betas=10, num_expression_coeffs=10,
        batch_size=len(person["betas"]),
    )  # fmt: skip
    pose = person["full_pose"]
    with torch.no_grad():
        out = model(
            global_orient=pose[:, :3], body_pose=pose[:, 3:66], left_hand_pose=pose[:, 66:111],
            right_hand_pose=pose[:, 111:156], jaw_pose=pose[:, 156:],
            betas=person["betas"], expression=person["expression"],
        )  # fmt: skip
    return out.joints.numpy(), out.vertices.numpy()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the smplx package looks for the synthetic body."""
    path = tmp_path_factory.mktemp("models")
    (path / "smplx").mkdir()
    np.savez(path / "smplx" / "SMPLX_NEUTRAL.npz", **aios_reference.body_arrays())
    return path


def golden_person() -> Person:
    golden = aios_reference.golden("small")
    names = {"full_pose": "fullpose", "betas": "beta", "expression": "expr"}
    return {k: torch.from_numpy(golden[f"out_pred_smpl_{v}"][0]) for k, v in names.items()}


def test_the_golden_poses_become_the_golden_bodies() -> None:
    joints, vertices = body()(**golden_person())
    found = {"out_pred_smpl_kp3d": joints[None], "out_pred_smpl_verts": vertices[None]}
    rows, passed = check_golden.compare(found, "small")
    assert passed, rows


def test_the_golden_people_stand_and_project_where_they_should() -> None:
    golden = aios_reference.golden("small")
    out = {k[4:]: torch.from_numpy(v) for k, v in golden.items() if k.startswith("out_pred")}
    joints, vertices = body()(**golden_person())
    out |= {"pred_smpl_kp3d": joints[None], "pred_smpl_verts": vertices[None]}
    image = postprocess(out, [(256, 320)])[0]
    known = {f"person0_{k}": v for k, v in image.items() if f"person0_{k}" in golden}
    assert len(known) == 17
    rows, passed = check_golden.compare(known, "small")
    assert passed, rows


def test_any_pose_is_as_in_the_smplx_package(folder: Path) -> None:
    person = people(6, seed=1)
    joints, vertices = body()(**person)
    expected_joints, expected_vertices = smplx_package(folder, person)
    np.testing.assert_allclose(vertices, expected_vertices, atol=5e-6)
    np.testing.assert_allclose(joints, expected_joints, atol=5e-6)


def test_the_contour_of_a_turned_head_is_as_in_the_smplx_package(folder: Path) -> None:
    person = turned_people()
    local = matrix_from_axis_angle(person["full_pose"].view(-1, 53, 3)[:, NECK_CHAIN])
    rows = contour_row(torch.stack([torch.linalg.multi_dot(p.unbind()) for p in local]))
    assert set(rows.tolist()) == set(range(79))
    expected, _ = smplx_package(folder, person)
    np.testing.assert_allclose(body()(**person)[0], expected, atol=5e-6)


def test_wide_and_sparse_files_give_the_same_body(tmp_path: Path, folder: Path) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    arrays = dict(aios_reference.body_arrays())
    narrow, regressor = arrays.pop("shapedirs"), sparse.csr_matrix(arrays.pop("J_regressor"))
    wide = np.ones((*narrow.shape[:2], 400), np.float32)
    wide[..., :10], wide[..., 300:310] = np.split(narrow, 2, -1)
    parts = {f"J_regressor_{p}": getattr(regressor, p) for p in ("data", "indices", "indptr")}
    np.savez(tmp_path / "wide.npz", **arrays, **parts, shapedirs=wide)
    person = people(2, seed=2)
    joints, vertices = SmplxBody.from_file(tmp_path / "wide.npz")(**person)
    same, skin = SmplxBody.from_file(folder / "smplx" / "SMPLX_NEUTRAL.npz")(**person)
    torch.testing.assert_close(joints, same, atol=1e-6, rtol=0)
    torch.testing.assert_close(vertices, skin, atol=1e-6, rtol=0)


def test_joints_alone_are_the_same_joints() -> None:
    person = turned_people()
    joints, vertices = body()(**person, with_vertices=False)
    assert vertices is None
    torch.testing.assert_close(joints, body()(**person)[0], atol=1e-6, rtol=0)


def test_people_of_a_batch_do_not_touch_each_other() -> None:
    person = people(5, seed=3)
    together, _ = body()(**person)
    alone = [body()(**{k: v[i : i + 1] for k, v in person.items()})[0] for i in range(5)]
    torch.testing.assert_close(torch.cat(alone), together, atol=1e-6, rtol=0)


def test_nobody_is_no_body() -> None:
    joints, vertices = body()(**people(0))
    assert (joints.shape, vertices.shape) == ((0, 144, 3), (0, 10475, 3))


def test_rest_joints_are_those_of_a_body_whose_hands_undo_the_mean() -> None:
    person = people(3, seed=5)
    person["full_pose"][:] = 0
    person["full_pose"][:, 66:156] = -body().hand_mean.flatten()
    person["expression"][:] = 0
    joints, _ = body()(**person)
    torch.testing.assert_close(body().rest_joints(person["betas"]), joints[:, :55])


def test_the_named_points_behind_the_joints_are_vertices() -> None:
    joints, vertices = body()(**people(2, seed=6))
    assert len(MARKER_VERTICES) == 21
    tip = 55 + list(MARKER_VERTICES).index("right_index")
    assert torch.equal(joints[:, tip], vertices[:, 7669])


def test_double_precision_agrees_with_single() -> None:
    person = people(2, seed=7)
    exact, _ = SmplxBody.from_arrays(aios_reference.body_arrays()).double()(**person)
    assert exact.dtype == torch.float64
    torch.testing.assert_close(body()(**person)[0].double(), exact, atol=2e-6, rtol=0)


def test_half_precision_predictions_are_posed_in_single() -> None:
    person = {k: v.half() for k, v in people(2, seed=8).items()}
    joints, _ = body()(**person)
    expected, _ = body()(**{k: v.float() for k, v in person.items()})
    assert torch.equal(joints, expected)


def test_a_pose_that_is_no_number_spoils_only_its_person() -> None:
    person = people(3, seed=9)
    expected, _ = body()(**person)
    person["full_pose"][1] = float("nan")
    joints, _ = body()(**person)
    torch.testing.assert_close(joints[[0, 2]], expected[[0, 2]], atol=1e-6, rtol=0)
    assert joints[1, 1:].isnan().all()


def test_posing_reads_no_value_back_to_the_host() -> None:
    on_meta = SmplxBody.from_arrays(aios_reference.body_arrays()).to("meta")
    person = {k: v.to("meta") for k, v in people(4).items()}
    joints, vertices = on_meta(**person)
    assert (joints.shape, vertices.shape) == ((4, 144, 3), (4, 10475, 3))


def test_a_network_with_a_body_keeps_it_out_of_its_weights() -> None:
    assert not body().state_dict()


def wrong(name: str) -> dict[str, Any]:
    """The synthetic body with one thing wrong."""
    arrays = aios_reference.body_arrays()
    faces, template = arrays["f"].copy(), arrays["v_template"].copy()
    faces[5, 1], template[7] = 10475, np.nan
    indptr = np.arange(56)
    changes: dict[str, dict[str, Any]] = {
        "missing": {"weights": None},
        "SMPL": {"kintree_table": np.zeros((2, 24), np.int64)},
        "vertices": {"v_template": np.zeros((6890, 3))},
        "order": {"kintree_table": arrays["kintree_table"][:, ::-1]},
        "columns": {"shapedirs": np.zeros((10475, 3, 16))},
        "pickle": {"J_regressor": np.array({}, dtype=object)},
        "face": {"f": faces},
        "nan": {"v_template": template},
        "landmarks": {"lmk_faces_idx": None},
        "rows": {
            "J_regressor": None, "J_regressor_data": np.ones(9),
            "J_regressor_indices": np.arange(9), "J_regressor_indptr": indptr,
        },
    }  # fmt: skip
    return {k: v for k, v in {**arrays, **changes[name]}.items() if v is not None}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing", "has no array 'weights'"),
        ("SMPL", r"kintree_table has shape \(2, 24\).*SMPL and SMPL-H files will not do"),
        ("vertices", r"v_template has shape \(6890, 3\).*SMPL and SMPL-H files will not do"),
        ("order", "SMPL-X's 55 joints"),
        ("columns", r"10 \+ 10 or 300 \+ 100"),
        ("pickle", "'J_regressor' is a Python object.*CSR"),
        ("face", "f is not all whole numbers from 0 to 10474"),
        ("nan", "v_template is not all finite numbers"),
        ("landmarks", "has no array 'lmk_faces_idx'"),
        ("rows", "J_regressor_indptr does not divide its 9 entries"),
    ],
)
def test_arrays_that_are_no_smplx_body_are_refused_with_the_reason(name: str, says: str) -> None:
    with pytest.raises(BodyModelError, match=says):
        SmplxBody.from_arrays(wrong(name))


def test_files_that_are_no_smplx_body_are_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(BodyModelError, match="cannot be read"):
        SmplxBody.from_file(tmp_path / "none.npz")
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(BodyModelError, match="cut short"):
        SmplxBody.from_file(tmp_path / "cut.npz")
    pickled = {"kintree_table": np.array({"joints": 55}, dtype=object)}
    np.savez(tmp_path / "pickle.npz", **pickled)
    with pytest.raises(BodyModelError, match="pickled Python objects"):
        SmplxBody.from_file(tmp_path / "pickle.npz")
