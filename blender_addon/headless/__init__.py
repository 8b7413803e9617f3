# SPDX-License-Identifier: GPL-3.0-or-later
"""Work for a Blender without a window, run by the command line."""
