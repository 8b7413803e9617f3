"""DynaBOA against traces of the reference, and what breaks it is noticed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lift_parity import hmr, trace
from lift_parity.arrays import Case, case_of, failures
from lift_parity.broken import OldImage, StepFromTheCopy, TeacherFirst

from inference.adapt.dynaboa import DynaBoa
from inference.adapt.hmr import Hmr

GOLDEN = Path(__file__).parents[2] / "reference" / "golden"
WEBCAM, INTERNET = "dynaboa_webcam_loop", "dynaboa_internet_retrieval"

pytestmark = pytest.mark.timeout(900)  # tens of passes through a ResNet, more on a busy machine


def golden(kind: str, *, brief: bool = False) -> Case:
    with np.load(GOLDEN / f"{kind}.npz") as file:
        return replace(case_of(kind, dict(file)), brief=brief)


@pytest.mark.parametrize("kind", [WEBCAM, INTERNET])
def test_the_first_image_is_learnt_as_the_reference_does(kind: str) -> None:
    checks = trace.compare(golden(kind, brief=True))
    names = {check.name for check in checks}
    assert {"one_minus_cos", "seq total", "seq joints", "seq shape", "seq pose"} <= names
    assert {"seq labelled", "pick"} <= names or kind == WEBCAM
    assert failures(checks) == {}


@pytest.mark.slow
@pytest.mark.parametrize("kind", [WEBCAM, INTERNET])
def test_the_whole_trace_is_the_references(kind: str) -> None:
    checks = trace.compare(golden(kind))
    assert {"steps", "rotmat", "joints", "pnorm", "tnorm", "seq motion"} <= {c.name for c in checks}
    assert failures(checks) == {}


@pytest.mark.slow
@pytest.mark.parametrize("broken", [TeacherFirst, StepFromTheCopy, OldImage])
def test_what_breaks_the_loop_is_noticed_by_the_references_trace(broken: type[DynaBoa]) -> None:
    found = failures(trace.compare(golden(WEBCAM), broken))
    assert any(name.startswith("seq") for name in found)


def with_relu(net: Hmr) -> Hmr:
    """What most would put between two layers, and the reference does not."""
    net.fc2.register_forward_pre_hook(lambda module, given: (given[0].relu(),))
    return net


def test_a_relu_between_the_first_layers_is_noticed() -> None:
    case = golden("hmr_forward")
    found = failures(hmr.forward_of(with_relu(hmr.network(0, 0)), case))
    assert {"rotmat", "shape", "loss", "feat08"} <= found.keys()
    assert "feat06" not in found
