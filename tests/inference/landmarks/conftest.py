from __future__ import annotations

import pytest

from inference.landmarks.landmark_nets import LandmarkNets, landmark_nets
from inference.landmarks.quality import QUALITIES


@pytest.fixture(scope="session")
def nets() -> LandmarkNets:
    return landmark_nets(QUALITIES["fast"], "CPUExecutionProvider")
