"""The mode that the benchmark compares with does what the reference does, auxiliary heads too."""

from __future__ import annotations

import pytest
import torch
from aios_reference import REFERENCE, body_arrays, case, golden, weights
from bench.aios_dense_attention import forbidden_by_slices
from bench.aios_reference_mode import build_reference_mode
from reference import check_golden

from inference.aios.config import BODY_TOKENS
from inference.aios.masks import forbidden_pairs

pytestmark = pytest.mark.timeout(900)  # many seconds of arithmetic, more on a busy machine


@pytest.fixture(scope="module")
def out() -> dict[str, torch.Tensor]:
    mode = build_reference_mode(weights(0), body_arrays(0))
    inputs = case("small")
    with torch.inference_mode():
        return mode(torch.from_numpy(inputs["img"]), torch.from_numpy(inputs["mask"]))


def test_masks_by_slices_forbid_the_same_pairs() -> None:
    masks = forbidden_by_slices(1, BODY_TOKENS, torch.device("cpu"))
    expected = forbidden_pairs(BODY_TOKENS, masks.device)
    assert all(torch.equal(mask, expected) for mask in masks[0])


@pytest.mark.slow
def test_every_layers_heads_say_what_the_references_do(out: dict[str, torch.Tensor]) -> None:
    arrays = golden("small")
    tokens = torch.from_numpy(arrays["sel900_tokens_sorted"])
    wanted = {key for key in arrays if key.startswith(("aux", "out_"))}
    mine = {key: x for key, x in out.items() if key in wanted}
    mine |= {f"out_{key}": x for key, x in out.items() if f"out_{key}" in wanted}
    by_token = out["sel900_tokens"].argsort(1)
    assert torch.equal(out["sel900_tokens"].gather(1, by_token), tokens)
    mine |= {
        key: x[torch.arange(len(x))[:, None], by_token]
        for key, x in mine.items()
        if x.shape[1] == by_token.shape[1]
    }
    rows, _ = check_golden.compare(
        {key: x.numpy() for key, x in mine.items()},
        "small",
        REFERENCE / "golden",
        sel100_tokens=out["sel100_tokens"].numpy(),
        verbose=False,
    )
    assert {key: verdict for key, _, _, verdict in rows if verdict != "ok"} == {}
    assert {key for key, *_ in rows} == wanted
