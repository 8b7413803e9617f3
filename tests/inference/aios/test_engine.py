"""AiOS as an engine, with a stand-in for its network: batches, memory, bad images, bad answers."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from aios_people import SIZE, Actor, FakeNetwork, changed, detected, image, random_pose

from inference.aios import engine as engine_module
from inference.aios.detected import Detected
from inference.aios.device import device_of
from inference.aios.engine import AiosEngine, GpuMemoryError
from inference.aios.predicted_body import PredictedBody
from inference.config import InferenceConfig, Limits
from inference.engine import PoseEngine
from inference.errors import EngineLostError, InferenceError, WeightsError
from inference.registry import make_engine
from livemocap.config import ConfigError, load

BODY = PredictedBody.stand_in()
ACTORS = [Actor((-1, 0, 4.5), random_pose(1)), Actor((1, 0, 5.5), random_pose(2), score=0.7)]


def engine_of(
    network: FakeNetwork | None = None, limits: Limits | None = None, batch_size: int = 4
) -> AiosEngine:
    return AiosEngine(network or seeing(), BODY, limits, batch_size)


def seeing(actors: Sequence[Actor] = ACTORS, **memory: int) -> FakeNetwork:
    """A network that sees the same people in every image."""
    return FakeNetwork(lambda bgr: detected(actors, BODY, bgr.shape[:2]), **memory)


def answering(found: Detected) -> FakeNetwork:
    return FakeNetwork(lambda bgr: found)


def test_it_is_a_pose_engine_that_says_what_it_does_not_know() -> None:
    engine: PoseEngine = engine_of()
    assert (engine.name, engine.keypoint_layout) == ("aios/1", "coco17")
    assert engine.body_model == "open_body_neutral"
    assert len(engine.body_hash) == 16
    assert not engine.hand_mean_known
    assert AiosEngine(seeing(), PredictedBody(BODY.model, is_smplx=True)).hand_mean_known


def test_images_of_several_cameras_are_looked_at_together_each_in_its_own_size() -> None:
    network = seeing()
    wide, tall = engine_of(network).infer([image(camera_id="a"), image((1280, 720), "b")])
    assert network.batches == [2]
    for people in (wide, tall):
        np.testing.assert_allclose(people.pelvis[:, 2], [4.5, 5.5], rtol=2e-3)


def test_more_images_than_a_batch_holds_are_looked_at_in_turns() -> None:
    network = seeing()
    assert len(engine_of(network, Limits(batch=2)).infer([image()] * 5)) == 5
    assert network.batches == [2, 2, 1]


def test_when_memory_runs_out_smaller_batches_follow_and_one_line_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    network = seeing(memory_images=1)
    engine = engine_of(network)
    with caplog.at_level(logging.WARNING):
        assert len(engine.infer([image()] * 4)) == 4
        assert len(engine.infer([image()] * 2)) == 2
    assert network.batches == [4, 2, 1, 1, 1, 1, 1, 1]
    assert engine.batch_size == 1
    assert [record.message for record in caplog.records] == [
        "4 images at once do not fit into the GPU's memory: 2 at once from now on",
        "2 images at once do not fit into the GPU's memory: 1 at once from now on",
    ]


def test_an_image_that_does_not_fit_by_itself_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(GpuMemoryError, match=r"not even one image fits.*inference.device=cpu"):
        engine_of(seeing(memory_images=0)).infer([image()])
    with pytest.raises(GpuMemoryError, match="not even one image"):
        engine_of(seeing(memory_images=0, gpu_mb=1)).warm_up([SIZE])


def test_a_network_that_does_not_fit_is_an_error_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_room(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(engine_module, "_weights", lambda: Path("aios.safetensors"))
    monkeypatch.setattr(engine_module, "_load_network", no_room)
    with pytest.raises(GpuMemoryError, match=r"network does not fit.*inference.device=cpu"):
        AiosEngine.load(device="cpu")


def test_it_warms_up_for_every_batch_the_cameras_can_make_as_far_as_memory_goes() -> None:
    network = seeing(memory_images=2, gpu_mb=1)
    engine = engine_of(network)
    engine.warm_up([SIZE, (480, 640), SIZE, SIZE])
    assert network.warmed_up == [[SIZE], [SIZE, (480, 640)]]
    assert engine.batch_size == 2  # three did not fit


def test_a_cpu_needs_no_warming_up() -> None:
    network = seeing(gpu_mb=0)
    engine_of(network).warm_up([SIZE])
    assert not network.warmed_up


def test_a_gpu_that_fails_ends_the_engine_with_a_reason() -> None:
    def fail(_bgr: np.ndarray) -> Detected:
        raise RuntimeError("CUDA error: an illegal memory access was encountered\nmore")

    with pytest.raises(EngineLostError, match=r"illegal memory access was encountered\); start"):
        engine_of(FakeNetwork(fail)).infer([image()])


def test_memory_that_runs_out_while_a_graph_is_recorded_is_no_failure_of_the_gpu() -> None:
    class Recording(FakeNetwork):
        def __call__(self, images: Sequence[np.ndarray]) -> list[Detected]:
            try:
                return super().__call__(images)
            finally:
                if len(images) > 1:
                    raise RuntimeError("CUDA error: operation failed during capture")

    network = Recording(lambda bgr: detected(ACTORS, BODY), memory_images=1)
    assert len(engine_of(network).infer([image()] * 2)) == 2
    assert network.batches == [2, 1, 1]


@pytest.mark.parametrize("said", ["out of memory", "CUBLAS_STATUS_ALLOC_FAILED when calling"])
def test_memory_that_the_driver_or_a_library_lacks_is_no_failure_of_the_gpu(said: str) -> None:
    class Full(FakeNetwork):
        def __call__(self, images: Sequence[np.ndarray]) -> list[Detected]:
            if len(images) > 1:
                raise RuntimeError(f"CUDA error: {said}")
            return super().__call__(images)

    engine = engine_of(Full(lambda bgr: detected(ACTORS, BODY)))
    assert len(engine.infer([image()] * 2)) == 2
    assert engine.batch_size == 1


def test_other_errors_of_the_network_are_not_hidden() -> None:
    def fail(_bgr: np.ndarray) -> Detected:
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes do not match"):
        engine_of(FakeNetwork(fail)).infer([image()])


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (15, 400), (20, 12000), (12000, 20)])
def test_an_image_too_small_or_thin_shows_nobody_and_costs_nothing(size: tuple[int, int]) -> None:
    network = seeing()
    engine = engine_of(network)
    nobody, people = engine.infer([image(size, "thin"), image(camera_id="cam0")])
    assert len(nobody.scores) == 0
    assert len(people.scores) == 2
    assert network.batches == [1]
    assert len(engine.infer([image(size)])[0].scores) == 0
    assert network.batches == [1]


@pytest.mark.parametrize("size", [(12000, 12000), (16, 600), (1, 1)], ids=str)
def test_huge_or_black_images_are_answered(size: tuple[int, int]) -> None:
    engine = engine_of(seeing([]))
    assert len(engine.infer([image(size, level=0)])[0].scores) == 0


@pytest.mark.parametrize("field", ["scores", "rotations", "camera", "boxes", "keypoints", "betas"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_people_with_broken_numbers_are_left_out_counted_and_mentioned_sparingly(
    field: str, value: float, caplog: pytest.LogCaptureFixture
) -> None:
    engine = engine_of(answering(changed(detected(ACTORS, BODY), 0, **{field: value})))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            (people,) = engine.infer([image()])
            np.testing.assert_allclose(people.scores, [0.7])
    assert engine.measurements()["broken_people"] == 3
    assert len(caplog.records) == 1


def test_nobody_stands_behind_the_camera() -> None:
    found = changed(detected(ACTORS, BODY), 0, camera=[-0.05, 0, 0])
    (people,) = engine_of(answering(found)).infer([image()])
    assert len(people.scores) == 1
    assert np.isfinite(people.pelvis).all()


def test_whatever_the_network_says_the_answer_is_finite() -> None:
    rng = np.random.default_rng(0)
    found = detected([Actor((0, 0, 5), random_pose(k)) for k in range(20)], BODY)
    for scale in (1e-8, 1.0, 1e4):
        wild = {
            name: (getattr(found, name) * scale * rng.normal(size=getattr(found, name).shape))
            for name in ("rotations", "betas", "camera", "boxes", "keypoints")
        }
        odd = changed(found, slice(None), **wild)
        (people,) = engine_of(answering(odd)).infer([image()])
        for name in ("joint_rotvecs", "pelvis", "boxes_px", "joint_visibility", "keypoints_px"):
            assert np.isfinite(getattr(people, name)).all(), (scale, name)


def test_everybody_counts_once_and_only_the_surest_are_passed_on() -> None:
    crowd = [*ACTORS, ACTORS[0], Actor((0, 0, 7), random_pose(3), score=0.31)]
    (people,) = engine_of(seeing(crowd)).infer([image()])
    np.testing.assert_allclose(people.scores, [0.9, 0.7, 0.31])
    (few,) = engine_of(seeing(crowd), Limits(score_threshold=0.5, max_people=1)).infer([image()])
    np.testing.assert_allclose(few.scores, [0.9])


def test_memory_and_batch_size_are_reported() -> None:
    assert engine_of(seeing(gpu_mb=1234)).measurements() == {"batch_size": 4, "gpu_mb": 1234}
    assert "gpu_mb" not in engine_of().measurements()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA here")
@pytest.mark.parametrize("name", ["cuda", "cuda:1"])
def test_cuda_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(InferenceError, match=f"'{name}', but PyTorch finds no CUDA.*device=cpu"):
        make_engine("aios", device=name)


def test_devices_and_qualities_that_do_not_exist_are_refused() -> None:
    assert device_of("cpu") == torch.device("cpu")
    for name in ("gramophone", "cuda:x"):
        with pytest.raises(InferenceError, match=f"no device '{name}'"):
            device_of(name)
    with pytest.raises(InferenceError, match="balanced"):
        make_engine("aios", quality="superb")


def test_without_weights_it_says_where_they_come_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(WeightsError, match=r"`livemocap models`.*models install"):
        make_engine("aios", device="cpu")


@pytest.mark.parametrize("module", ["torch", "cv2"])
def test_without_its_libraries_it_says_what_to_install(module: str) -> None:
    code = (
        f"import sys; sys.modules['{module}'] = None\n"
        "from inference.errors import InferenceError\nfrom inference.registry import make_engine\n"
        "try: make_engine('aios')\nexcept InferenceError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    expected = f'the aios engine needs {module}: pip install "livemocap[aios]"'
    assert done.stdout.strip() == expected


@pytest.mark.parametrize(
    ("key", "value"), [("score_threshold", 1.5), ("max_people", 0), ("batch", -1)]
)
def test_limits_out_of_range_are_refused(key: str, value: float) -> None:
    with pytest.raises(ConfigError, match=f"{key} is {value}"):
        load(InferenceConfig, {key: value}, "inference")


def test_limits_are_settings_of_inference() -> None:
    table = {"score_threshold": 0.5, "max_people": 3, "batch": 2}
    config = load(InferenceConfig, table, "inference")
    engine = engine_of(limits=config)
    assert engine.batch_size == 2
