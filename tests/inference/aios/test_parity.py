"""The network against the golden arrays of the reference, every intermediate included."""

from __future__ import annotations

from pathlib import Path

import aios_reference
import numpy as np
import pytest
import torch
from aios_reference import body_arrays, case, fast_network, golden, plain_network, weights
from reference import check_golden

from inference.aios import build_aios, postprocess
from inference.aios.golden_names import decoded_arrays

pytestmark = pytest.mark.timeout(900)  # many seconds of arithmetic, more on a busy machine

REFERENCE = aios_reference.REFERENCE / "golden"
SHARED = Path(__file__).parents[4] / "shared" / "reference" / "golden"

NEAR_TIES = {"topk900_idx", "topk100_idx"}
"""Places in the ranking of the 900, which float32 noise may swap (specification, section 15)."""

GAPS = {"topk900_kth_gap", "topk100_kth_gap", "topk50_kth_gap"}
"""Say how far the selections are from ties; no arrays of the network."""


def look(model: torch.nn.Module, name: str, **how: bool) -> dict[str, torch.Tensor]:
    inputs = case(name)
    with torch.inference_mode():
        return model(torch.from_numpy(inputs["img"]), torch.from_numpy(inputs["mask"]), **how)


def compared(out: dict[str, torch.Tensor], name: str, folder: Path) -> dict[str, str]:
    """What check_golden says of each array."""
    arrays, _ = check_golden.load(name, folder)
    mine = {key: x.numpy() for key, x in out.items() if key in arrays and key not in NEAR_TIES}
    tokens = out["sel100_tokens"].numpy()
    rows, _ = check_golden.compare(mine, name, folder, sel100_tokens=tokens, verbose=False)
    return {key: verdict for key, _, _, verdict in rows}


@pytest.fixture(scope="module")
def traced() -> dict[str, torch.Tensor]:
    return look(plain_network(), "small", trace=True)


@pytest.fixture(scope="module")
def fast() -> dict[str, torch.Tensor]:
    return look(fast_network(), "small")


def test_every_array_of_the_plain_path_is_the_references(traced: dict[str, torch.Tensor]) -> None:
    verdicts = compared(traced, "small", REFERENCE)
    assert {key: v for key, v in verdicts.items() if v != "ok"} == {}
    wanted = {key for key in golden("small") if not key.startswith("aux")} - {"meta"}
    assert set(verdicts) == wanted - GAPS - NEAR_TIES


def test_the_hundred_and_the_fifty_come_in_the_references_order(
    traced: dict[str, torch.Tensor],
) -> None:
    arrays = golden("small")
    np.testing.assert_array_equal(traced["sel100_tokens"], arrays["sel100_tokens"])
    np.testing.assert_array_equal(traced["topk50_idx"], arrays["topk50_idx"])
    assert set(traced["topk900_idx"][0].tolist()) == set(arrays["topk900_idx"][0].tolist())


def test_the_fast_path_in_float32_keeps_the_same_tolerance(fast: dict[str, torch.Tensor]) -> None:
    out = fast | decoded_arrays(fast, torch.from_numpy(case("small")["mask"]))
    out |= {f"out_{key}": x for key, x in fast.items()}
    verdicts = compared(out, "small", REFERENCE)
    assert {key: v for key, v in verdicts.items() if v != "ok"} == {}
    assert {key for key in golden("small") if key.startswith(("out_", "person0"))} <= set(verdicts)
    np.testing.assert_array_equal(out["sel100_tokens"], golden("small")["sel100_tokens"])


@pytest.mark.parametrize(
    ("name", "others"), [("small", 0), pytest.param("pad", 1, marks=pytest.mark.slow)]
)
def test_half_precision_sees_the_same_people_in_the_same_poses(name: str, others: int) -> None:
    """In the padded case somebody at the very cut of the hundred gives way to the next."""
    salt = case(name)["salt"]
    exact, half = (
        best_people(look(build_aios(weights(salt), fast=True, dtype=dtype), name), name)
        for dtype in (torch.float32, torch.float16)
    )
    both = exact.keys() & half.keys()
    assert len(both) >= len(exact) - others
    degrees = [rotation_difference_deg(exact[t][0], half[t][0]).mean() for t in both]
    pixels = [(exact[t][1] - half[t][1]).norm(dim=-1).mean() for t in both]
    assert max(degrees) < 0.5
    assert max(pixels) < 0.5


def best_people(
    out: dict[str, torch.Tensor], name: str
) -> dict[int, tuple[torch.Tensor, torch.Tensor]]:
    """The 50 people of a case by token: rotations, and body points in px of the image."""
    (h, w), *_ = case(name)["img_shape"].tolist()
    parts = ("pose", "lhand_pose", "rhand_pose", "jaw_pose")
    rotations = torch.cat([out[f"pred_smpl_{part}"][0] for part in parts], 1)
    points = out["pred_keypoints"][0, :, :34].unflatten(-1, (17, 2)) * torch.tensor([w, h])
    tokens = out["sel100_tokens"][0].tolist()
    chosen = postprocess(out, [(h, w)])[0]["person"].unique().tolist()
    return {tokens[p]: (rotations[p], points[p]) for p in chosen}


def rotation_difference_deg(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """(..., 3, 3) each to (...)."""
    trace = (a.transpose(-1, -2) @ b).diagonal(dim1=-2, dim2=-1).sum(-1)
    return torch.rad2deg(torch.arccos(((trace - 1) / 2).clamp(-1, 1)))


def test_a_batch_of_two_sizes_equals_one_by_one_on_both_paths() -> None:
    model = plain_network()
    image = torch.from_numpy(case("small")["img"])
    images = torch.zeros(2, 3, 224, 240)
    padding = torch.ones(2, 224, 240, dtype=torch.bool)
    for b, (h, w) in enumerate([(216, 240), (224, 200)]):
        images[b, :, :h, :w] = image[0, :, :h, :w]
        padding[b, :h, :w] = False
    with torch.inference_mode():
        together = model(images, padding)
        alone = [model(images[b : b + 1], padding[b : b + 1]) for b in range(2)]
        fast = fast_network()(images, padding)
    for key, both in together.items():
        torch.testing.assert_close(fast[key], both, rtol=1e-4, atol=1e-4)
        for b in range(2):
            torch.testing.assert_close(both[b : b + 1], alone[b][key], rtol=1e-4, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("fast", [False, True], ids=["plain", "fast"])
def test_padding_is_treated_as_the_reference_does(fast: bool) -> None:
    if not (SHARED / "aios_pad.npz").exists():
        pytest.skip("needs the padded golden file, which is too large for the repository")
    model = build_aios(weights(12), body_arrays(0), fast=fast)
    out = look(model, "pad") if fast else look(model, "pad", trace=True)
    if fast:
        out |= decoded_arrays(out, torch.from_numpy(case("pad")["mask"]))
        out |= {f"out_{key}": x for key, x in out.items()}
    verdicts = compared(out, "pad", SHARED)
    assert {key: v for key, v in verdicts.items() if v != "ok"} == {}
    assert len(verdicts) > 30
