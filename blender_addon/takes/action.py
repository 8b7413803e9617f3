# SPDX-License-Identifier: GPL-3.0-or-later
"""Where baked curves live: one Action with a slot for each actor, or as many Actions before 4.4."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import bpy

from ..armatures.curves import slot_channels

TAKE_KEY, RATE_KEY = "livemocap_take", "livemocap_rate"
"""Custom properties of an action: the take that it was baked from, and the rate of that."""

HAS_SLOTS = bpy.app.version >= (4, 4, 0)


class ActionGoneError(RuntimeError):
    """Undo, another file or the user took the action away while it was being written."""


class TakeAction:
    """Actors and their curves. Keeps names only, as undo replaces everything else."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._actions: list[tuple[str, int]] = []
        """Name and number by actor; all the same one where there are slots."""

    def add_actor(self, name: str, rate: Fraction, kind: str = "OBJECT") -> int:
        """Room for one more actor's curves; returns its number.

        Args:
            rate: of the take.
            kind: of datablock, as Blender calls them.
        """
        if not HAS_SLOTS or not self._actions:
            own = name if name.startswith(self._name) else f"{self._name} {name}"
            title = self._name if HAS_SLOTS else own
            self._actions.append(_identity(bpy.data.actions.new(title)))
        else:
            self._actions.append(self._actions[0])
        action = self._action(-1)
        action[TAKE_KEY], action[RATE_KEY] = self._name, str(rate)
        if HAS_SLOTS:
            action.slots.new(id_type=kind, name=name)
        else:
            action.id_root = kind
        return len(self._actions) - 1

    def channels(self, actor: int) -> Any:
        """What has `fcurves` and `groups`. Hold it no longer than the current call.

        Raises:
            ActionGoneError
        """
        action = self._action(actor)
        return slot_channels(action, action.slots[actor]) if HAS_SLOTS else action

    def assign(self, actor: int, animated: Any) -> None:
        """Let an actor's curves move a datablock; the action it had is kept in the file."""
        action = self._action(actor)
        animation: Any = animated.animation_data or animated.animation_data_create()
        before = animation.action
        if before is not None and before.users <= 1 and before.library is None:
            before.use_fake_user = True  # else Blender drops it from the file
        animation.action = action
        if HAS_SLOTS:
            animation.action_slot = action.slots[actor]

    def remove(self) -> None:
        """As if nothing had been baked."""
        for identity in set(self._actions):
            if (action := _found(identity)) is not None:
                bpy.data.actions.remove(action)
        self._actions.clear()

    def _action(self, actor: int) -> Any:
        action = _found(self._actions[actor])
        if action is None:
            raise ActionGoneError("the action that was being written is gone")
        return action


@contextmanager
def all_or_none(animated: Sequence[Any]) -> Iterator[None]:
    """If not all of them can be given actions, each has the one that it had."""
    before = [_given(each) for each in animated]
    try:
        yield
    except BaseException:
        for each, (action, slot, fake_user) in zip(animated, before, strict=True):
            _give_back(each, action, slot)
            if action is not None and action.library is None:
                action.use_fake_user = fake_user
        raise


def _given(animated: Any) -> tuple[Any, Any, bool]:
    """Its action, the slot of that, and whether the action stays in the file unused."""
    animation = animated.animation_data
    action = animation.action if animation else None
    if action is None:
        return None, None, False
    return action, animation.action_slot if HAS_SLOTS else None, action.use_fake_user


def _give_back(animated: Any, action: Any, slot: Any) -> None:
    animation = animated.animation_data
    if animation is None or animation.action == action:
        return
    animation.action = action
    if slot is not None:
        animation.action_slot = slot


def _identity(action: Any) -> tuple[str, int]:
    """What tells an action from one of its name in another file."""
    return action.name, getattr(action, "session_uid", 0)


def _found(identity: tuple[str, int]) -> Any:
    action = bpy.data.actions.get((identity[0], None))
    return action if action is not None and _identity(action) == identity else None
