# SPDX-License-Identifier: GPL-3.0-or-later
"""livemocap in Blender: people from the live stream as armatures."""


def register() -> None:
    """Called by Blender when the add-on is enabled."""
    from . import registration

    registration.register()


def unregister() -> None:
    """Called by Blender when the add-on is disabled."""
    from . import registration

    registration.unregister()
