# SPDX-License-Identifier: GPL-3.0-or-later
"""Baked characters as files for other programs, read again after they are written."""
