"""Poses onto other skeletons and into files. NumPy only."""
