"""How our own lifter's file says what it is."""

LAYOUT = "livemocap-lifter-1"
"""In the metadata, under `layout`; another number when inputs or outputs change their meaning."""
