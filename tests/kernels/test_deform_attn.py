from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from kernels import deform_attn as package
from kernels.deform_attn import fused, gathered, reference

PYRAMID = [(5, 7), (3, 4), (2, 2), (1, 1)]  # one pixel: neither axis has a neighbour
TOLERANCE = {
    torch.float32: {"atol": 5e-6, "rtol": 1e-5},
    torch.float16: {"atol": 2e-3, "rtol": 2e-3},
    torch.bfloat16: {"atol": 2e-2, "rtol": 1.6e-2},
}


def arguments(
    *, queries: int, box: bool, shapes=PYRAMID, heads=2, channels=32, points=4, batch=1, spread=0.7
) -> tuple[Tensor, list[tuple[int, int]], Tensor, Tensor, Tensor]:
    """Everything deform_attn takes, float64; a third of the samples are outside the image."""
    torch.manual_seed(queries)
    tokens = sum(H * W for H, W in shapes)
    levels = len(shapes)
    value = torch.randn(batch, tokens, heads, channels, dtype=torch.float64)
    reference = torch.rand(batch, queries, levels, 4 if box else 2, dtype=torch.float64)
    size = 6 if box else 2
    offsets = torch.randn(batch, queries, heads, levels, points, 2, dtype=torch.float64)
    logits = 3 * torch.randn(batch, queries, heads, levels * points, dtype=torch.float64)
    return value, shapes, reference, offsets * spread * size, logits


def moved(arguments, device: str, dtype: torch.dtype):
    """On the device; the references stay float32, as the network has them."""
    value, shapes, where, offsets, logits = arguments
    where = where.to(device, torch.promote_types(torch.float32, dtype))
    return (
        value.to(device, dtype),
        shapes,
        where,
        *(x.to(device, dtype) for x in (offsets, logits)),
    )


def exactly(arguments) -> Tensor:
    """The specification in float64, on numbers that are already rounded to their dtype."""
    value, shapes, *queries = arguments
    return reference.deform_attn(value.double(), shapes, *(each.double() for each in queries))


def by_hand(value, shapes, where, offsets, logits) -> np.ndarray:
    """Loops over everything: one image, D channels."""
    _, N, M, levels, P, _ = offsets.shape
    first = np.cumsum([0, *(H * W for H, W in shapes)])
    out = np.zeros((N, M, value.shape[-1]))
    for n, m, level, p in np.ndindex(N, M, levels, P):
        H, W = shapes[level]
        scores = np.exp(logits[0, n, m])
        attention = scores[level * P + p] / scores.sum()
        scale = np.divide(1, (W, H)) if where.shape[-1] == 2 else where[0, n, level, 2:] / P * 0.5
        x, y = (where[0, n, level, :2] + offsets[0, n, m, level, p] * scale) * (W, H) - 0.5
        for column, row in ((i, j) for i in range(W) for j in range(H)):
            share = max(0, 1 - abs(x - column)) * max(0, 1 - abs(y - row))
            out[n, m] += attention * share * value[0, first[level] + row * W + column, m]
    return out.reshape(1, N, -1)


