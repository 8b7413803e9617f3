# SPDX-License-Identifier: GPL-3.0-or-later
"""The live stream: received, and shown as stand-ins."""
