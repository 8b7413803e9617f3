# SPDX-License-Identifier: GPL-3.0-or-later
"""What the buttons of Stream and People do."""

from __future__ import annotations

from typing import Any

import bpy

from ..stream import live
from ..stream.subscriber import EndpointError
from .properties import chosen_address


class LIVEMOCAP_OT_connect(bpy.types.Operator):
    """Show the people of the stream at this address"""

    bl_idname = "livemocap.connect"
    bl_label = "Connect"

    def execute(self, context: bpy.types.Context) -> set[Any]:
        try:
            live.connect(chosen_address())
        except (EndpointError, live.OfflineError) as error:
            self.report({"WARNING"}, str(error))  # an error would pop up; the panel says it too
            return {"CANCELLED"}
        return {"FINISHED"}


class LIVEMOCAP_OT_network_settings(bpy.types.Operator):
    """Go to where Blender is allowed to reach other machines: Allow Online Access"""

    bl_idname = "livemocap.network_settings"
    bl_label = "Network Settings"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("Blender has no window")
        return context.window is not None

    def execute(self, context: bpy.types.Context) -> set[Any]:
        bpy.ops.screen.userpref_show(section="SYSTEM")
        return {"FINISHED"}


class LIVEMOCAP_OT_test_stream(bpy.types.Operator):
    """Show two made-up people who move, without any camera: for a first look at everything"""

    bl_idname = "livemocap.test_stream"
    bl_label = "Test Stream"

    def execute(self, context: bpy.types.Context) -> set[Any]:
        live.play_test_stream()
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


CLASSES = (
    LIVEMOCAP_OT_connect,
    LIVEMOCAP_OT_network_settings,
    LIVEMOCAP_OT_test_stream,
    LIVEMOCAP_OT_disconnect,
)
