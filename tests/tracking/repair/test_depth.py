from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from waving_people import played, stream

from tracking.people import DEPTH_JUMPED, People
from tracking.repair.depth import DOUBT, Depths


def deeper(images: Sequence[People], wrong: Sequence[bool], by: float) -> list[People]:
    """The images with the second person further away in some."""
    shown = []
    for people, far in zip(images, wrong, strict=True):
        places = people.places.copy()
        places[1, 2] += by * far
        shown.append(replace(people, places=places))
    return shown


@pytest.mark.parametrize("fps", [10, 30, 120])
@pytest.mark.parametrize("by", [0.5, -0.5])
def test_a_depth_of_one_image_is_not_believed(by: float, fps: int) -> None:
    true = stream(np.arange(0, 1, 1 / fps), 3)
    shown = deeper(true, [k == 6 for k in range(len(true))], by)
    mender = Depths()
    result = played(mender, shown)
    assert all(np.array_equal(a.places, b.places) for a, b in zip(result, true, strict=True))
    assert mender.counts == {"depth_jumped": 1}
    assert result[6].repairs.tolist() == [0, DEPTH_JUMPED, 0]
    assert result[6].noise[1, 2] == DOUBT * true[6].noise[1, 2]


@pytest.mark.parametrize("fps", [10, 30, 120])
def test_a_depth_that_stays_is_believed(fps: int) -> None:
    true = stream(np.arange(0, 2, 1 / fps), 2)
    result = played(Depths(), deeper(true, [p.t_s >= 1 for p in true], 0.5))
    assert not any(p.repairs.any() for p in result if p.t_s > 1.18)
    assert result[-1].places[1, 2] == pytest.approx(true[-1].places[1, 2] + 0.5)


@pytest.mark.parametrize("fps", [10, 30, 120])
def test_somebody_who_runs_at_the_camera_is_believed(fps: int) -> None:
    shown = []
    for people in stream(np.arange(0, 0.8, 1 / fps), 1):
        places = people.places.copy()
        places[0, 2] = np.log(6 - 5 * people.t_s)
        shown.append(replace(people, places=places))
    assert played(Depths(), shown) == shown
