"""Look at every table of a studio before any process starts."""

from __future__ import annotations

from livemocap.bus import BusError, require_loopback
from livemocap.config import METRICS_ROLES, ConfigError, NetworkConfig, Table, load

from .ports import is_free


def check_settings(tables: Table) -> NetworkConfig:
    """Load each table once, as its role will.

    Raises:
        ConfigError: an unknown key, a wrong type, a value out of range, or no camera.
        BusError: a port that is in use, or on another machine's side.
    """
    from capture.config import camera_config
    from inference.config import InferenceConfig
    from tracking.config import RecordConfig, TrackingConfig

    network = load(NetworkConfig, tables.get("network", {}), "network")
    cameras = tables.get("camera", [])
    if not cameras:
        raise ConfigError("no camera: add a [[camera]] table to studio.toml, or use --camera 0")
    ids = [camera_config(tables, index).id for index in range(len(cameras))]
    twice = next((name for name in ids if ids.count(name) > 1), None)
    if twice:
        raise ConfigError(f"[[camera]] id '{twice}' is used twice; each camera needs its own")
    load(InferenceConfig, tables.get("inference", {}), "inference")
    load(TrackingConfig, tables.get("tracking", {}), "tracking")
    load(RecordConfig, tables.get("record", {}), "record")
    _require_free_ports(network, len(cameras))
    return network


def _require_free_ports(network: NetworkConfig, cameras: int) -> None:
    """Before the recorder begins a take, not after."""
    every = range(cameras)
    endpoints = [network.track(), network.control(), network.people()]
    endpoints += [endpoint for i in every for endpoint in (network.image(i), network.pose(i))]
    endpoints += [network.metrics(name) for name in METRICS_ROLES if name != "capture"]
    endpoints += [network.metrics("capture", i) for i in every]
    for endpoint in endpoints:
        require_loopback(endpoint)
        if not is_free(int(endpoint.rpartition(":")[2])):
            raise BusError(
                f"cannot listen on {endpoint}: the port is in use. Is another livemocap running? "
                "`livemocap top` shows it; or choose other ports under [network] in studio.toml."
            )
