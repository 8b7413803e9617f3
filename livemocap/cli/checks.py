"""What `doctor` looks at; each check says what it found and, where it is wrong, what to do."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from livemocap import __version__
from livemocap.config import METRICS_ROLES, NetworkConfig

from .main import OUR_PACKAGES
from .ports import is_free


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    verdict: str
    """`ok`, `note` (works, with less) or `fail`."""
    found: str
    fix: str = ""


_EXTRAS = {
    "capture": {"opencv-python": "cv2", "simplejpeg": "simplejpeg", "av": "av"},
    "landmarks": {"onnxruntime": "onnxruntime"},
    "tracking": {"scipy": "scipy", "filterpy": "filterpy"},
    "demo": {"matplotlib": "matplotlib"},
    "blender": {"bpy": "bpy"},
}
"""Distribution and module of what each extra brings."""

_LIBRARIES = (
    "libGL.so.1", "libglib-2.0.so.0", "libSM.so.6", "libICE.so.6", "libX11.so.6",
    "libXext.so.6", "libXrender.so.1", "libXfixes.so.3", "libXi.so.6", "libXxf86vm.so.1",
    "libxkbcommon.so.0", "libXt.so.6", "libgomp.so.1", "libEGL.so.1",
)  # fmt: skip
_APT = (
    "apt-get install -y libgl1 libglib2.0-0 libsm6 libice6 libx11-6 libxext6 libxrender1 "
    "libxfixes3 libxi6 libxxf86vm1 libxkbcommon0 libxt6 libgomp1 libegl1"
)


def run_checks(*, with_cameras: bool = False) -> Iterator[Finding]:
    """All checks, the basic ones first."""
    yield _versions()
    yield from _owners()
    yield from _extras()
    yield from _libraries()
    yield from _weights()
    yield _body()
    yield _models()
    yield _ports()
    yield _display()
    yield _gpu()
    yield _cameras(with_cameras)


def _versions() -> Finding:
    python = ".".join(map(str, sys.version_info[:3]))
    found = f"livemocap {__version__}, Python {python}, {platform.platform(terse=True)}"
    if sys.version_info[:2] != (3, 11):
        return Finding("versions", "note", found, "Blender's module needs Python 3.11")
    return Finding("versions", "ok", f"{found}, {os.cpu_count()} cores")


def _owners() -> Iterator[Finding]:
    """Some of our names exist on PyPI as other people's packages."""
    owners = importlib.metadata.packages_distributions()
    wrong = {name: set(owners.get(name, ())) - {"livemocap"} for name in OUR_PACKAGES}
    foreign = {name: others for name, others in wrong.items() if others}
    for name, others in foreign.items():
        yield Finding(
            "names",
            "fail",
            f"{name} belongs to {', '.join(others)}",
            f"pip uninstall {others.pop()}",
        )
    absent = [name for name in OUR_PACKAGES if importlib.util.find_spec(name) is None]
    if absent:
        yield Finding("names", "fail", f"missing: {', '.join(absent)}", "pip install -e .")
    if not foreign and not absent:
        yield Finding("names", "ok", f"{', '.join(OUR_PACKAGES)} are livemocap's own")


def _extras() -> Iterator[Finding]:
    for extra, modules in _EXTRAS.items():
        there = {d: _version(d) for d, m in modules.items() if importlib.util.find_spec(m)}
        missing = [name for name in modules if name not in there]
        words = ", ".join(f"{name} {version}" for name, version in there.items())
        if not missing:
            yield Finding(extra, "ok", words)
        elif extra == "blender":
            fix = _install(extra) if sys.version_info[:2] == (3, 11) else "use Python 3.11"
            yield Finding(extra, "note", "bpy is missing: no armatures picture", fix)
        else:
            yield Finding(extra, "fail", f"missing: {', '.join(missing)}", _install(extra))


def _install(extra: str) -> str:
    return f'pip install -c constraints.txt "livemocap[{extra}]"'


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "?"


