"""A studio is looked at before anything starts."""

from __future__ import annotations

import socket

import pytest

from livemocap.bus import BusError
from livemocap.cli.ports import free_network, is_free
from livemocap.cli.run import role_children, studio_tables
from livemocap.cli.settings import check_settings
from livemocap.config import METRICS_ROLES, ConfigError, Table


def studio(**tables: object) -> Table:
    return {"network": free_network(), "camera": [{"source": "synthetic"}], **tables}


def test_a_good_studio_passes() -> None:
    assert check_settings(studio()).host == "127.0.0.1"


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"camera": []}, "no camera"),
        ({"camera": [{"sauce": "0"}]}, "source"),
        ({"camera": [{"id": "a"}, {"id": "a"}]}, "used twice"),
        ({"inference": {"quality": "better"}}, "balanced"),
        ({"tracking": {"predict_s": 9.0}}, "predict_s"),
        ({"record": {"directry": "x"}}, "directory"),
        ({"network": {"prot": 1}}, "prot"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_is_right(tables: Table, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        check_settings(studio(**tables))


def test_a_port_in_use_is_refused_before_anything_starts() -> None:
    tables = studio()
    with (
        socket.create_server(("127.0.0.1", tables["network"]["control_port"])),
        pytest.raises(BusError, match="in use"),
    ):
        check_settings(tables)


def test_beyond_this_machine_is_refused() -> None:
    tables = studio()
    tables["network"]["host"] = "192.168.1.5"
    with pytest.raises(BusError, match="refused"):
        check_settings(tables)


def test_free_networks_are_free_and_do_not_overlap() -> None:
    network = free_network(cameras=3)
    ports = sorted(network.values())
    assert ports[-1] - ports[0] == 3 + 3 + 1 + (len(METRICS_ROLES) + 3) + 1
    assert all(is_free(port) for port in ports)
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not is_free(server.getsockname()[1])


def tables_of(*arguments: str) -> Table:
    import argparse

    from livemocap.cli.run import add_run

    parser = argparse.ArgumentParser()
    add_run(parser.add_subparsers())
    return studio_tables(parser.parse_args(["run", *arguments]))


def test_run_makes_a_studio_of_its_flags() -> None:
    tables = tables_of(
        *("--camera", "0", "--camera", "clip.mp4", "--camera-size", "640x480", "--fps", "25"),
        *("--rotate", "90", "--mirror", "--record", "walk", "--engine", "instant"),
        *("--quality", "fast", "--device", "cpu", "--set", "tracking.predict_s=0.1"),
    )
    both = {"width": 640, "height": 480, "fps": 25.0, "rotate": 90, "mirror": True}
    assert tables["camera"] == [
        {"id": "cam0", "source": 0, **both} | {"source": "0"},
        {"id": "cam1", "source": "clip.mp4", **both},
    ]
    assert tables["record"] == {"start": True, "name": "walk"}
    assert tables["inference"] == {"engine": "instant", "quality": "fast", "device": "cpu"}
    assert tables["tracking"] == {"predict_s": 0.1}


def test_the_stream_waits_for_the_recorder_unless_it_was_told_otherwise() -> None:
    plain = tables_of("--camera", "0")["network"]
    assert plain == {"pose_readers": 2, "track_readers": 1}
    topics = tables_of("--camera", "0", "--set", "record.topics=['track']")["network"]
    assert topics == {"pose_readers": 1, "track_readers": 1}
    told = tables_of("--camera", "0", "--set", "network.track_readers=0")["network"]
    assert told["track_readers"] == 0


def test_run_without_a_name_lets_the_recorder_choose_one() -> None:
    assert tables_of("--camera", "0", "--record")["record"] == {"start": True}


@pytest.mark.parametrize("arguments", [(), ("studio.toml", "--camera", "0")])
def test_run_wants_a_file_or_a_camera(arguments: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="camera"):
        tables_of(*arguments)


def test_every_camera_gets_a_capture_of_its_own(tmp_path) -> None:
    tables = {"camera": [{"source": "0"}, {"source": "1", "id": "side"}]}
    children = role_children(tmp_path / "studio.toml", tables)
    assert [child.name for child in children] == [
        "record", "track", "infer", "capture/cam0", "capture/side",
    ]  # fmt: skip
    assert children[-1].arguments[-2:] == ("--index", "1")
