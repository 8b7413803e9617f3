# SPDX-License-Identifier: GPL-3.0-or-later
"""A stream that needs no camera and no worker: two made-up people, for a first look."""
