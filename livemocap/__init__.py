"""What every livemocap process shares: messages, wire, skeleton, rotations, takes."""

from livemocap.version import __version__ as __version__
