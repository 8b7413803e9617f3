"""What can go wrong between a take and a file in somebody's animation program."""


class RetargetError(ValueError):
    """Motion that cannot be read, or written where or how it was asked for."""