@pytest.mark.parametrize("version", [reference, gathered], ids=lambda module: module.__name__)
@pytest.mark.parametrize("box", [False, True], ids=["point", "box"])
def test_plain_versions_weigh_pixels_by_their_distance(version, box: bool) -> None:
    args = arguments(queries=9, box=box, channels=3, points=3)
    expected = by_hand(*(x.numpy() if isinstance(x, Tensor) else x for x in args))
    np.testing.assert_allclose(version.deform_attn(*args).numpy(), expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("box", [False, True], ids=["point", "box"])
@pytest.mark.parametrize("queries", [1, 17])
def test_gathered_matches_reference_over_batches(
    queries: int, box: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathered, "QUERIES_AT_ONCE", 8)
    args = arguments(queries=queries, box=box, batch=3)
    expected = reference.deform_attn(*args)
    torch.testing.assert_close(gathered.deform_attn(*args), expected, atol=1e-13, rtol=0)
    for dtype, tolerance in TOLERANCE.items():
        rounded = moved(args, "cpu", dtype)
        actual = gathered.deform_attn(*rounded)
        torch.testing.assert_close(actual, exactly(rounded).to(dtype), **tolerance)


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("box", [False, True], ids=["point", "box"])
def test_fused_matches_reference(
    box: bool, dtype: torch.dtype, device: str, unwritten_is_nan: None
) -> None:
    args = moved(arguments(queries=19, box=box, batch=2), device, dtype)
    actual = fused.deform_attn(*args)
    assert actual.dtype == dtype
    assert actual.is_contiguous()
    torch.testing.assert_close(actual, exactly(args).to(dtype), **TOLERANCE[dtype])


@pytest.mark.parametrize(
    ("heads", "channels", "points", "shapes"),
    [(1, 32, 4, PYRAMID), (3, 16, 2, [(4, 1), (1, 5)]), (8, 8, 1, [(2, 3)]), (2, 64, 8, [(6, 6)])],
    ids=str,
)
def test_fused_takes_other_layouts(
    heads: int, channels: int, points: int, shapes, device: str, unwritten_is_nan: None
) -> None:
    args = arguments(
        queries=5, box=True, heads=heads, channels=channels, points=points, shapes=shapes
    )
    args = moved(args, device, torch.float32)
    actual = fused.deform_attn(*args)
    torch.testing.assert_close(actual, exactly(args).float(), **TOLERANCE[torch.float32])


def test_fused_reads_slices_of_merged_projections(device: str, unwritten_is_nan: None) -> None:
    args = arguments(queries=6, box=False, batch=2)
    value, shapes, where, offsets, logits = moved(args, device, torch.float32)
    merged = torch.cat((torch.randn_like(value), value, value), dim=2)[:, :, 2:4]
    query = torch.cat((offsets.flatten(2), logits.flatten(2)), dim=2)
    width = offsets[0, 0].numel()
    strided = (
        query[..., :width].unflatten(2, offsets.shape[2:]),
        query[..., width:].unflatten(2, logits.shape[2:]),
    )
    expected = fused.deform_attn(value, shapes, where, offsets, logits)
    same_for_levels = where[:, :, :1].expand(-1, -1, len(shapes), -1)
    assert torch.equal(fused.deform_attn(merged, shapes, where, *strided), expected)
    torch.testing.assert_close(
        fused.deform_attn(merged, shapes, same_for_levels, *strided),
        reference.deform_attn(value, shapes, same_for_levels, offsets, logits),
        **TOLERANCE[torch.float32],
    )


@pytest.mark.parametrize("version", [reference, gathered, fused], ids=lambda each: each.__name__)
def test_samples_outside_the_image_are_zero(version, device: str) -> None:
    _, shapes, where, offsets, logits = moved(
        arguments(queries=3, box=False), device, torch.float32
    )
    value = torch.ones(1, sum(H * W for H, W in shapes), 2, 32, device=device)
    for far in (-1e30, -9.0, 9.0, 1e30):
        outside = version.deform_attn(value, shapes, where, torch.full_like(offsets, far), logits)
        assert not outside.any(), far


@pytest.mark.parametrize("offset", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("version", [gathered, fused], ids=lambda each: each.__name__)
def test_offsets_that_are_no_numbers_read_inside_the_value(
    version, offset: float, device: str
) -> None:
    args = moved(arguments(queries=3, box=False), device, torch.float32)
    value, shapes, where, offsets, logits = args
    out = version.deform_attn(value, shapes, where, torch.full_like(offsets, offset), logits)
    finite_or_nan = out.abs().nan_to_num(0.0)
    assert (finite_or_nan <= 1.001 * value.abs().max()).all()


@pytest.mark.parametrize("version", [reference, gathered, fused], ids=lambda each: each.__name__)
def test_large_logits_do_not_overflow(version, device: str) -> None:
    args = moved(arguments(queries=3, box=False), device, torch.float32)
    value, shapes, where, offsets, logits = args
    expected = version.deform_attn(value, shapes, where, offsets, logits)
    actual = version.deform_attn(value, shapes, where, offsets, logits + 1000)
    torch.testing.assert_close(actual, expected, atol=5e-4, rtol=1e-3)


def test_fused_refuses_what_32_bits_cannot_count() -> None:
    with pytest.raises(ValueError, match=r"2\*\*31 elements an image"):
        fused.deform_attn(*on_meta(queries=2**23, batch=1))


def on_meta(queries: int, batch: int):
    args = arguments(queries=1, box=True, heads=8)
    value, shapes, where, offsets, logits = (
        x.to("meta") if isinstance(x, Tensor) else x for x in args
    )
    value = value.expand(batch, *value.shape[1:])
    many = (x[0].expand(batch, queries, *x.shape[2:]) for x in (where, offsets, logits))
    return (value, shapes, *(x.contiguous() for x in many))


def test_runs_on_meta_tensors() -> None:
    out = package.deform_attn(*on_meta(queries=7, batch=2))
    assert out.shape == (2, 7, 256)
    assert out.device.type == "meta"


def test_the_cpu_gets_the_bags(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def spy(*args) -> Tensor:
        seen.append("gathered")
        return args[0]

    monkeypatch.setattr(gathered, "deform_attn", spy)
    package.deform_attn(*arguments(queries=1, box=False))
    assert seen == ["gathered"]
