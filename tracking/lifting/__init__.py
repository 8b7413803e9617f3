"""Lets positions lifted from 2D steer the bones of the fixed skeleton."""
