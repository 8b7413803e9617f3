"""Inside a Blender process without a window: draw panels and read what they show."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import bpy


class ShownLayout:
    """Stands in for a UILayout; what is drawn has to exist."""

    shown: list[str]

    def __init__(self, shown: list[str]) -> None:
        self.__dict__.update(shown=shown)

    def __setattr__(self, name: str, value: Any) -> None:
        """Looks are not looked at."""

    def label(self, text: str = "", icon: str = "NONE") -> None:
        self._icon(icon)
        self.shown.append(text)

    def operator(self, name: str, text: str | None = None, icon: str = "NONE", **_: Any) -> Any:
        self._icon(icon)
        self.shown.append(_operator(name).name if text is None else text)
        return SimpleNamespace()

    def operator_menu_enum(self, name: str, prop: str, text: str = "", icon: str = "NONE") -> None:
        self._icon(icon)
        assert prop in _operator(name).properties, (name, prop)
        self.shown.append(text)

    def prop(self, owner: Any, name: str, text: str | None = None, **_: Any) -> None:
        title = owner.bl_rna.properties[name].name if text is None else text
        self.shown.append(f"{title}={getattr(owner, name)}")

    def prop_search(
        self,
        owner: Any,
        name: str,
        place: Any,
        names: str,
        text: str | None = None,
        icon: str = "NONE",
    ) -> None:
        self._icon(icon)
        assert hasattr(place, names)
        self.prop(owner, name, text)

    def menu(self, name: str, text: str = "") -> None:
        assert hasattr(bpy.types, name), name
        self.shown.append(text)

    def template_list(
        self, kind: str, _: str, owner: Any, name: str, active: Any, index: str, **how: Any
    ) -> None:
        assert hasattr(active, index)
        ui_list = getattr(bpy.types, kind)
        for row in getattr(owner, name):
            inner = ShownLayout(self.shown)
            ui_list.draw_item(None, bpy.context, inner, owner, row, 0, active, index)

    def separator(self, **_: Any) -> None:
        """Nothing to read."""

    def row(self, **_: Any) -> ShownLayout:
        return ShownLayout(self.shown)

    column = split = box = row

    @staticmethod
    def _icon(icon: str) -> None:
        layout: Any = bpy.types.UILayout
        known = layout.bl_rna.functions["label"].parameters["icon"].enum_items
        assert icon in known, icon


def drawn(name: str) -> list[str] | None:
    """What a panel shows; None: it is not there now."""
    kind: Any = getattr(bpy.types, name)
    if hasattr(kind, "poll") and not kind.poll(bpy.context):
        return None
    shown: list[str] = []
    panel = SimpleNamespace(layout=ShownLayout(shown))
    for method in ("draw_header", "draw"):
        if hasattr(kind, method):
            getattr(kind, method)(panel, bpy.context)
    return shown


def _operator(name: str) -> Any:
    module, _, function = name.partition(".")
    return getattr(getattr(bpy.ops, module), function).get_rna_type()


def sentences(panel: Any) -> str:
    """Labels, buttons and progress of a panel, each with an icon that exists and short enough for
    the sidebar."""
    known: Any = bpy.types.UILayout.bl_rna
    icons = known.functions["label"].parameters["icon"].enum_items.keys()
    layout, texts = MagicMock(), []
    panel.draw(SimpleNamespace(layout=layout), bpy.context)
    for call in layout.mock_calls:
        kind = call[0].split(".")[-1]
        if kind in ("label", "operator", "progress"):
            assert kind == "progress" or call.kwargs["icon"] in icons
            texts.append(call.kwargs.get("text") or call.args[0])
            assert len(texts[-1]) <= 36
    return " ".join(texts)
