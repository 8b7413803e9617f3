"""The network as the jobs call it: sizes, batches, memory, and the real one from end to end."""

from __future__ import annotations

import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from aios_job_people import SeenPeople
from aios_reference import body_arrays, plain_network, weights
from safetensors.torch import save_file

from inference import aios
from inference.aios import postprocess
from inference.aios.jobs.errors import JobError
from inference.aios.jobs.network import JobNetwork, load_network
from inference.aios.jobs.people import People
from inference.aios.preprocess import batch, network_image, network_size
from inference.errors import WeightsError
from livemocap.cli.main import main

WIDE, TALL = np.full((90, 160, 3), 60, np.uint8), np.full((160, 90, 3), 200, np.uint8)


class Model:
    """Sees the same people in every image of a batch that is not too large."""

    def __init__(self, largest: int = 8) -> None:
        self.largest = largest
        self.shapes: list[tuple[int, ...]] = []
        self.padded: list[list[int]] = []

    def __call__(self, images: torch.Tensor, padding: torch.Tensor) -> dict[str, torch.Tensor]:
        if len(images) > self.largest:
            raise torch.OutOfMemoryError("CUDA out of memory")
        self.shapes.append(tuple(images.shape))
        self.padded.append(padding.sum((1, 2)).tolist())
        one = SeenPeople([0.9, 0.4]).outputs((750, 1333))
        return {name: array.expand(len(images), *array.shape[1:]) for name, array in one.items()}


def test_images_of_two_sizes_share_a_padded_batch_and_keep_their_own_sizes() -> None:
    model = Model()
    wide, tall = JobNetwork(model)([WIDE, TALL])
    assert model.shapes == [(2, 3, 1333, 1333)]
    assert model.padded == [[1333 * (1333 - 750)] * 2]
    assert (wide.size, tall.size) == ((750, 1333), (1333, 750))
    np.testing.assert_allclose(wide.boxes[0, [0, 2]] / 1333, tall.boxes[0, [0, 2]] / 750, rtol=1e-5)


def test_a_batch_that_does_not_fit_is_looked_at_in_halves() -> None:
    model = Model(largest=2)
    people = JobNetwork(model)([WIDE] * 5)
    assert [len(one.above(0.5)) for one in people] == [1] * 5
    assert [shape[0] for shape in model.shapes] == [2, 1, 2]


def test_one_image_that_does_not_fit_is_a_clear_error() -> None:
    with pytest.raises(JobError, match="--device cpu"):
        JobNetwork(Model(largest=0))([WIDE, WIDE])


def test_without_weights_the_error_says_how_to_install_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(WeightsError, match="livemocap models install"):
        load_network()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_cuda_where_there_is_none_is_a_clear_error() -> None:
    with pytest.raises(JobError, match="--device cpu"):
        load_network("cuda")


def test_a_network_that_does_not_fit_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "livemocap/models").mkdir(parents=True)
    save_file({"a": torch.zeros(1)}, tmp_path / "livemocap/models/aios.safetensors")
    monkeypatch.setattr(aios, "build_aios", no_room)
    with pytest.raises(JobError, match=r"too small for the network.*--device cpu"):
        load_network()


@pytest.mark.slow  # installs and runs all of the network
@pytest.mark.timeout(600)
def test_the_installed_network_and_body_write_what_the_plain_ones_compute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    models = tmp_path / "data/livemocap/models"
    models.mkdir(parents=True)
    save_file(
        {key: array.contiguous() for key, array in _unshared().items()}, models / "aios.safetensors"
    )
    np.savez(models / "smplx_neutral.npz", **body_arrays())
    image = np.random.default_rng(5).integers(0, 256, (96, 1200, 3), np.uint8)
    Path("test").mkdir()
    cv2.imwrite("test/a.png", image)
    assert main(["aios", "agora", "test", "--threshold", "0.3", "--device", "cpu"]) == 0
    expected = _plain(image)
    count = int((expected["scores"] >= 0.3).sum())
    written = [Path(f"out/test/predictions/a_personId_{k}.pkl") for k in range(count)]
    assert count
    assert sorted(Path("out/test/predictions").iterdir()) == sorted(written)
    for k, path in enumerate(written):
        content = pickle.loads(path.read_bytes())
        points = expected["smplx_joint_proj"][k, :24] * (1200 / network_size(96, 1200)[1])
        np.testing.assert_allclose(content["joints"], points, atol=0.05)
        np.testing.assert_allclose(
            content["params"]["body_pose"][0], expected["smplx_body_pose"][k], atol=1e-4
        )


def _unshared() -> dict[str, torch.Tensor]:
    """The weights without the names that only repeat others."""
    from inference.aios.checkpoint import network_weights

    return network_weights(weights())


def _plain(image: np.ndarray) -> dict[str, np.ndarray]:
    """By the door that the parity tests use."""
    with torch.inference_mode():
        out = plain_network()(*batch([network_image(image)]))
    (decoded,) = postprocess(out, [network_size(*image.shape[:2])])
    people = People.decoded(decoded, network_size(*image.shape[:2]))
    assert len(people) == len(decoded["scores"])  # nobody comes twice here
    return {name: array.numpy() for name, array in decoded.items()}
