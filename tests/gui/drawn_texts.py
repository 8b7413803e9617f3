"""In a Blender with a window: what the panels of an add-on draw, and which texts have no room.

Panels are drawn by Blender as ever; a `Layout` stands between them and Blender's, and notes what
they ask for. Widths are of Blender's own font. What a row gives to each of its parts is Blender's:
in proportion to their natural widths, so all of them fit if their sum does.
"""

from __future__ import annotations

import inspect
import traceback
from dataclasses import dataclass, field
from typing import Any

import blf
import bpy

_ICON, _EDGES, _ARROW, _GAP = 20, 8, 16, 8
"""Pixels beside a text: an icon, both edges, a menu's arrow, between parts of a row."""

_LIST = 14
"""Pixels of a list that are its edges."""

_TABS, _MARGIN = 22, 26
"""Pixels of the sidebar that are the tabs' and the panels' own."""

_NAMES = 0.4
"""Share of a row that a property's name has where names stand on the left."""

_PARTS = ("row", "column", "box", "split", "column_flow", "grid_flow")


@dataclass
class Part:
    """A piece of a panel; px it needs and how its pieces lie."""

    kind: str
    needs: float = 0.0
    text: str = ""
    factor: float = 0.0
    parts: list[Part] = field(default_factory=list)

    def width(self) -> float:
        """px that all its texts need."""
        if not self.parts:
            return self.needs
        widths = [part.width() for part in self.parts]
        if self.kind == "row":
            return sum(widths) + _GAP * (len(widths) - 1)
        return max(widths)

    def clipped(self, room: float) -> list[str]:
        """Its texts that `room` px are too few for."""
        if not self.parts:
            return [f"{self.text} ({self.needs:.0f} of {room:.0f} px)"] if self.needs > room else []
        if self.kind == "split" and self.factor:
            first, *others = self.parts
            rest = room * (1 - self.factor) - _GAP
            found = first.clipped(room * self.factor)
            return found + [text for other in others for text in other.clipped(rest / len(others))]
        if self.kind == "row":
            spare = room - self.width()
            return [t for part in self.parts for t in part.clipped(part.width() + spare)]
        inner = room - {"box": _GAP, "list": _LIST}.get(self.kind, 0)
        return [text for part in self.parts for text in part.clipped(inner)]


class Layout:
    """A UILayout that notes what is drawn with it."""

    def __init__(self, real: Any, part: Part) -> None:
        self.__dict__.update(_real=real, _part=part)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._real, name, value)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name in _PARTS:
            return lambda *a, **k: self._inner(name, found(*a, **k), k)
        if name in ("panel", "panel_prop"):
            return lambda *a, **k: self._panel(found(*a, **k))
        if not callable(found):
            return found
        return lambda *a, **k: self._leaf(name, found, a, k)

    def _inner(self, kind: str, real: Any, how: dict[str, Any]) -> Layout:
        part = Part(kind, factor=how.get("factor", 0.0))
        self._part.parts.append(part)
        return Layout(real, part)

    def _panel(self, found: tuple[Any, Any]) -> tuple[Layout, Layout | None]:
        header, body = found
        return self._inner("row", header, {}), body and self._inner("column", body, {})

    def _leaf(self, kind: str, draw: Any, given: tuple[Any, ...], how: dict[str, Any]) -> Any:
        words = tuple(each._real if isinstance(each, _Panel) else each for each in given)
        drawn = draw(*words, **how)
        if kind == "prop" and self._real.use_property_split:
            self._part.parts.append(_in_two(words[0], words[1], how))
            return drawn
        text, beside = _shown(kind, words, how)
        if text or beside:
            self._part.parts.append(_piece(kind, text, beside))
        return drawn


def _piece(kind: str, text: str, beside: int) -> Part:
    return Part(kind, _text_px(text) + beside + (_EDGES if text else 0), text)


def _in_two(owner: Any, name: str, how: dict[str, Any]) -> Part:
    """A property with its name on the left."""
    known = _properties(owner)[name]
    title = how.get("text", known.name)
    if known.type == "BOOLEAN":
        parts = [Part("label"), _piece("prop", title, _ICON)]
    else:
        value, beside = _property((owner, name), {**how, "text": ""}, 0)
        parts = [_piece("label", title, 0), _piece("prop", value, beside)]
    return Part("split", factor=_NAMES, parts=parts)


def _shown(kind: str, words: tuple[Any, ...], how: dict[str, Any]) -> tuple[str, int]:
    """The text of one element, and px of its icons."""
    icon = _ICON if how.get("icon", "NONE") != "NONE" else 0
    if kind == "label":
        return how.get("text", words[0] if words else ""), icon
    if kind in ("operator", "operator_menu_enum", "menu", "popover"):
        arrow = 0 if kind == "operator" else _ARROW
        return how.get("text", _title(kind, words[0])), icon + arrow
    if kind == "prop":
        return _property(words, how, icon)
    if kind == "progress":
        return how.get("text", ""), 0
    return "", icon


