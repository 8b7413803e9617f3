"""studio.toml: read, override, check, write back."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from livemocap import config


@dataclass(frozen=True, kw_only=True)
class Sample:
    gate_m: float = 0.5
    people: int = 2
    name: str = "x"
    smooth: bool = True
    size: tuple[int, int] = (1, 2)
    folder: Path | None = None

    def __post_init__(self) -> None:
        if self.gate_m <= 0:
            raise ValueError(f"gate_m is {self.gate_m}, expected more than 0 m")


def write(path: Path, text: str) -> Path:
    file = path / "studio.toml"
    file.write_text(text, "utf-8")
    return file


def test_a_table_becomes_its_dataclass_and_defaults_stay() -> None:
    table = {"gate_m": 1, "size": [3, 4], "folder": "takes"}
    found = config.load(Sample, table, "tracking")
    assert found == Sample(gate_m=1.0, size=(3, 4), folder=Path("takes"))
    assert isinstance(found.gate_m, float)


def test_an_unknown_key_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(config.ConfigError, match=r"\[tracking\]: .*'gatem'.*Did you mean 'gate_m'"):
        config.load(Sample, {"gatem": 1}, "tracking")


@pytest.mark.parametrize(
    "table", [{"people": "two"}, {"people": 1.5}, {"people": True}, {"name": 3}, {"smooth": 1}]
)
def test_a_value_of_the_wrong_type_is_an_error(table: dict[str, object]) -> None:
    with pytest.raises(config.ConfigError, match="expected"):
        config.load(Sample, table, "tracking")


def test_a_value_out_of_range_names_its_table() -> None:
    with pytest.raises(config.ConfigError, match=r"\[tracking\] gate_m is -1.0"):
        config.load(Sample, {"gate_m": -1.0}, "tracking")


def test_an_unknown_table_is_an_error_with_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match="Did you mean 'tracking'"):
        config.read_studio(write(tmp_path, "[traking]\n"))


def test_a_missing_or_broken_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match="No such file"):
        config.read_studio(tmp_path / "none.toml")
    with pytest.raises(config.ConfigError, match="not valid TOML"):
        config.read_studio(write(tmp_path, "[tracking\n"))


def test_set_overrides_one_key_and_leaves_the_rest() -> None:
    tables = {"tracking": {"gate_m": 0.5, "people": 3}, "camera": [{"id": "a"}, {"id": "b"}]}
    found = config.override(tables, ["tracking.gate_m=0.6", "camera.fps=25", "record.name=jump"])
    assert found["tracking"] == {"gate_m": 0.6, "people": 3}
    assert found["camera"] == [{"id": "a", "fps": 25}, {"id": "b", "fps": 25}]
    assert found["record"] == {"name": "jump"}
    assert tables["tracking"]["gate_m"] == 0.5


@pytest.mark.parametrize("bad", ["tracking", "tracking.gate_m", "gate_m=1", "traking.gate_m=1"])
def test_a_malformed_set_is_an_error(bad: str) -> None:
    with pytest.raises(config.ConfigError, match="--set"):
        config.override({}, [bad])


def test_tables_survive_being_written_as_toml() -> None:
    tables = {
        "network": {"host": "127.0.0.1", "lossless": True, "image_port": 5},
        "camera": [{"id": "a", "source": 'C:\\x "y".mp4'}, {"id": "b", "size": [640, 480]}],
        "tracking": {"gate_m": 0.25},
    }
    assert tomllib.loads(config.to_toml(tables)) == tables


def test_cameras_without_an_id_are_counted() -> None:
    assert config.camera_ids({"camera": [{}, {"id": "door"}, {}]}) == ["cam0", "door", "cam2"]


def test_every_default_port_is_its_own() -> None:
    network = config.NetworkConfig()
    ports = [network.image(0), network.image(9), network.pose(0), network.pose(9), network.track()]
    ports += [network.metrics(role) for role in config.METRICS_ROLES] + [network.control()]
    assert len(set(ports)) == len(ports)
    assert all(port.startswith("tcp://127.0.0.1:478") for port in ports)
