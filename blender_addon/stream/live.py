# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to the stream: at most one, driven by `tick` on the main thread."""

from __future__ import annotations

import atexit
import logging
import math
import time
from dataclasses import InitVar, dataclass, field, replace

import bpy

from livemocap.messages import TrackFrame

from ..panels.people_list import choices, show_people
from ..panels.properties import stream_settings
from ..panels.record_settings import record_settings
from ..panels.world_panel import chosen_world
from ..rigs.targets import Targets
from ..takes import recording
from ..windows import redraw_views, some_window
from .ahead import Ahead
from .built_in.source import BuiltInStream
from .posing import Poser
from .receiver import TOPIC, Receiver, Source
from .roster import Roster
from .subscriber import EndpointError, is_loopback
from .world import World

TICK_S = 1 / 60
_LIST_S = 0.1
"""How often the list of people is written while the same people are there."""

_REDRAW_S = 0.25
"""How often the status line is drawn while nothing comes."""

_SETTLE_S = 0.25
"""How long a scale has to stay: stand-ins are made anew for it, which a slider would ask for at
every move."""

_LOG = logging.getLogger(__name__)


class OfflineError(RuntimeError):
    """The address is beyond this machine, and Blender is set to stay offline."""


@dataclass
class Live:
    """What exists while connected."""

    source: InitVar[str | Source]
    world: World
    """Where people are shown now."""
    is_test: bool = False
    """It plays the built-in stream."""
    poser: Poser = field(default_factory=Poser)
    targets: Targets = field(default_factory=Targets)
    roster: Roster = field(default_factory=Roster)
    listed: tuple[int, ...] = ()
    """Track ids in the frames that the list of people was written for."""
    listed_s: float = 0.0
    trouble: str = ""
    """The last error of a tick, in words; empty when the last one went well."""
    asked: World = field(init=False)
    """The world that was asked for last."""
    asked_s: float = -math.inf
    redrawn_s: float = 0.0
    logged_s: float = 0.0
    ahead: Ahead = field(init=False)
    """Whoever has its turn, and nobody else, works with what is here."""
    receiver: Receiver = field(init=False)
    _placed: tuple[TrackFrame, TrackFrame] | None = None
    """The last frame as it came and as it is shown."""

    def __post_init__(self, source: str | Source) -> None:
        self.asked = self.world
        self.targets.show_in(self.world)
        self.ahead = Ahead(self._work_ahead)
        self.receiver = Receiver(source, heard=self.ahead.heard)  # last: its thread uses the others

    def show_in(self, world: World) -> None:
        """People are shown there from now on."""
        self.targets.show_in(world)
        self.world, self._placed = world, None

    def placed(self, frame: TrackFrame) -> TrackFrame:
        """A frame with everybody where they are shown."""
        if self._placed is None or self._placed[0] is not frame:
            self._placed = frame, self.world.frame(frame)
        return self._placed[1]

    def _work_ahead(self, frame: TrackFrame) -> None:
        """In the receiver's thread."""
        frame = self.placed(frame)
        self.targets.work_ahead(frame)
        self.poser.work_ahead(frame)


_live: Live | None = None
_refusal: EndpointError | OfflineError | None = None


def current() -> Live | None:
    """The connection, if there is one."""
    return _live


def refusal() -> EndpointError | OfflineError | None:
    """Why the last stream could not be asked for."""
    return _refusal


def connect(address: str) -> None:
    """Listen to a stream; replaces the connection there was.

    Raises:
        EndpointError: not an address.
        OfflineError: beyond this machine while online access is off; no socket was opened.
    """
    global _refusal
    try:
        _require_allowed(address)
    except (EndpointError, OfflineError) as error:
        _refusal = error
        raise
    disconnect()
    _begin(Live(address, chosen_world()))
    _LOG.info("listens to %s", address)


def play_test_stream() -> None:
    """Show the built-in people; replaces the connection there was. Opens no socket."""
    disconnect()
    _begin(Live(BuiltInStream(TOPIC.encode()), chosen_world(), is_test=True))
    _LOG.info("plays the test stream")


