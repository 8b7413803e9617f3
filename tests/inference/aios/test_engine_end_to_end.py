"""From the store of models to People, weights made by rule: who is seen is chance, laws hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from aios_people import image
from aios_reference import weights
from safetensors.torch import save_file

from inference.aios.checkpoint import network_weights
from inference.aios.detected import Detected
from inference.aios.engine import AiosEngine, Network
from inference.engine import EngineImage, People
from inference.models.store import models_folder
from inference.registry import make_engine
from livemocap.coords import assumed_intrinsics, project
from livemocap.rotation import geodesic, matrix_from_rotvec

pytestmark = pytest.mark.timeout(900)  # many seconds of arithmetic, more on a busy machine

SIZE = (48, 1333)
"""The smallest image that the network takes as it is."""
K = assumed_intrinsics(SIZE[1], SIZE[0]).astype(np.float32)


class Overheard:
    """A network, and what it said."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.said: list[Detected] = []
        self.memory_bytes, self.warm_up = network.memory_bytes, network.warm_up

    def __call__(self, images: Sequence[np.ndarray]) -> list[Detected]:
        found = self._network(images)
        self.said += found
        return found


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Detected, People]]:
    """What two cameras saw together, and what one of them saw alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        path = models_folder() / "aios.safetensors"
        path.parent.mkdir(parents=True)
        save_file(network_weights(weights()), path)
        engine = make_engine("aios", device="cpu", threads=2)
        path.unlink()
    assert isinstance(engine, AiosEngine)
    engine._network = overheard = Overheard(engine._network)
    engine.batch_size = 2
    left, right = noisy(1, "left"), noisy(2, "right")
    people = [*engine.infer([left, right]), *engine.infer([right])]
    engine.close()
    pairs = zip(overheard.said, people, strict=True)
    return dict(zip(("left", "right", "right alone"), pairs, strict=True))


def noisy(seed: int, camera_id: str) -> EngineImage:
    found = image(SIZE, camera_id, K)
    found.bgr[:] = np.random.default_rng(seed).integers(0, 255, found.bgr.shape, np.uint8)
    return found


@pytest.mark.parametrize("camera", ["left", "right"])
def test_random_people_obey_the_laws_of_the_camera(
    camera: str, answers: dict[str, tuple[Detected, People]]
) -> None:
    detected, people = answers[camera]
    assert 0 < len(people.scores) <= 20
    best = int(np.argmax(detected.scores * (detected.camera[:, 0] > 0)))
    s, tx, ty = detected.camera[best].astype(float)
    seen = np.array([tx, ty, 1]) / s + people.rest_joints[0, 0]
    pixel = 5000 * seen[:2] / seen[2] + np.array(SIZE[::-1]) / 2
    np.testing.assert_allclose(project(K, people.pelvis[0]), pixel, rtol=1e-3, atol=0.1)
    assert people.pelvis[0, 2] == pytest.approx(seen[2] * K[0, 0] / 5000, rel=1e-3)


def test_every_number_is_finite_and_everybody_has_all_of_them(
    answers: dict[str, tuple[Detected, People]],
) -> None:
    for _, people in answers.values():
        assert (np.diff(people.scores) <= 0).all()
        for name in People.__slots__:
            value = getattr(people, name)
            if isinstance(value, np.ndarray):
                assert np.isfinite(value).all(), name
                assert name == "K" or len(value) == len(people.scores), name


def test_a_camera_s_people_do_not_depend_on_who_else_is_in_the_batch(
    answers: dict[str, tuple[Detected, People]],
) -> None:
    together, alone = answers["right"][1], answers["right alone"][1]
    np.testing.assert_allclose(together.pelvis, alone.pelvis, rtol=1e-3, atol=1e-3)
    rotations = [matrix_from_rotvec(people.joint_rotvecs) for people in (together, alone)]
    assert geodesic(*rotations).max() < 1e-2
