# SPDX-License-Identifier: GPL-3.0-or-later
"""Bake a take, and stop baking."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy

from retarget.errors import RetargetError
from retarget.rates import parse_rate
from retarget.rigs.rig import RootMotion

from ..takes import baking
from ..takes.bake import BakeError, BakeOptions
from ..takes.key_times import KeyRate, Window
from .properties import FolderError, chosen_takes_folder
from .world_panel import chosen_world

_DIALOG = 360
"""Width of what asks how to bake."""

_TO = (
    ("NEW", "New Armatures", "An armature with their own bones for each person"),
    (
        "SELECTED",
        "Selected Armatures",
        "The characters that are selected, from left to right, one for each person. "
        "Only an action is made; nothing else of them is changed",
    ),
)
_RATES = (
    ("SCENE", "Every Frame", "A key on every frame of the scene, whatever the take's rate is"),
    ("TAKE", "As Recorded", "A key wherever the take has a pose, mostly between frames"),
    ("CUSTOM", "Custom", "So many keys a second"),
)
_ROOTS = (
    ("RIG", "As Set", "What the panel Rig says of each character; the hips of others"),
    ("HIPS", "Hips", "The bone of the hips carries the character"),
    ("ROOT_BONE", "Root Bone", "The topmost bone above the hips carries it across the floor"),
    ("OBJECT", "Object", "The object moves across the floor"),
    ("IN_PLACE", "In Place", "The character stays on its spot"),
)


class LIVEMOCAP_OT_bake_take(bpy.types.Operator):
    """Turn a recorded take into animation that can be edited"""

    bl_idname = "livemocap.bake_take"
    bl_label = "Bake Take"
    # the undo step comes when all is baked, and not already when this operator is through
    bl_options = {"REGISTER"}  # noqa: RUF012

    filepath: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Take",
        description="A recording of LiveMocap's",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"},
    )
    filter_glob: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        default="*.mcap;*.mcap.part", options={"HIDDEN"}
    )
    people: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="People",
        description="Their numbers, as 1, 3. Empty means everybody who was not left out under "
        "People while the take was recorded",
        options={"SKIP_SAVE"},  # another take has other people
    )
    to: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="To", description="Who is moved", items=_TO
    )
    rate: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Keys", description="Where keys are set", items=_RATES
    )
    root: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Root", description="What carries selected characters", items=_ROOTS
    )
    custom_rate: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Keys a Second", description="As 30, 23.976 or 30000/1001", default="30"
    )
    every: bpy.props.IntProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Every n-th",
        description="Keep every n-th of these keys, and the last one",
        default=1,
        min=1,
        soft_max=30,
    )
    within_deg: bpy.props.FloatProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Keep Within",
        description="Leave out keys as long as no bone turns away from the dense animation by more "
        "degrees than that, or goes away by more than a millimetre; 0 keeps every key",
        default=0.0,
        min=0.0,
        soft_max=5.0,
        precision=2,
    )
    smooth_s: bpy.props.FloatProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Smoothing",
        description="Seconds over which poses are averaged, as much before as after, so that "
        "nothing comes late; 0 leaves them as recorded",
        default=0.0,
        min=0.0,
        max=2.0,
        precision=2,
    )
    fingers: bpy.props.BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Fingers", description="Make curves for finger bones", default=True
    )
    trim_start_s: bpy.props.FloatProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="From",
        description="Second of the take that the animation begins at. The file keeps everything",
        default=0.0,
        min=0.0,
        precision=2,
        options={"SKIP_SAVE"},
    )
    trim_end_s: bpy.props.FloatProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="To",
        description="Second of the take that the animation ends at; 0: its end. "
        "The file keeps everything",
        default=0.0,
        min=0.0,
        precision=2,
        options={"SKIP_SAVE"},
    )
    wait: bpy.props.BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Wait",
        description="Come back only when all is baked, for scripts",
        default=False,
        options={"HIDDEN", "SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("A take is being baked already")
        return baking.current() is None

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[Any]:
        if self.filepath:  # of the list in the panel
            return context.window_manager.invoke_props_dialog(self, width=_DIALOG)
        with contextlib.suppress(FolderError):  # the picker then opens where it was last
            self.filepath = f"{chosen_takes_folder()}/"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[Any]:
        try:
            baking.start(self._options(context))
            if self.wait or bpy.app.background:
                self.report({"INFO"}, baking.finish())
        except BakeError as error:
            baking.refuse(str(error))
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        if context.space_data is None or context.space_data.type != "FILE_BROWSER":
            layout.label(text=Path(self.filepath).name, icon="FILE_MOVIE", translate=False)
        for name in ("people", "to", *(("root",) if self.to == "SELECTED" else ())):
            layout.prop(self, name)
        layout.separator()
        for name in ("rate", *(("custom_rate",) if self.rate == "CUSTOM" else ()), "every"):
            layout.prop(self, name)
        layout.prop(self, "within_deg", text="Keep Within (deg)")
        layout.prop(self, "smooth_s", text="Smoothing (s)")
        layout.prop(self, "fingers")
        layout.separator()
        trim = layout.column(align=True)
        trim.prop(self, "trim_start_s", text="Trim From (s)")
        trim.prop(self, "trim_end_s", text="To (s)")
        trim.label(text="Trimming is for this bake: the file stays whole", icon="INFO")

    def _options(self, context: bpy.types.Context) -> BakeOptions:
        return BakeOptions(
            take=Path(bpy.path.abspath(self.filepath)),
            people=_numbers(self.people),
            characters=_left_to_right(context) if self.to == "SELECTED" else (),
            rate=KeyRate[self.rate],
            custom_rate=_rate(self.custom_rate) if self.rate == "CUSTOM" else Fraction(30),
            every=self.every,
            within_deg=self.within_deg,
            smooth_s=self.smooth_s,
            fingers=self.fingers,
            window=_window(self.trim_start_s, self.trim_end_s),
            root=None if self.root == "RIG" else RootMotion[self.root],
            world=chosen_world(),
        )


class LIVEMOCAP_OT_bake_cancel(bpy.types.Operator):
    """Stop baking; the file stays as it was before"""

    bl_idname = "livemocap.bake_cancel"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("Nothing is being baked")
        return baking.current() is not None

    def execute(self, context: bpy.types.Context) -> set[Any]:
        baking.cancel()
        return {"FINISHED"}


def _rate(text: str) -> Fraction:
    try:
        return parse_rate(text)
    except RetargetError:
        raise BakeError(f"'{text}' is no rate: expected 30, 23.976, 30000/1001") from None


def _window(start_s: float, end_s: float) -> Window:
    if 0 < end_s <= start_s:
        raise BakeError(f"Nothing lies between {start_s:g} s and {end_s:g} s")
    return Window(start_s=start_s, end_s=end_s if end_s > 0 else None)


def _numbers(people: str) -> tuple[int, ...]:
    try:
        return tuple(dict.fromkeys(int(word) for word in people.replace(",", " ").split()))
    except ValueError:
        raise BakeError(f"People '{people}': expected their numbers, as 1, 3") from None


def _left_to_right(context: bpy.types.Context) -> tuple[str, ...]:
    """Names of the selected armatures."""
    selected = [each for each in context.selected_objects if each.type == "ARMATURE"]
    if not selected:
        raise BakeError("Select the armature to bake to first")
    return tuple(each.name for each in sorted(selected, key=lambda each: each.matrix_world[0][3]))


CLASSES = (
    LIVEMOCAP_OT_bake_take,
    LIVEMOCAP_OT_bake_cancel,
)
