# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the panels are: View3D > Sidebar > LiveMocap."""


class SidebarPanel:
    """Where all our panels are."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "LiveMocap"