def _libraries() -> Iterator[Finding]:
    """OpenCV and Blender's module need these of a bare Debian."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    missing = []
    for name in _LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    if missing:
        yield Finding("libraries", "fail", f"missing: {', '.join(missing)}", _APT)
    else:
        yield Finding("libraries", "ok", f"all {len(_LIBRARIES)} system libraries are there")


def _weights() -> Iterator[Finding]:
    """Every file of weights against the hashes that the code was written for."""
    try:
        from inference.landmarks.nets import SHA256, WEIGHTS_FOLDER
    except ImportError as error:
        yield Finding("weights", "note", f"not tried, {error.name} is missing")
        return
    found = {name: _sha256(WEIGHTS_FOLDER / f"{name}.onnx") for name in SHA256}
    wrong = [name for name, digest in SHA256.items() if found[name] != digest]
    if wrong:
        fix = "install livemocap again"
        yield Finding("weights", "fail", f"damaged or missing: {', '.join(wrong)}", fix)
    else:
        yield Finding("weights", "ok", f"{len(SHA256)} files, hashes right")


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _body() -> Finding:
    try:
        from inference.body_model import default_body

        body = default_body()
    except Exception as error:
        return Finding("body", "fail", str(error), "install livemocap again")
    return Finding("body", "ok", f"{body.id} {body.hash}")


def _models() -> Finding:
    """Those that people fetch themselves, by size only: reading them all takes a while."""
    from inference.errors import InferenceError
    from inference.models import store
    from inference.models.catalogue import MODELS

    try:
        states = {name: store.state(name) for name in MODELS}
    except InferenceError as error:
        return Finding("models", "fail", str(error), f"remove {store.models_folder()}/models.json")
    there = [f"{name} {state}" for name, state in states.items() if state != store.MISSING]
    if not there:
        return Finding(
            "models", "ok", "none fetched; the aios and hmr engines and --lift need some"
        )
    found = f"{', '.join(there)}; {len(states) - len(there)} not fetched"
    damaged = [name for name, state in states.items() if state == store.DAMAGED]
    if damaged:
        fix = f"livemocap models remove {damaged[0]}, or install it again"
        return Finding("models", "fail", found, fix)
    return Finding("models", "ok", found)


def _ports() -> Finding:
    network = NetworkConfig()
    ports = [
        network.image_port,
        network.pose_port,
        network.track_port,
        *range(network.metrics_port, network.metrics_port + len(METRICS_ROLES)),
        network.control_port,
        network.people_port,
    ]
    busy = [str(port) for port in ports if not is_free(port)]
    if busy:
        fix = "stop the other livemocap, or set [network] ports in studio.toml"
        return Finding("ports", "note", f"in use: {', '.join(busy)}", fix)
    return Finding("ports", "ok", f"{ports[0]} to {ports[-1]} are free")


def _display() -> Finding:
    if importlib.util.find_spec("cv2") is None:
        return Finding("display", "note", "not tried, OpenCV is missing")
    from .display import has_display

    if has_display():
        return Finding("display", "ok", "windows can be opened")
    return Finding(
        "display", "note", "none: `livemocap view --png` and `--mp4` write files instead"
    )


def _gpu() -> Finding:
    try:
        done = subprocess.run(
            ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=10,
        )
        names = done.stdout.strip().replace("\n", "; ") if done.returncode == 0 else ""
    except (OSError, subprocess.TimeoutExpired):
        names = ""
    return (
        Finding("gpu", "ok", names) if names else Finding("gpu", "ok", "none, and none is needed")
    )


def _cameras(with_cameras: bool) -> Finding:
    if importlib.util.find_spec("cv2") is None:
        return Finding("cameras", "note", "not tried, OpenCV is missing")
    if with_cameras:
        from capture.discovery import describe_cameras

        return Finding("cameras", "ok", "; ".join(describe_cameras()))
    devices = sorted(str(path) for path in Path("/dev").glob("video*"))
    if not sys.platform.startswith("linux"):
        return Finding("cameras", "ok", "`livemocap cameras` lists them")
    if not devices:
        return Finding("cameras", "note", "none; video files and network cameras work")
    unreadable = [device for device in devices if not os.access(device, os.R_OK | os.W_OK)]
    if unreadable:
        fix = "sudo usermod -aG video $USER, then log in again"
        return Finding("cameras", "note", f"no access to {', '.join(unreadable)}", fix)
    return Finding("cameras", "ok", ", ".join(devices))
