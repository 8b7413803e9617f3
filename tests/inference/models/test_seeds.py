"""The files of the systems that lifting builds on, as published: of use, or refused."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import model_files
import numpy as np
import pytest
import torch
from lifting_sights import clip, joints, steady, through
from model_files import refused
from reference import synthetic_smpl
from reference.make_inputs_lift import walk2d
from safetensors.torch import load_file
from seed_checkpoints import save_smpl, save_vp3d, several_gpus, small_pstmo, small_vp3d

from inference.adapt.checkpoint import hmr_net
from inference.adapt.hmr import Hmr
from inference.adapt.prior import PosePrior
from inference.adapt.smpl import SmplBody
from inference.errors import InferenceError, WeightsError
from inference.lifting.checkpoint import pstmo_net
from inference.lifting.pstmo import MaskedPstmo, Refine, Size
from inference.lifting.registry import make_lifter
from inference.models import store
from inference.models.install import install

VP3D, CAUSAL = "pretrained_h36m_detectron_coco.bin", "cpn-ft-243-dbb-causal.bin"
PSTMO = "PSTMOS_no_refine_48_5137_in_the_wild.pth"
NEUTRAL = "basicModel_neutral_lbs_10_207_0_v1.0.0.pkl"


@pytest.mark.parametrize("old", [False, True])
def test_videopose3d_with_everything_around_it_is_installed_and_lifts(
    tmp_path: Path, old: bool
) -> None:
    path = save_vp3d(tmp_path / VP3D, small_vp3d(), old=old)
    (done,) = install(path)
    assert (done.model.name, store.state("vp3d")) == ("vp3d", "installed")
    stored, given = (
        joints(through(make_lifter("vp3d", mode="bake", weights=w), steady(clip(8))))
        for w in (None, path)
    )
    assert np.isfinite(stored).all()
    np.testing.assert_array_equal(stored, given)


def test_old_random_generators_are_read_over(tmp_path: Path) -> None:
    """As NumPy named them when the published files were made."""
    path = tmp_path / VP3D
    save_vp3d(path, small_vp3d(), old=True)
    name, before = b"numpy.random._pickle\n__randomstate_ctor\n", path.read_bytes()
    assert name in before
    path.write_bytes(before.replace(name, b"numpy.random\n__RandomState_ctor\n"))
    assert install(path)[0].model.name == "vp3d"


def test_a_causal_net_is_told_by_its_name_and_lifts_live(tmp_path: Path) -> None:
    (done,) = install(save_vp3d(tmp_path / CAUSAL, small_vp3d(causal=True)))
    assert done.model.name == "vp3d-causal"
    assert np.isfinite(joints(through(make_lifter("vp3d-causal"), steady(clip(8))))).all()


def test_a_causal_file_is_not_taken_for_a_symmetric_net(tmp_path: Path) -> None:
    path = save_vp3d(tmp_path / CAUSAL, small_vp3d(causal=True))
    with pytest.raises(WeightsError, match="take the lifter vp3d-causal"):
        make_lifter("vp3d", mode="bake", weights=path)
    other = path.rename(tmp_path / "non-causal.bin")
    assert make_lifter("vp3d", mode="bake", weights=other).name == "vp3d"


def test_a_net_that_learnt_from_other_points_gets_them(tmp_path: Path) -> None:
    """The hidden face of COCO's is not looked at where Human3.6M's points have none."""
    for name, cares in ((CAUSAL, False), ("cpn-pt-243-causal.bin", True)):
        weights = save_vp3d(tmp_path / name, small_vp3d(causal=True))
        moved = clip(6)
        moved[:, 1, 0] += 2.0
        found = [
            joints(through(make_lifter("vp3d-causal", weights=weights, normalization="image"), s))
            for s in (steady(clip(6)), steady(moved))
        ]
        assert np.array_equal(found[0], found[1]) is not cares


@pytest.mark.parametrize("layers", [3, 4])
def test_pstmo_of_both_sizes_is_told_by_its_layers(tmp_path: Path, layers: int) -> None:
    net = small_pstmo(layers)
    torch.save(several_gpus(net), tmp_path / PSTMO)
    (done,) = install(tmp_path / PSTMO)
    found = pstmo_net(load_file(done.path))
    assert found.size == net.size
    x = torch.from_numpy(walk2d(27))[None]
    torch.testing.assert_close(found(x), net(x), rtol=0, atol=0)
    assert np.isfinite(
        joints(through(make_lifter("pstmo", mode="broadcast"), steady(clip(8))))
    ).all()


def test_the_refine_module_is_kept(tmp_path: Path) -> None:
    torch.save(several_gpus(Refine()), tmp_path / "PSTMO_refine_6_4215_h36m_cpn.pth")
    assert install(tmp_path / "PSTMO_refine_6_4215_h36m_cpn.pth")[0].model.name == "pstmo-refine"


def test_the_base_model_of_dynaboa_is_kept(tmp_path: Path) -> None:
    net, path = Hmr(), tmp_path / "basemodel.pt"
    torch.save({"model": several_gpus(net)}, path)
    (done,) = install(path)
    assert done.model.name == "dynaboa"
    kept = hmr_net(load_file(done.path)).state_dict()
    assert all(torch.equal(kept[key], value) for key, value in net.state_dict().items())


def test_what_is_missing_says_what_to_download_and_its_licence() -> None:
    with pytest.raises(InferenceError, match=r"detectron_coco\.bin.*install.*CC BY-NC 4\.0"):
        make_lifter("vp3d", mode="bake")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"shrink.weight": None}, "not VideoPose3D: there is no shrink.weight"),
        ({"shrink.bias": None}, r"1 of \d+ tensors are missing, first of them shrink.bias"),
        ({"more": torch.zeros(2)}, "1 are none of its, first of them more"),
        ({"expand_conv.weight": torch.zeros(32, 51, 3)}, "51 numbers in and 51 out, expected 34"),
        ({"shrink.weight": torch.zeros(3, 32, 1)}, "34 numbers in and 3 out"),
        ({"layers_conv.1.weight": torch.zeros(1, 32, 32)}, r"shape \(1, 32, 32\).*transposed"),
        ({"layers_conv.0.weight": torch.zeros(32, 32, 2)}, "filters .3, 2, 3. frames wide"),
        ({"expand_conv.weight": torch.zeros(32, 34)}, r"shape \(32, 34\), expected one of 3"),
        ({"shrink.bias": torch.full((51,), torch.nan)}, "shrink.bias holds values that are not"),
    ],
)
def test_other_layouts_are_refused_with_what_is_there(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    state = dict(small_vp3d().state_dict()) | change
    state = {key: value for key, value in state.items() if value is not None}
    torch.save({"model_pos": state}, tmp_path / VP3D)
    refused(tmp_path / VP3D, says)
    assert store.installed("vp3d") is None


def test_pstmo_of_other_kinds_is_refused(tmp_path: Path) -> None:
    torch.save(several_gpus(MaskedPstmo(Size(27, 3, 32, 48))), tmp_path / "mae.pth")
    refused(tmp_path / "mae.pth", "first training")
    state = small_pstmo().state_dict() | {"Transformer.pos_embedding": torch.zeros(1, 28, 32)}
    torch.save(state, tmp_path / "long.pth")
    refused(tmp_path / "long.pth", "windows of 28 frames, expected one of 9, 27, 81, 243, 351")
    torch.save(several_gpus(small_pstmo()), tmp_path / "PSTMOS_no_refine_50_3203_3dhp.pth")
    with pytest.raises(InferenceError, match="MPI-INF-3DHP's points"):
        make_lifter("pstmo", mode="bake", weights=tmp_path / "PSTMOS_no_refine_50_3203_3dhp.pth")


def test_spins_model_is_told_from_dynaboas(tmp_path: Path) -> None:
    state = {"decpose.weight": torch.zeros(144, 1024), "bn1.running_mean": torch.zeros(64)}
    torch.save({"model": state}, tmp_path / "model_checkpoint.pt")
    refused(tmp_path / "model_checkpoint.pt", "batch normalisation, such as SPIN's")


@pytest.mark.parametrize("wrong", [VP3D, PSTMO])
def test_one_model_is_not_another(tmp_path: Path, wrong: str) -> None:
    save_vp3d(tmp_path / VP3D, small_vp3d())
    torch.save(several_gpus(small_pstmo()), tmp_path / PSTMO)
    other = {VP3D: "pstmo", PSTMO: "vp3d"}[wrong]
    refused(tmp_path / wrong, "there is no .* among", name=other)


def test_code_beside_the_random_generator_is_refused(tmp_path: Path) -> None:
    path, mark = tmp_path / VP3D, tmp_path / "was_here"
    bad = {"model_pos": small_vp3d().state_dict(), "random_state": model_files.Touch(mark)}
    torch.save(bad, path)
    refused(path, "system to be called.*nothing in it was run")
    assert not mark.exists()


@pytest.mark.parametrize(
    ("file", "name", "protocol"),
    [
        (NEUTRAL, "smpl", 0),
        ("SMPL_FEMALE.pkl", "smpl-female", 2),
        ("basicmodel_m_lbs_10_207_0_v1.0.0.pkl", "smpl-male", 4),
    ],
)
def test_a_body_of_chumpy_and_scipy_becomes_plain_arrays(
    tmp_path: Path, file: str, name: str, protocol: int
) -> None:
    arrays = save_smpl(tmp_path / file, protocol=protocol)
    (done,) = install(tmp_path / file)
    assert done.model.name == name
    with np.load(done.path, allow_pickle=False) as kept:
        assert set(kept.files) == set(arrays)
        for key in kept.files:
            np.testing.assert_allclose(kept[key], arrays[key], rtol=1e-6, err_msg=key)
        extra, _ = synthetic_smpl.regressors(0)
        SmplBody(kept, extra)


def test_the_prior_keeps_all_its_digits(tmp_path: Path) -> None:
    path = tmp_path / "gmm_08.pkl"
    path.write_bytes(pickle.dumps(synthetic_smpl.gmm(0), protocol=2))
    (done,) = install(path)
    with np.load(done.path) as kept:
        for key, array in synthetic_smpl.gmm(0).items():
            np.testing.assert_array_equal(kept[key], array)
        PosePrior(kept["means"], kept["covars"], kept["weights"])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"weights": np.zeros((24, 6890))}, r"weights has shape \(24, 6890\).*transposed"),
        ({"weights": np.zeros((6890, 52))}, "SMPL-H's size"),
        ({"v_template": np.zeros((10475, 3))}, "SMPL-X's size"),
        ({"posedirs": "none"}, "there is no posedirs, which SMPL has"),
        ({"v_template": np.full((6890, 3), np.inf)}, "v_template holds values that are not"),
    ],
)
def test_bodies_of_other_sizes_are_refused(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    save_smpl(tmp_path / NEUTRAL, **change)
    refused(tmp_path / NEUTRAL, says)


def test_code_in_a_body_is_refused_and_not_run(tmp_path: Path) -> None:
    mark, path = tmp_path / "was_here", tmp_path / NEUTRAL
    for protocol in (0, 2, 5):
        bad = synthetic_smpl.gmm(0) | {"more": model_files.Touch(mark)}
        path.write_bytes(pickle.dumps(bad, protocol=protocol))
        refused(path, r"wants to run \w+\.system, which is never done")
    for line in (b"cbuiltins\neval\n(S'1'\ntR.", b"cnumpy\nload\n(S'x'\ntR.", b"\x80\x04junk"):
        path.write_bytes(line if line[:1] == b"\x80" else b"(dp0\nS'a'\n" + line[:-1] + b"s.")
        refused(path, "which is never done|not a pickle of plain arrays, or damaged")
    assert not mark.exists()


def test_arrays_of_objects_in_a_body_are_left_out(tmp_path: Path) -> None:
    save_smpl(tmp_path / NEUTRAL, f=np.array([None, {}], object))
    refused(tmp_path / NEUTRAL, "there is no f, which SMPL has")


def test_a_checkpoint_without_names_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list.bin"
    torch.save([torch.zeros(3)], path)
    with pytest.raises(WeightsError, match=r"list\.bin: the weights are a list"):
        make_lifter("vp3d", mode="bake", weights=path)
