# SPDX-License-Identifier: GPL-3.0-or-later
"""What the buttons of Record do."""

from __future__ import annotations

import time
from typing import Any

import bpy

from ..stream import live
from ..takes import folder, recording, starting


class LIVEMOCAP_OT_record_start(bpy.types.Operator):
    """Write every packet of the stream into a file, until stopped"""

    bl_idname = "livemocap.record_start"
    bl_label = "Record"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if live.current() is None:
            cls.poll_message_set("Connect to a stream first")
            return False
        if starting.countdown_left_s(time.monotonic()) is not None:
            cls.poll_message_set("A countdown is running")
            return False
        cls.poll_message_set("A take is being recorded already")
        return not recording.is_running()

    def execute(self, context: bpy.types.Context) -> set[Any]:
        try:
            starting.press()
        except recording.RecordingError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class LIVEMOCAP_OT_record_cancel(bpy.types.Operator):
    """Stop the countdown; nothing is recorded"""

    bl_idname = "livemocap.record_cancel"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("No countdown is running")
        return starting.countdown_left_s(time.monotonic()) is not None

    def execute(self, context: bpy.types.Context) -> set[Any]:
        starting.cancel_countdown()
        return {"FINISHED"}


class LIVEMOCAP_OT_record_stop(bpy.types.Operator):
    """End the recording; the file is complete then"""

    bl_idname = "livemocap.record_stop"
    bl_label = "Stop"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("Nothing is being recorded")
        return recording.is_running()

    def execute(self, context: bpy.types.Context) -> set[Any]:
        recording.stop()
        folder.look_again()
        if (stopped := recording.current()) and (note := stopped.status().note):
            self.report({"WARNING"}, note)
        return {"FINISHED"}


CLASSES = (LIVEMOCAP_OT_record_start, LIVEMOCAP_OT_record_cancel, LIVEMOCAP_OT_record_stop)
