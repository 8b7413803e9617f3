# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters of the user's: read, noted, moved."""
