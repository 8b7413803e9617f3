"""`livemocap doctor`."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from inference.models.catalogue import MODELS
from livemocap.cli import checks
from livemocap.cli.checks import Finding, run_checks
from livemocap.cli.main import main


def verdicts(subject: str) -> list[Finding]:
    return [finding for finding in run_checks() if finding.subject == subject]


def test_everything_that_is_wrong_comes_with_a_fix() -> None:
    findings = list(run_checks())
    assert {f.subject for f in findings} >= {"versions", "names", "capture", "weights", "ports"}
    assert all(f.fix for f in findings if f.verdict == "fail")


def test_a_name_that_belongs_to_somebody_else_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = {"inference": ["inference"], "livemocap": ["livemocap"]}
    monkeypatch.setattr(checks.importlib.metadata, "packages_distributions", lambda: owners)
    (finding,) = verdicts("names")
    assert finding.verdict == "fail"
    assert finding.fix == "pip uninstall inference"


def test_a_missing_library_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        checks.importlib.util, "find_spec", lambda name: None if name == "filterpy" else real(name)
    )
    (finding,) = verdicts("tracking")
    assert finding.verdict == "fail"
    assert "livemocap[tracking]" in finding.fix


def test_damaged_weights_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from inference.landmarks import nets

    monkeypatch.setattr(nets, "WEIGHTS_FOLDER", tmp_path)
    (tmp_path / "movenet_multipose.onnx").write_bytes(b"damaged")
    (finding,) = verdicts("weights")
    assert finding.verdict == "fail"
    assert "movenet_multipose" in finding.found


def test_fetched_models_are_listed_and_damaged_ones_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert verdicts("models")[0].found.startswith("none fetched")
    folder = tmp_path / "livemocap" / "models"
    folder.mkdir(parents=True)
    (folder / "aios.safetensors").write_bytes(b"of unknown origin")
    (finding,) = verdicts("models")
    assert finding.verdict == "fail"
    assert finding.found.startswith("aios damaged; ")
    assert finding.found.endswith(f"{len(MODELS) - 1} not fetched")
    (folder / "models.json").write_text("{")
    assert "cannot be read" in verdicts("models")[0].found


def test_the_json_is_the_same_findings(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--json"])
    found = [Finding(**entry) for entry in json.loads(capsys.readouterr().out)]
    assert code == int(any(finding.verdict == "fail" for finding in found))
