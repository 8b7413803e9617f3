"""Which lifter is taken."""

from __future__ import annotations

import pytest

from inference.errors import WeightsError
from livemocap.cli.lift import choice
from livemocap.cli.lift.errors import LiftError


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of the lifters that have weights."""
    names: set[str] = set()

    def make(name: str, **_: object) -> str:
        if name not in names:
            raise WeightsError(f"{name} is missing")
        return name

    monkeypatch.setattr(choice, "make_lifter", make)
    monkeypatch.setattr(choice, "lifter_names", lambda: ("own", "vp3d", "vp3d-causal", "pstmo"))
    return names


def chosen(name: str, *, has_engine: bool = True) -> object:
    return choice.chosen_lifter(name, "box", has_engine=has_engine, step=lambda *_: None)


def test_the_best_that_is_installed_is_taken(installed: set[str]) -> None:
    installed |= {"vp3d", "vp3d-causal"}
    assert chosen("auto") == "vp3d"
    installed |= {"own"}
    assert chosen("auto") == "own"
    assert chosen("vp3d-causal") == "vp3d-causal"


@pytest.mark.usefixtures("installed")
def test_a_fresh_machine_takes_the_engines_own_3d() -> None:
    assert chosen("auto") is None


@pytest.mark.usefixtures("installed")
def test_keypoints_alone_need_a_lifter() -> None:
    with pytest.raises(LiftError, match="livemocap models install"):
        chosen("auto", has_engine=False)


@pytest.mark.usefixtures("installed")
def test_a_lifter_asked_for_is_never_replaced() -> None:
    with pytest.raises(WeightsError, match="pstmo is missing"):
        chosen("pstmo")
