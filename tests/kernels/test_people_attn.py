from __future__ import annotations

import pytest
import torch
from torch import Tensor

from kernels import people_attn
from kernels.people_attn import fused, reference, structured

BODY = (21, (0, 18, 19, 20))
WHOLE_BODY = (39, (0, 18, 25, 32))
ODD = (7, (1, 4, 6))  # three boxes, not four, and no box first
TOLERANCE = {
    torch.float32: {"atol": 3e-6, "rtol": 1e-5},
    torch.float16: {"atol": 2e-3, "rtol": 2e-3},
    torch.bfloat16: {"atol": 2e-2, "rtol": 2e-2},
}


def tokens(
    people: int, group: int, *, heads: int = 2, width: int = 32, batch: int = 1
) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values, (B, N, M, D) float64 each; scores spread by about 2."""
    torch.manual_seed(people * group)
    shape = (batch, people * group, heads, width)
    q, k, v = torch.randn(3, *shape, dtype=torch.float64)
    return 2 * q, k, v


@pytest.mark.parametrize(("layout", "forbidden"), [(BODY, 4_207_500), (WHOLE_BODY, 14_899_500)])
def test_mask_forbids_as_many_pairs_as_the_specification_says(layout, forbidden) -> None:
    group, box_slots = layout
    mask = reference.allowed(100 * group, group, box_slots, torch.device("cpu"))
    assert int((~mask).sum()) == forbidden


@pytest.mark.parametrize("layout", [BODY, WHOLE_BODY, ODD], ids=str)
@pytest.mark.parametrize("people", [1, 2, 23, 100])
def test_structured_is_the_masked_attention(people: int, layout) -> None:
    q, k, v = tokens(people, layout[0], batch=2 if people < 100 else 1)
    expected = reference.people_attention(q, k, v, *layout)
    actual = structured.people_attention(q, k, v, *layout)
    torch.testing.assert_close(actual, expected, atol=1e-13, rtol=1e-12)


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize(
    ("people", "layout"),
    [(1, WHOLE_BODY), (2, BODY), (5, ODD), (18, WHOLE_BODY)],  # 72 boxes: more than one key tile
    ids=str,
)
def test_fused_is_the_masked_attention(
    people: int, layout, dtype: torch.dtype, device: str, unwritten_is_nan: None
) -> None:
    q, k, v = (x.to(device, dtype) for x in tokens(people, layout[0], heads=1 if people > 9 else 2))
    expected = reference.people_attention(q.double(), k.double(), v.double(), *layout)
    actual = fused.people_attention(q, k, v, *layout)
    assert actual.dtype == dtype
    torch.testing.assert_close(actual, expected.to(dtype), **TOLERANCE[dtype])


@pytest.mark.slow
def test_fused_takes_a_hundred_people(device: str, unwritten_is_nan: None) -> None:
    q, k, v = (x.float().to(device) for x in tokens(100, 39, heads=1))
    actual = fused.people_attention(q, k, v, *WHOLE_BODY)
    expected = reference.people_attention(q.double(), k.double(), v.double(), *WHOLE_BODY)
    torch.testing.assert_close(actual, expected.float(), **TOLERANCE[torch.float32])


def test_fused_takes_narrow_heads_and_parts_of_one_projection(
    device: str, unwritten_is_nan: None
) -> None:
    whole = torch.randn(2, 3 * 39, 3, 3, 24, device=device)  # q, k, v side by side; 24 channels
    q, k, v = whole.unbind(2)
    expected = reference.people_attention(q, k, v, *WHOLE_BODY)
    actual = fused.people_attention(q, k, v, *WHOLE_BODY)
    torch.testing.assert_close(actual, expected, **TOLERANCE[torch.float32])


def test_fused_reads_channels_that_lie_apart(device: str, unwritten_is_nan: None) -> None:
    q, k, v = (x.float().to(device).mT.contiguous().mT for x in tokens(2, 21))
    assert q.stride(-1) != 1
    expected = reference.people_attention(q, k, v, *BODY)
    actual = fused.people_attention(q, k, v, *BODY)
    torch.testing.assert_close(actual, expected, **TOLERANCE[torch.float32])


def test_fused_weighs_huge_scores_without_overflow(device: str, unwritten_is_nan: None) -> None:
    q, k, v = (x.float().to(device) for x in tokens(3, 21))
    expected = reference.people_attention(300 * q, k, v, *BODY)
    actual = fused.people_attention(300 * q, k, v, *BODY)
    torch.testing.assert_close(actual, expected, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("version", [structured, fused], ids=["structured", "fused"])
def test_nobody_is_nothing(version, device: str) -> None:
    q = torch.zeros(1, 0, 8, 32, device=device)
    assert version.people_attention(q, q, q, *BODY).shape == (1, 0, 256)


def test_points_of_others_change_nothing_and_their_boxes_only_ones_boxes() -> None:
    group, box_slots = BODY
    q, k, v = tokens(3, group)
    before = people_attn.people_attention(q, k, v, group, box_slots)[0, :group]
    points = [slot for slot in range(group) if slot not in box_slots]
    v[0, [group + slot for slot in points]] += 100
    assert torch.equal(people_attn.people_attention(q, k, v, group, box_slots)[0, :group], before)
    v[0, [group + slot for slot in box_slots]] += 100
    after = people_attn.people_attention(q, k, v, group, box_slots)[0, :group]
    changed = (after != before).any(1).nonzero().flatten().tolist()
    assert changed == list(box_slots)


def test_output_follows_the_order_of_people() -> None:
    group, box_slots = WHOLE_BODY
    q, k, v = tokens(4, group)
    order = torch.tensor([2, 0, 3, 1])
    reordered = (x.unflatten(1, (4, group))[:, order].flatten(1, 2) for x in (q, k, v))
    expected = structured.people_attention(q, k, v, group, box_slots)
    expected = expected.unflatten(1, (4, group))[:, order].flatten(1, 2)
    torch.testing.assert_close(
        structured.people_attention(*reordered, group, box_slots), expected, atol=1e-13, rtol=1e-12
    )


def test_meta_tensors_give_a_shape() -> None:
    q = torch.empty(2, 3900, 8, 32, device="meta", dtype=torch.float16)
    out = people_attn.people_attention(q, q, q, *WHOLE_BODY)
    assert (out.shape, out.dtype, out.device.type) == ((2, 3900, 256), torch.float16, "meta")


def test_too_many_boxes_are_refused(device: str) -> None:
    q = torch.zeros(1, 9, 1, 16, device=device)
    with pytest.raises(ValueError, match="1 to 4"):
        fused.people_attention(q, q, q, 9, tuple(range(5)))
