"""Where people stand: up, the floor, and tracks as the message that everybody downstream reads."""
