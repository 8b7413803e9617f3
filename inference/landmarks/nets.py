"""The trained nets the engine ships: checked against their hashes, run by onnxruntime."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import onnxruntime

from ..errors import InferenceError, WeightsError
from .observation import Array

WEIGHTS_FOLDER = Path(__file__).parent / "weights"

SHA256 = {
    "face_landmark": "e24c8bc14a49260502d428a307b8f1f0fdad9b6875b4f0b9a04898563cf6c20a",
    "hand_landmark_full": "3495973fcbde31a64a0cc4076c9456e0c96091296c7d01ea0dda02c013651a3c",
    "hand_landmark_lite": "515097c1cd5e357b23bf13d391d7dd7e5f61f818a29af6513478f24359cca8f2",
    "hand_recrop": "9417c49d995c8aa5d1a7e5c3cf0b4de52934936f634fbb5df612bd44892ddda6",
    "movenet_multipose": "5e2e526cd015010c50cc91020d6c0c8da92f75d76ed6d5735adf1cdf9417e4c8",
    "pose_landmark_full": "96948b9a4fb894d0c06a6dd35f224854cb670fa60e17388f4dd787496eecd8fe",
}
"""SHA-256 of `weights/<name>.onnx`."""

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
"""onnxruntime's name of each device we let people choose."""

Net = Callable[[Array], list[Array]]
"""(1, H, W, 3) image in the net's own dtype to the net's outputs; safe to call from any thread."""


def read_weights(name: str, folder: Path = WEIGHTS_FOLDER) -> bytes:
    """The content of a weights file, once its hash has been checked.

    Raises:
        WeightsError: it cannot be read, or holds something else than we shipped.
    """
    path = folder / f"{name}.onnx"
    fix = "Install livemocap again, or in a checkout: git checkout -- inference/landmarks/weights"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}). {fix}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256[name]:
        raise WeightsError(
            f"{path}: SHA-256 is {found[:16]}..., expected {SHA256[name][:16]}...: "
            f"the file is damaged or another version. {fix}"
        )
    return content


def provider_of(device: str) -> str:
    """The onnxruntime provider of a device, if this installation has it."""
    here = onnxruntime.get_available_providers()
    usable = [name for name, provider in PROVIDERS.items() if provider in here]
    if device not in usable:
        raise InferenceError(
            f"the landmarks engine cannot run on device '{device}' here; it can on: "
            f"{', '.join(usable)}. Other devices need another build of onnxruntime "
            "(for CUDA: onnxruntime-gpu)."
        )
    return PROVIDERS[device]


def load_net(name: str, provider: str, folder: Path = WEIGHTS_FOLDER) -> Net:
    """One net, ready to run on the calling thread alone.

    These nets are too small to gain from threads of their own; people are what we spread.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        read_weights(name, folder), options, providers=[provider]
    )
    feed = session.get_inputs()[0].name
    return lambda image: session.run(None, {feed: image})  # pyright: ignore[reportReturnType]


def load_nets(names: Iterable[str], provider: str, folder: Path = WEIGHTS_FOLDER) -> dict[str, Net]:
    """Several nets at once: reading, checking and optimising them side by side saves half."""
    wanted = tuple(names)
    with ThreadPoolExecutor(len(wanted)) as pool:
        loading: list[Future[Net]] = [pool.submit(load_net, n, provider, folder) for n in wanted]
    return {name: future.result() for name, future in zip(wanted, loading, strict=True)}
