"""The commands, as data: each one's stage is imported only when it is chosen."""

from __future__ import annotations

import argparse
import importlib
from dataclasses import dataclass

Commands = argparse._SubParsersAction  # argparse has no public name for it


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command lives and what the list of commands says of it."""

    module: str
    add: str
    """The function that adds its parser."""
    help: str
    extra: str = "demo"
    """What `pip install "livemocap[...]"` brings everything it imports."""

    def add_to(self, commands: Commands[argparse.ArgumentParser]) -> None:
        """Import its module and let it add its parser."""
        getattr(importlib.import_module(self.module), self.add)(commands)


COMMANDS = {
    "run": Command("livemocap.cli.run", "add_run", "start everything: camera in, people out"),
    "view": Command("livemocap.cli.view", "add_view", "watch the running stream"),
    "record": Command("tracking.cli", "add_record", "record the stream; `record start`, `stop`"),
    "people": Command("livemocap.cli.people", "add_people", "say who is who while it runs"),
    "export": Command(
        "livemocap.cli.export",
        "add_export",
        "write a take as BVH or FBX, also onto your characters",
        extra="blender",
    ),
    "import": Command(
        "livemocap.cli.import_motion", "add_import", "make a take of recorded motion: BVH, AMASS"
    ),
    "rigs": Command(
        "retarget.rigs.cli",
        "add_rigs",
        "characters: which bone follows which joint",
        extra="blender",
    ),
    "video": Command("livemocap.cli.video", "add_video", "a video file to take, BVH, FBX, preview"),
    "demo": Command("livemocap.cli.demo", "add_demo", "the same with the clip that comes along"),
    "process": Command(
        "livemocap.cli.process", "add_process", "bake a take: everything that takes the whole of it"
    ),
    "lift": Command(
        "livemocap.cli.lift.command",
        "add_lift",
        "a video to 3D people by a lifter",
        extra="demo,aios",
    ),
    "take": Command("tracking.cli", "add_take", "look into, check or repair a take"),
    "play": Command("livemocap.cli.play", "add_play", "replay a take as a live stream"),
    "cameras": Command("capture.cli", "add_cameras", "list the cameras of this machine"),
    "calibrate": Command("capture.cli", "add_calibrate", "measure a camera's lens with a board"),
    "build-addon": Command(
        "livemocap.cli.build_addon", "add_build_addon", "make the Blender add-on's zip"
    ),
    "models": Command(
        "livemocap.cli.models", "add_models", "the models that you fetch yourself", extra="aios"
    ),
    "train": Command(
        "livemocap.cli.train", "add_train", "make weights of your own", extra="demo,aios"
    ),
    "doctor": Command("livemocap.cli.doctor", "add_doctor", "check this installation"),
    "top": Command("livemocap.cli.top", "add_top", "rates and latencies of the running roles"),
    "evaluate": Command("livemocap.cli.evaluate", "add_evaluate", "compare a take with the truth"),
    "aios": Command(
        "livemocap.cli.aios",
        "add_aios",
        "AiOS's own jobs: AGORA, BEDLAM, demo, metrics",
        extra="capture,aios",
    ),
    "capture": Command("capture.cli", "add_capture", "one role: publish a camera's images"),
    "infer": Command("inference.cli", "add_infer", "one role: find people and their poses"),
    "track": Command("livemocap.cli.track", "add_track", "one role: follow people through time"),
}
"""In the order in which people meet them."""
