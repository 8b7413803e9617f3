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
    return names


def chosen(name: str, *, has_engine: bool = True) -> object:
    return choice.chosen_lifter(name, "box", has_engine=has_engine, step=lambda *_: None)


def test_the_best_that_somebody_has_installed_is_taken(installed: set[str]) -> None:
    installed |= {"own", "vp3d", "vp3d-causal"}
    assert chosen("auto") == "vp3d"
    assert chosen("vp3d-causal") == "vp3d-causal"
    assert chosen("own") == "own"


def test_a_fresh_machine_takes_the_engines_own_3d(installed: set[str]) -> None:
    installed |= {"own"}
    assert chosen("auto") is None


def test_what_no_engine_has_seen_is_lifted_by_our_own(installed: set[str]) -> None:
    installed |= {"own"}
    assert chosen("auto", has_engine=False) == "own"


@pytest.mark.usefixtures("installed")
def test_keypoints_alone_need_a_lifter() -> None:
    with pytest.raises(LiftError, match="livemocap models install"):
        chosen("auto", has_engine=False)


@pytest.mark.usefixtures("installed")
def test_a_lifter_asked_for_is_never_replaced() -> None:
    with pytest.raises(WeightsError, match="pstmo is missing"):
        chosen("pstmo")