def disconnect() -> None:
    """Stop listening and recording; the people stay as they are."""
    global _live, _refusal
    _refusal = None
    if _live is None:
        return
    recording.stop()
    show_people([], {})
    atexit.unregister(_live.receiver.close)
    _live.receiver.close()
    _log_end(_live.receiver)
    _live = None
    if bpy.app.timers.is_registered(_on_timer):
        bpy.app.timers.unregister(_on_timer)
    redraw_views()


def tick(now_s: float) -> bool:
    """Show the newest frames, if any came since the last call; returns whether some did.

    Args:
        now_s: monotonic; decides when the proxies of people who left are removed.
    """
    if _live is None:
        return False
    _live.receiver.keep_past(record_settings().pre_roll_s)
    with _live.ahead.shown():
        frames = _show_newest(_live, now_s)
    if frames or now_s - _live.redrawn_s > _REDRAW_S:
        _live.redrawn_s = now_s
        redraw_views()
    return bool(frames)


def forget_shapes() -> None:
    """Undo or another file may have changed the bones."""
    if _live is not None:
        _live.poser.forget_shapes()
        _live.targets.look_again()


def look_again() -> None:
    """A button changed a character."""
    if _live is not None:
        _live.targets.look_again()


def _log_end(receiver: Receiver) -> None:
    status = receiver.status()
    counts = f"{status.frames} frames, {status.gaps} lost, {status.malformed} refused"
    _LOG.info("left the stream: %s; %s", counts, status.refused or "the last message was good")


def _require_allowed(address: str) -> None:
    """Say no before anything is opened."""
    if is_loopback(address) or bpy.app.online_access:
        return
    allow = "allow it in Preferences > System > Network"
    if bpy.app.online_access_override:
        allow = "start Blender without --offline-mode"
    raise OfflineError(
        f"{address} is another machine and online access is off: {allow}, or receive from this "
        "machine"
    )


def _begin(connection: Live) -> None:
    global _live
    _live = connection
    atexit.register(connection.receiver.close)  # nothing more: Blender is being taken down by then
    bpy.app.timers.register(_on_timer, persistent=True)


def _settle(connection: Live, asked: World, now_s: float) -> None:
    """Go over to the world that was asked for."""
    if asked != connection.asked:
        connection.asked, connection.asked_s = asked, now_s
    if now_s - connection.asked_s < _SETTLE_S:
        asked = replace(asked, scale=connection.world.scale)
    if asked != connection.world:
        connection.show_in(asked)


def _show_newest(connection: Live, now_s: float) -> list[TrackFrame]:
    """The frames that came since the last call."""
    frames = connection.receiver.take_newest()
    if not connection.receiver.connected:
        connection.targets.connection_lost()
    if frames:
        _settle(connection, chosen_world(), now_s)
        _show(connection, [connection.placed(frame) for frame in frames], now_s)
        _list_people(connection, now_s)
        connection.trouble = ""
    return frames


def _show(connection: Live, frames: list[TrackFrame], now_s: float) -> None:
    """Everybody as it was chosen in the list of people."""
    poser, targets, chosen = connection.poser, connection.targets, choices()
    targets.held = poser.held = chosen.held
    if (taken := recording.current()) is not None and taken.status().running:
        # who was left out and went away since is not in the list any more
        taken.left_out = (taken.left_out - chosen.listed) | chosen.left_out
    try:
        targets.show(frames, now_s)
    finally:  # who moves a character is known only now
        covered = targets.moving if stream_settings().hide_stand_ins else frozenset()
        poser.covered = covered | chosen.hidden
        poser.show(frames, now_s)


def _list_people(connection: Live, now_s: float) -> None:
    people = connection.poser.people
    ids = tuple(person.track_id for person in people)
    if ids != connection.listed or now_s - connection.listed_s > _LIST_S:
        connection.listed, connection.listed_s = ids, now_s
        listed = connection.roster.update(people, now_s)
        show_people(listed, connection.targets.characters())


def _on_timer() -> float | None:
    """Blender's timer: a bad frame must not end it."""
    if _live is None:
        return None
    now_s = time.monotonic()
    try:
        with some_window():
            tick(now_s)
    except Exception as error:
        _live.trouble = str(error)
        if now_s - _live.logged_s > 1.0:
            _live.logged_s = now_s
            _LOG.exception("could not show a frame")
    return TICK_S