def _title(kind: str, name: str) -> str:
    if kind.startswith("operator"):
        module, _, function = name.partition(".")
        return getattr(getattr(bpy.ops, module), function).get_rna_type().name
    return getattr(bpy.types, name).bl_label


def _property(words: tuple[Any, ...], how: dict[str, Any], icon: int) -> tuple[str, int]:
    """The widest that must be seen of a property; typed-in text may be longer than its field."""
    owner, name = words[:2]
    known = _properties(owner)[name]
    if how.get("icon_only"):
        return "", _ICON
    text = how.get("text", known.name)
    if known.type == "ENUM" and not known.is_enum_flag and not how.get("expand"):
        chosen = known.enum_items.get(getattr(owner, name))
        value = chosen.name if chosen else ""
        return (value if len(value) > len(text) or not text else text), icon + _ARROW + _ICON
    if known.type == "BOOLEAN":
        return text, icon or _ICON
    if known.type in ("INT", "FLOAT") and not known.is_array:
        return f"{text} 00.00", icon + _ARROW
    return ("" if known.type == "STRING" else text), icon


def _properties(owner: Any) -> Any:
    """By name; an operator's own are not those of its class."""
    return getattr(owner, "properties", owner).bl_rna.properties


def _text_px(text: str) -> float:
    style = bpy.context.preferences.ui_styles[0].widget
    blf.size(0, style.points * bpy.context.preferences.system.ui_scale)
    return blf.dimensions(0, text)[0]


class Watch:
    """Notes every drawing of an add-on's panels, lists, dialogs and preferences from now on."""

    def __init__(self, prefix: str) -> None:
        self.drawn: dict[str, Part] = {}
        """By class; the last drawing."""
        self.failed: list[str] = []
        """Tracebacks of drawings."""
        for kind in _kinds(prefix):
            for method in ("draw", "draw_header", "draw_item"):
                if method in vars(kind):
                    self._between(kind, method)

    def clipped(self, region_width: int) -> list[str]:
        """Texts that had no room when they were drawn last, of all panels of the sidebar."""
        room = region_width - _TABS - _MARGIN
        names = [name for name in self.drawn if "_PT_" in name or "_UL_" in name]
        return [f"{name}: {text}" for name in names for text in self.clipped_in(name, room)]

    def clipped_in(self, name: str, room: float) -> list[str]:
        """Texts of one panel that so many pixels are too few for."""
        return self.drawn[name].clipped(room)

    def texts(self, name: str) -> list[str]:
        """What a panel showed when it was drawn last."""
        return _texts(self.drawn[name]) if name in self.drawn else []

    def _between(self, kind: Any, method: str) -> None:
        """Blender gives a method as many arguments as its code takes: ours takes as many."""
        original = getattr(kind, method)
        draws_item = method == "draw_item"

        def draw(panel: Any, context: Any, *rest: Any) -> None:
            part = Part("column")
            try:
                if draws_item:
                    original(panel, context, Layout(rest[0], part), *rest[1:])
                else:
                    original(_Panel(panel, Layout(panel.layout, part)), context)
            except Exception:
                self.failed.append(traceback.format_exc())
                raise
            if method != "draw_header":
                self.drawn[kind.__name__] = Part("list", parts=[part]) if draws_item else part

        known = inspect.signature(original).parameters.values()
        words = ", ".join("*" * (each.kind is each.VAR_POSITIONAL) + each.name for each in known)
        setattr(kind, method, eval(f"lambda {words}: draw({words})", {"draw": draw}))


def _kinds(prefix: str) -> list[Any]:
    """The add-on's classes; Blender does not list those of preferences."""
    listed = [getattr(bpy.types, name) for name in dir(bpy.types) if name.startswith(prefix)]
    preferences = [type(addon.preferences) for addon in bpy.context.preferences.addons]
    return listed + [kind for kind in preferences if kind.__name__.startswith(prefix)]


class _Panel:
    """A panel whose layout is ours."""

    def __init__(self, real: Any, layout: Layout) -> None:
        self._real, self.layout = real, layout

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def _texts(part: Part) -> list[str]:
    return [part.text] * bool(part.text) + [t for inner in part.parts for t in _texts(inner)]


def unfold(prefix: str) -> None:
    """Register panels anew that are closed at first, as open ones; before they are drawn."""
    closed = [
        kind for kind in _kinds(prefix) if "DEFAULT_CLOSED" in getattr(kind, "bl_options", ())
    ]
    for kind in closed:
        bpy.utils.unregister_class(kind)
        kind.bl_options = kind.bl_options - {"DEFAULT_CLOSED"}
        bpy.utils.register_class(kind)
