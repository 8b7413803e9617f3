# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's armatures and curves for people of ours."""
