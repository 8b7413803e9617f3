"""Frames are worked on by the thread that hears them, in turns with the tick that shows them."""

from __future__ import annotations

import threading

import pytest
from blender_process import needs_bpy, run_blender
from track_stream import frame_at
from waiting import wait_for

from blender_addon.stream.ahead import Ahead
from blender_addon.stream.receiver import Receiver
from livemocap.bus import TRACK, Publisher
from livemocap.messages import TrackFrame


def test_a_frame_is_worked_on_before_it_can_be_taken(publisher: Publisher) -> None:
    worked: list[TrackFrame] = []
    ahead = Ahead(worked.append)
    receiver = Receiver(publisher.endpoint, heard=ahead.heard)
    publisher.wait_for_subscribers(1, 5.0)
    with ahead.shown():
        publisher.send(TRACK, frame_at(0))
        receiver.take_newest()
    wait_for(lambda: receiver.status().frames == 1)
    publisher.send(TRACK, frame_at(1))
    wait_for(lambda: receiver.status().frames == 2)
    with ahead.shown():
        (newest,) = receiver.take_newest()
    receiver.close()
    assert newest is worked[-1]
    assert newest.sequence == 1


def test_the_thread_does_not_work_during_a_tick_and_hands_frames_over_all_the_same() -> None:
    worked: list[int] = []
    ahead = Ahead(lambda frame: worked.append(frame.sequence))
    handed_over = threading.Event()

    def hear() -> None:
        with ahead.heard(frame_at(0)):
            handed_over.set()

    with ahead.shown():
        thread = threading.Thread(target=hear)
        thread.start()
        assert handed_over.wait(5.0), "a tick that takes long holds up nobody"
        thread.join()
    assert not worked
    hear()
    assert worked == [0]


def test_work_that_fails_is_left_to_the_tick() -> None:
    ahead, handed_over = Ahead(_fail), []
    with ahead.heard(frame_at(0)):
        handed_over.append(0)
    with ahead.shown():
        handed_over.append(1)
    assert handed_over == [0, 1]


def test_nothing_is_worked_on_for_a_blender_that_does_not_look() -> None:
    worked: list[int] = []
    ahead = Ahead(lambda frame: worked.append(frame.sequence))
    for sequence in range(1000):
        with ahead.heard(frame_at(sequence)):
            pass
    assert 0 < len(worked) < 100
    with ahead.shown():
        pass
    with ahead.heard(frame_at(1000)):
        pass
    assert worked[-1] == 1000


def _fail(frame: TrackFrame) -> None:
    raise ValueError(frame.sequence)


@pytest.mark.blender
@needs_bpy
def test_poses_of_a_stream_are_worked_out_by_the_thread_that_hears_it_and_are_the_same() -> None:
    run_blender(
        """
    import threading
    from dataclasses import replace
    from live_in_blender import *
    from rigs_in_blender import add_rig, assign
    from track_stream import PHASE_FRAMES, frame_at
    from blender_addon.rigs import stage
    from blender_addon.rigs.note import read_note, write_note
    from blender_addon.rigs.settings import RigSettings
    from blender_addon.rigs.targets import Targets
    from livemocap.bus import TRACK, Publisher

    for person, naming in enumerate(("ue4", "mixamo"), 1):
        add_rig(f"Rig {person}", naming=naming, rest="A", axes="random", extras=("root", "twist"))
        assign(f"Rig {person}", person, foot_lock=1.0)
    note = read_note(bpy.data.objects["Rig 1"])
    write_note(bpy.data.objects["Rig 1"], replace(note, settings=RigSettings(smooth=True)))
    frames = [frame_at(sequence, people=3) for sequence in range(60)]

    def posed(name):
        bones = bpy.data.objects[name].pose.bones
        return [(*bone.rotation_quaternion, *bone.location) for bone in bones]

    def pose():
        return np.array([*posed("Rig 1"), *posed("Rig 2"), *posed("Person 3")])

    solved_by = []
    class Watched(stage.LiveCast):
        def solve(self, *args):
            solved_by.append(threading.current_thread().name)
            return super().solve(*args)
    stage.LiveCast = Watched
    with Publisher("tcp://127.0.0.1:0") as publisher:
        live.connect(publisher.endpoint)
        publisher.wait_for_subscribers(1, 5.0)
        connection = live.current()
        for frame in frames:
            publisher.send(TRACK, frame)
            while connection.receiver.status().frames <= frame.sequence:
                time.sleep(0.001)
            assert live.tick(frame.sequence / 60)
        ahead = pose()
        live.disconnect()
    ticks = [k for k, name in enumerate(solved_by) if name == "MainThread"]
    assert ticks == [0, PHASE_FRAMES], "where people come and go characters are calibrated"
    assert len(solved_by) == len(frames) and set(solved_by[1:3]) == {"livemocap-receiver"}

    targets = Targets()
    for frame in frames:
        targets.show([frame], frame.sequence / 60)
    alone = np.array([*posed("Rig 1"), *posed("Rig 2")])
    assert np.abs(ahead[: len(alone)] - alone).max() < 1e-6
    """
    )
