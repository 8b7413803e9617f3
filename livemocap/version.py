"""The version, by itself so that the add-on can carry it."""

__version__ = "0.1.0"
