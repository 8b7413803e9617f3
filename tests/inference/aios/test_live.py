"""From camera images to people: what the engine is handed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from aios_reference import fast_network as model
from reference.make_inputs import make_image

from inference.aios import live, preprocess
from inference.aios.detected import Detected
from inference.aios.live import LiveNetwork

pytestmark = pytest.mark.timeout(900)  # many seconds of arithmetic, more on a busy machine

WIDE, TALL = make_image(224, 256, 3), make_image(256, 224, 4)


@pytest.fixture(autouse=True)
def small_canvases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Images as they are, not enlarged to 800 pixels, which takes a CPU many seconds."""
    for module in (live, preprocess):
        monkeypatch.setattr(module, "network_size", lambda h, w: (h, w))


def assert_same_people(a: Detected, b: Detected) -> None:
    np.testing.assert_array_equal(a.tokens, b.tokens)
    for name in ("scores", "rotations", "betas", "expression", "camera", "boxes", "keypoints"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), atol=1e-4, err_msg=name)


def test_a_batch_of_cameras_sees_what_each_sees_alone() -> None:
    network = LiveNetwork(model(), people=12)
    other = WIDE[::-1].copy()
    together = network([WIDE, TALL, other])
    assert [found.size for found in together] == [(224, 256), (256, 224), (224, 256)]
    for image, found in ((WIDE, together[0]), (other, together[2])):
        assert_same_people(found, network([image])[0])


def test_people_are_the_networks_own_best_first_and_each_once() -> None:
    found = LiveNetwork(model(), people=12)([WIDE])[0]
    image = torch.from_numpy(preprocess.network_image(WIDE))[None]
    out = model()(image, torch.zeros(1, 224, 256, dtype=torch.bool))
    score = out["pred_logits"][0].sigmoid().amax(-1)
    best = score.argsort(descending=True)[:12]
    np.testing.assert_array_equal(found.tokens, out["sel100_tokens"][0, best])
    np.testing.assert_allclose(found.scores, score[best], atol=1e-5)
    np.testing.assert_allclose(found.rotations[:, 0], out["pred_smpl_pose"][0, best, 0], atol=1e-4)
    np.testing.assert_allclose(
        found.rotations[:, 52], out["pred_smpl_jaw_pose"][0, best, 0], atol=1e-4
    )
    np.testing.assert_allclose(found.boxes[:, 3], out["pred_face_boxes"][0, best], atol=1e-5)
    points = out["pred_rhand_keypoints"][0, best, :12].reshape(12, 6, 2)
    np.testing.assert_allclose(found.keypoints[:, 23:29], points, atol=1e-5)
    assert len(set(found.tokens.tolist())) == 12


def test_warming_up_leaves_a_canvas_for_each_size_and_nothing_on_a_cpu() -> None:
    network = LiveNetwork(model(), people=1)
    network.warm_up([(224, 256)])
    assert network.memory_bytes() == 0
    assert network([]) == []


def test_memory_that_runs_out_is_given_back_and_the_next_image_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = LiveNetwork(model(), people=3)

    def no_room(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(model(), "decode", no_room)
        with pytest.raises(torch.OutOfMemoryError):
            network([WIDE])
    assert len(network([WIDE])[0].scores) == 3
