"""What every livemocap process shares: messages, wire, skeleton, rotations, takes."""

__version__ = "0.1.0"
