"""SMPL-X's body is kept as plain numbers, and no other body is taken for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aios_reference
import model_files
import numpy as np
import pytest
import torch
from model_files import files_up_to, refused, same_body

from inference.body_model import OPEN_BODY, BodyModel
from inference.models.install import install


def test_body_keeps_only_plain_arrays_that_are_needed(tmp_path: Path) -> None:
    (done,) = install(model_files.save_body(tmp_path / "SMPLX_NEUTRAL.npz"))
    same_body(done.path)
    with np.load(done.path, allow_pickle=False) as file:
        assert not {"joint2num", "part2num", "hands_componentsl"} & set(file.files)
        assert {file[name].dtype.kind for name in file.files} == {"f", "i"}
    assert done.notes == ()


def test_body_from_the_checkpoint_equals_the_bodys_own_file(tmp_path: Path) -> None:
    (own,) = install(model_files.save_body(tmp_path / "SMPLX_NEUTRAL.npz"))
    first = own.record.sha256
    path = tmp_path / "aios.pth"
    torch.save(model_files.checkpoint(model_files.body_tensors()), path)
    (carried,) = install(path, "smplx")
    assert carried.record.sha256 == first
    assert carried.record.source == "aios.pth"


def test_body_of_another_shape_in_the_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "aios.pth"
    for tensor in (torch.zeros(6890, 3), torch.zeros(10475, 3).to_sparse()):
        changed = {"body_model.v_template": tensor}
        torch.save(model_files.checkpoint(model_files.body_tensors() | changed), path)
        refused(path, r"body_model\.v_template has shape .* expected \(10475, 3\)", "smplx")


def test_body_with_400_columns_and_a_sparse_regressor_will_do(tmp_path: Path) -> None:
    dense = aios_reference.body_arrays()["J_regressor"]
    rows, columns = np.nonzero(dense)
    sparse = {
        "J_regressor_data": dense[rows, columns],
        "J_regressor_indices": columns,
        "J_regressor_indptr": np.searchsorted(rows, np.arange(56)),
    }
    arrays = {k: v for k, v in aios_reference.body_arrays().items() if k != "J_regressor"}
    arrays["shapedirs"] = np.repeat(arrays["shapedirs"], 20, -1)
    np.savez(tmp_path / "wide.npz", **arrays, **sparse)
    (done,) = install(tmp_path / "wide.npz")
    assert BodyModel.load(done.path).beta_count == 300
    with np.load(done.path) as file:
        assert "J_regressor_indptr" in file.files


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"weights": np.zeros((6890, 24))}, r"weights has shape \(6890, 24\), expected \(10475"),
        ({"shapedirs": np.zeros((10475, 3, 7))}, r"SMPLX\.npz: shapedirs has shape"),
        ({"v_template": np.array(3.0)}, r"v_template has shape \(\)"),
        ({"v_template": np.full((10475, 3), np.nan)}, "v_template holds values that are not"),
        ({"f": np.full((20908, 3), 10475)}, "f points at things that are not there"),
        ({"hands_meanl": np.array(None, dtype=object)}, "hands_meanl.*never loaded"),
        ({"kintree_table": np.zeros((2, 55), int)}, r"SMPLX\.npz: kintree_table"),
    ],
    ids=["smpl", "columns", "scalar", "nan", "faces", "objects", "parents"],
)
def test_bodies_that_make_no_sense_are_refused(
    tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    refused(model_files.save_body(tmp_path / "SMPLX.npz", **changed), message)


def test_a_body_of_other_arrays_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "poses.npz", poses=np.zeros(3), trans=np.zeros(3))
    refused(tmp_path / "poses.npz", "none of the models.*the arrays poses, trans")
    refused(OPEN_BODY, "SMPL, SMPL-H and other bodies will not do")


def test_people_are_told_of_odd_bodies(tmp_path: Path) -> None:
    flat = {"hands_meanl": np.zeros(45)}
    (done,) = install(model_files.save_body(tmp_path / "SMPLX_FEMALE.npz", **flat))
    assert "neutral" in done.notes[0]
    assert "flat" in done.notes[1]


def test_disk_that_fills_up_while_a_body_is_written(tmp_path: Path, folder: Path) -> None:
    path = model_files.save_body(tmp_path / "SMPLX_NEUTRAL.npz")
    with files_up_to(1 << 20):
        refused(path, "cannot be written .*File too large")
    assert list(folder.iterdir()) == []
