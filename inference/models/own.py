"""Our own lifter, as `livemocap train lifter` writes it."""

from __future__ import annotations

from pathlib import Path

from ..lifting.layout import LAYOUT
from .content import ONNX, Content
from .model import Model
from .room import require_room


def recognises(content: Content) -> bool:
    return content.kind == ONNX and LAYOUT in content.names


def write(content: Content, target: Path) -> tuple[str, ...]:
    """
    Raises:
        WeightsError: it is damaged.
    """
    from ..lifting.own import own_net

    own_net(weights=content.path)
    require_room(target.parent, content.size)
    target.write_bytes(content.path.read_bytes())
    return ("use it with --lift own",)


OWN_MODEL = Model(
    name="own",
    title="Our own lifter, with weights that you have trained",
    file="lifter.onnx",
    page="docs/lifting.md#our-own-lifter",
    fetch="nothing, but train it: livemocap train lifter --motion FOLDER --out trained",
    source="trained/lifter.onnx",
    licence="yours, as far as the motion that it learnt from allows",
    enables="`--lift own` in every mode, `livemocap lift --lifter own`, the engine `lift`",
    recognises=recognises,
    write=write,
)
