"""Users say who is who."""

from __future__ import annotations

import pytest
from seen_people import Actor, seen

from livemocap.messages import ControlRequest, TrackFrame
from tracking.commands import Everybody, answer
from tracking.config import TrackingConfig
from tracking.errors import TrackingError
from tracking.tracker import Tracker

FPS = 30.0


class Stage:
    """A tracker that is shown people, image after image."""

    def __init__(self) -> None:
        self.tracker = Tracker(TrackingConfig())
        self._k = 0

    def show(self, *x_m: float, seconds: float = 0.5) -> TrackFrame:
        """People at these places for a while; the last frame."""
        for _ in range(round(seconds * FPS)):
            people = [Actor(x, -4) for x in x_m]
            (frame,) = self.tracker.push(seen(people, self._k / FPS, self._k))
            self._k += 1
        return frame


def places(frame: TrackFrame) -> dict[int, float]:
    x_m = [round(x, 1) for x in frame.pelvis[:, 0].tolist()]
    return dict(zip(frame.track_ids.tolist(), x_m, strict=True))


def test_exchanged_ids_are_given_back() -> None:
    stage = Stage()
    assert places(stage.show(-1, 1)) == {1: -1.0, 2: 1.0}
    stage.tracker.people.swap(1, 2)
    assert places(stage.show(-1, 1)) == {1: 1.0, 2: -1.0}


def test_somebody_taken_for_new_gets_the_old_id_back() -> None:
    stage = Stage()
    stage.show(-1, 1)
    stage.show(-1, seconds=1.0)
    assert places(stage.show(-1, -2.2)) == {1: -1.0, 3: -2.2}
    stage.tracker.people.merge(3, 2)
    assert places(stage.show(-1, -2.2)) == {1: -1.0, 2: -2.2}


def test_two_people_in_view_are_not_made_one() -> None:
    stage = Stage()
    stage.show(-1, 1)
    with pytest.raises(TrackingError, match="both in view"):
        stage.tracker.people.merge(2, 1)
    assert places(stage.show(-1, 1)) == {1: -1.0, 2: 1.0}


def test_names_go_with_the_id_and_can_be_taken_away() -> None:
    stage = Stage()
    stage.show(-1, 1)
    stage.tracker.people.name(2, "anna")
    assert stage.show(-1, 1).names == {"2": "anna"}
    stage.tracker.people.name(2, "")
    assert stage.show(-1, 1).names == {}


def test_nobody_gets_an_id_beyond_those_expected() -> None:
    stage = Stage()
    stage.tracker.people.expect(2)
    stage.show(-1, 1)
    assert set(stage.show(-1, 0, 1, seconds=1.0).track_ids) == {1, 2}
    stage.tracker.people.expect(0)
    assert set(stage.show(-1, 0, 1, seconds=1.0).track_ids) == {1, 2, 3}


def test_with_everybody_known_whoever_comes_is_somebody_lost() -> None:
    stage = Stage()
    stage.tracker.people.expect(2)
    stage.show(-1.5, 1.5)
    stage.show(-1.5, seconds=3.0)
    assert set(stage.show(-1.5, 0.5, seconds=1.0).track_ids) == {1, 2}


def test_locked_people_are_never_forgotten() -> None:
    config = TrackingConfig(max_lost_s=1.0)
    stage = Stage()
    stage.tracker = Tracker(config)
    stage.show(-1, 1)
    stage.tracker.people.lock(2, True)
    stage.show(seconds=3.0)
    assert [person["id"] for person in stage.tracker.people.people()] == [2]
    stage.tracker.people.lock(2, False)
    stage.show(seconds=0.1)
    assert stage.tracker.people.people() == []


@pytest.mark.parametrize(
    ("command", "arguments", "told"),
    [
        ("people.swap", {"id": 1, "other": 9}, "knows 1 and 9; known are 1, 2"),
        ("people.swap", {"id": 1, "other": 1}, "with itself"),
        ("people.merge", {"id": 1, "into": 1}, "is 1 already"),
        ("people.lock", {"id": "anna"}, "expected a whole number"),
        ("people.lock", {}, "expected a whole number"),
        ("people.expect", {"people": -1}, "0 stands for any number"),
        ("people.dance", {}, "expected one of people.expect"),
    ],
)
def test_what_cannot_be_done_is_refused(
    command: str, arguments: dict[str, object], told: str
) -> None:
    stage = Stage()
    stage.show(-1, 1)
    request = ControlRequest(command=command, arguments=arguments)
    reply = answer(Everybody([stage.tracker.people]), request)
    assert not reply.ok
    assert told in reply.message


def test_before_anybody_came_there_is_nobody_to_name() -> None:
    everybody = Everybody([Tracker(TrackingConfig()).people])
    reply = answer(everybody, ControlRequest(command="people.name", arguments={"id": 1}))
    assert not reply.ok
    assert "nobody yet" in reply.message


def test_everybody_is_listed_with_name_and_state() -> None:
    stage = Stage()
    stage.show(-1, 1)
    stage.show(-1, seconds=2.0)
    stage.tracker.people.name(2, "anna")
    reply = answer(Everybody([stage.tracker.people]), ControlRequest(command="people.list"))
    first, second = reply.values["people"]
    assert (first["id"], first["state"]) == (1, "in view")
    assert (second["id"], second["name"], second["state"]) == (2, "anna", "lost")
    assert second["unseen_s"] == pytest.approx(2.0, abs=0.05)
