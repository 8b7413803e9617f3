# SPDX-License-Identifier: GPL-3.0-or-later
"""What the buttons do."""

from __future__ import annotations

from typing import Any

import bpy

from . import live, recording
from .properties import FolderError, chosen_address, chosen_takes_folder, stream_settings
from .proxies import clear_proxies, find_proxies
from .subscriber import EndpointError


class LIVEMOCAP_OT_connect(bpy.types.Operator):
    """Show the people of the stream at this address"""

    bl_idname = "livemocap.connect"
    bl_label = "Connect"

    def execute(self, context: bpy.types.Context) -> set[Any]:
        try:
            live.connect(chosen_address())
        except (EndpointError, live.OfflineError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class LIVEMOCAP_OT_disconnect(bpy.types.Operator):
    """Stop receiving and recording; the people stay where they are"""

    bl_idname = "livemocap.disconnect"
    bl_label = "Disconnect"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("Not connected")
        return live.current() is not None

    def execute(self, context: bpy.types.Context) -> set[Any]:
        live.disconnect()
        return {"FINISHED"}


class LIVEMOCAP_OT_clear_proxies(bpy.types.Operator):
    """Remove the armatures of all people. People in a running stream come back at once"""

    bl_idname = "livemocap.clear_proxies"
    bl_label = "Clear People"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("There are no people to remove")
        return bool(find_proxies())

    def execute(self, context: bpy.types.Context) -> set[Any]:
        self.report({"INFO"}, f"Removed {clear_proxies()} people")
        return {"FINISHED"}


class LIVEMOCAP_OT_record_start(bpy.types.Operator):
    """Write every packet of the stream into a file, until stopped"""

    bl_idname = "livemocap.record_start"
    bl_label = "Record"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if live.current() is None:
            cls.poll_message_set("Connect to a stream first")
            return False
        cls.poll_message_set("A take is being recorded already")
        return not recording.is_running()

    def execute(self, context: bpy.types.Context) -> set[Any]:
        connection = live.current()
        if connection is None:
            return {"CANCELLED"}
        try:
            recording.start(connection.receiver, chosen_takes_folder(), stream_settings().take_name)
        except (recording.RecordingError, FolderError) as error:
            recording.refuse(str(error))
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
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
        if (stopped := recording.current()) and (note := stopped.status().note):
            self.report({"WARNING"}, note)
        return {"FINISHED"}
