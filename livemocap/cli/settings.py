"""Look at every table of a studio before any process starts."""

from __future__ import annotations

from livemocap.config import ConfigError, NetworkConfig, Table, load


def check_settings(tables: Table) -> NetworkConfig:
    """Load each table once, as its role will.

    Raises:
        ConfigError: an unknown key, a wrong type, a value out of range, or no camera.
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
    return network
