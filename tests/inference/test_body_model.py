from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.body_model import OPEN_BODY, BodyModel, BodyModelError, default_body


@pytest.fixture(scope="module")
def arrays() -> dict[str, Any]:
    """The open body's arrays, the bulky zeros left out."""
    with np.load(OPEN_BODY, allow_pickle=False) as file:
        return {name: file[name] for name in file.files if name not in ("posedirs", "joint2num")}


def saved(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def some_people(rng: np.random.Generator, people: int = 2) -> dict[str, np.ndarray]:
    shapes = {"joint_rotvecs": (55, 3), "pelvis": (3,), "betas": (10,), "expression": (10,)}
    scale = {"joint_rotvecs": 0.4}
    return {
        name: (scale.get(name, 1.0) * rng.standard_normal((people, *shape))).astype(np.float32)
        for name, shape in shapes.items()
    }


def smplx_vertices(folder: Path, person: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """What the smplx package makes of the same parameters; pelvis becomes its transl."""
    torch, smplx = pytest.importorskip("torch"), pytest.importorskip("smplx")
    count = len(person["pelvis"])
    model = smplx.create(
        str(folder),
        model_type="smplx",
        gender="neutral",
        ext="npz",
        use_pca=False,
        flat_hand_mean=True,
        num_betas=10,
        num_expression_coeffs=10,
        batch_size=count,
    )
    r = torch.from_numpy(person["joint_rotvecs"]).reshape(count, -1)
    shape = {name: torch.from_numpy(person[name]) for name in ("betas", "expression")}
    with torch.no_grad():
        out = model(
            global_orient=r[:, :3],
            body_pose=r[:, 3:66],
            jaw_pose=r[:, 66:69],
            leye_pose=r[:, 69:72],
            reye_pose=r[:, 72:75],
            left_hand_pose=r[:, 75:120],
            right_hand_pose=r[:, 120:],
            **shape,
        )
    shift = person["pelvis"] - out.joints[:, 0].numpy()
    return out.vertices.numpy() + shift[:, None], out.joints[:, :55].numpy() + shift[:, None]


def as_smplx_folder(tmp_path: Path, path: Path) -> Path:
    (tmp_path / "smplx").mkdir()
    (tmp_path / "smplx" / "SMPLX_NEUTRAL.npz").symlink_to(path)
    return tmp_path


def test_the_open_body_is_skinned_as_the_smplx_package_does(tmp_path: Path) -> None:
    person = some_people(np.random.default_rng(1))
    expected, _ = smplx_vertices(as_smplx_folder(tmp_path, OPEN_BODY), person)
    np.testing.assert_allclose(default_body().vertices(**person), expected, atol=2e-5)


def test_pose_correctives_count_as_in_the_smplx_package(
    arrays: dict[str, Any], tmp_path: Path
) -> None:
    rng = np.random.default_rng(2)
    few = np.zeros((len(arrays["v_template"]), 3, 486), np.float32)
    few[:, :, rng.integers(0, 486, 12)] = 0.01 * rng.standard_normal((len(few), 3, 12))
    names = np.array({"pelvis": 0}, dtype=object)
    path = saved(tmp_path / "body.npz", **arrays, posedirs=few, joint2num=names)
    person = some_people(rng)
    expected, _ = smplx_vertices(as_smplx_folder(tmp_path, path), person)
    np.testing.assert_allclose(BodyModel.load(path).vertices(**person), expected, atol=2e-5)


def test_rest_joints_are_where_the_smplx_package_puts_them(tmp_path: Path) -> None:
    person = some_people(np.random.default_rng(3))
    person["joint_rotvecs"][:] = 0
    person["expression"][:] = 0
    _, joints = smplx_vertices(as_smplx_folder(tmp_path, OPEN_BODY), person)
    rest = default_body().rest_joints(person["betas"])
    expected = joints - joints[:, :1]
    np.testing.assert_allclose(rest - rest[:, :1], expected, atol=2e-5)


def test_a_sparse_regressor_and_300_betas_give_the_same_body(
    arrays: dict[str, Any], tmp_path: Path
) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    wide = np.zeros((*arrays["v_template"].shape, 400), np.float32)
    wide[..., :10], wide[..., 300:310] = np.split(arrays["shapedirs"], 2, axis=-1)
    regressor = sparse.csr_matrix(arrays["J_regressor"])
    parts = {f"J_regressor_{p}": getattr(regressor, p) for p in ("data", "indices", "indptr")}
    others = {k: v for k, v in arrays.items() if k not in ("J_regressor", "shapedirs")}
    body = BodyModel.load(saved(tmp_path / "wide.npz", **others, **parts, shapedirs=wide))
    assert (body.beta_count, body.expression_count) == (300, 100)
    person = some_people(np.random.default_rng(4))
    np.testing.assert_allclose(
        body.vertices(**person), default_body().vertices(**person), atol=1e-5
    )


def test_a_body_says_which_file_it_is_from() -> None:
    body = default_body()
    assert (body.id, len(body.hash), body.vertex_count) == ("open_body_neutral", 16, 13718)
    assert body.expression_names[4:6] == ("blink_left", "blink_right")
    assert body.hand_mean.shape == (30, 3)
    assert body.faces.max() < body.vertex_count


def test_loading_and_skinning_inflate_no_zero_pose_correctives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from inference.body_file import BodyFile

    read: list[str] = []
    original = BodyFile.read
    monkeypatch.setattr(BodyFile, "read", lambda s, n: read.append(n) or original(s, n))
    BodyModel.load(OPEN_BODY).vertices(**some_people(np.random.default_rng(5), 1))
    assert "weights" in read
    assert not {"posedirs", "joint2num"} & set(read)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"weights": None}, "has no array 'weights'"),
        ({"weights": np.zeros((13718, 24))}, r"weights has shape \(13718, 24\), expected"),
        ({"shapedirs": np.zeros((13718, 3, 16))}, "10 \\+ 10 or 300 \\+ 100"),
        ({"J_regressor": np.array({}, dtype=object)}, "pickled Python objects.*CSR"),
        ({"kintree_table": np.zeros((2, 24), np.int64)}, "SMPL-X's 55 joints"),
    ],
    ids=["missing", "shape", "columns", "pickle", "joints"],
)
def test_a_file_that_is_no_smplx_body_is_refused_with_the_reason(
    arrays: dict[str, Any], tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    kept = {k: v for k, v in {**arrays, **change}.items() if v is not None}
    with pytest.raises(BodyModelError, match=says):
        BodyModel.load(saved(tmp_path / "wrong.npz", **kept))


def test_missing_and_damaged_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BodyModelError, match="cannot be read"):
        BodyModel.load(tmp_path / "none.npz")
    cut = tmp_path / "cut.npz"
    cut.write_bytes(OPEN_BODY.read_bytes()[:100_000])
    with pytest.raises(BodyModelError, match="cut short"):
        BodyModel.load(cut)
    damaged = bytearray(OPEN_BODY.read_bytes())
    damaged[300:3000] = bytes(2700)
    cut.write_bytes(damaged)
    with pytest.raises(BodyModelError, match="damaged"):
        BodyModel.load(cut)
