"""Deliberate mistakes in the network, each of which the parity test must notice."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
import torch
from aios_reference import REFERENCE, case
from aios_reference import plain_network as model
from reference import check_golden
from torch import Tensor

from inference.aios import decoder, position
from inference.aios.config import PERSONS, Tokens
from inference.aios.golden_names import decoded_arrays
from inference.aios.model import with_bodies
from inference.aios.pyramid import Pyramid
from kernels.box_step import reference as box_step
from kernels.deform_attn import reference as deform_attn
from kernels.query_sine import reference as query_sine

pytestmark = pytest.mark.timeout(900)  # many seconds of arithmetic, more on a busy machine

Patch = pytest.MonkeyPatch


def encoded() -> tuple[Pyramid, Tensor]:
    """What comes before the decoder."""
    inputs = case("small")
    pyramid = model().pyramid(torch.from_numpy(inputs["img"]), torch.from_numpy(inputs["mask"]))
    return pyramid, model().encoder(pyramid)


@cache
def sound_encoding() -> tuple[Pyramid, Tensor]:
    with torch.inference_mode():
        return encoded()


def agrees(encoding: tuple[Pyramid, Tensor] | None = None) -> bool:
    """Whether selection, decoder and heads give the people of the golden file."""
    with torch.inference_mode():
        pyramid, memory = encoding or sound_encoding()
        selected = model().selection(memory, pyramid)
        decoded = model().decoder(selected, memory, pyramid, model().heads)
        out = model().heads.final(decoded.content, decoded.boxes)
        out |= with_bodies(out, model().body)
        out |= decoded_arrays(out, torch.from_numpy(case("small")["mask"]))
    tokens = decoded.tokens.numpy()
    mine = {key if key.startswith("person") else f"out_{key}": x.numpy() for key, x in out.items()}
    arrays, _ = check_golden.load("small", REFERENCE / "golden")
    mine = {key: x for key, x in mine.items() if key in arrays}
    assert len(mine) > 30
    folder = REFERENCE / "golden"
    _, ok = check_golden.compare(mine, "small", folder, sel100_tokens=tokens, verbose=False)
    return ok


def test_the_sound_network_agrees() -> None:
    assert agrees()


def no_masks(patch: Patch) -> None:
    patch.setattr(decoder, "forbidden_pairs", lambda *_: None)
    patch.setattr(decoder._Run, "_record_mask", lambda *_: None)


def no_links_between_people(patch: Patch) -> None:
    def own_tokens_only(tokens: Tokens, device: torch.device, persons: int = PERSONS) -> Tensor:
        person = torch.arange(persons * tokens.count) // tokens.count
        return person[:, None] != person

    patch.setattr(decoder, "forbidden_pairs", own_tokens_only)


def heads_without_the_norm(patch: Patch) -> None:
    patch.setitem(model().decoder._modules, "norm", torch.nn.Identity())


def expansion_by_the_first_head(patch: Patch) -> None:
    heads = model().heads
    for name in ("pose_embed", "bbox_hand_embed", "bbox_face_embed"):
        patch.setitem(getattr(heads, name)._modules, "4", getattr(heads, name)["0"])


def a_finer_clamp(patch: Patch) -> None:
    patch.setattr(box_step, "CLAMP", 1e-5)


@pytest.mark.parametrize(
    "mistake",
    [
        no_masks,
        no_links_between_people,
        heads_without_the_norm,
        expansion_by_the_first_head,
        a_finer_clamp,
    ],
)
def test_a_mistake_in_the_decoder_is_noticed(
    mistake: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    sound_encoding()
    mistake(monkeypatch)
    assert not agrees()


def another_temperature(patch: Patch) -> None:
    patch.setattr(position, "IMAGE_TEMPERATURE", query_sine.TEMPERATURE)


def corners_aligned(patch: Patch) -> None:
    sound = deform_attn.grid_sample

    def aligned(*args: Tensor, **how: object) -> Tensor:
        return sound(*args, **{**how, "align_corners": True})

    patch.setattr(deform_attn, "grid_sample", aligned)


@pytest.mark.parametrize("mistake", [another_temperature, corners_aligned])
def test_a_mistake_in_the_encoder_is_noticed(
    mistake: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    mistake(monkeypatch)
    with torch.inference_mode():
        encoding = encoded()
    assert not agrees(encoding)
