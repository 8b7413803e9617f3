"""Where people stand: the root smoothed with the help of feet that are planted on the ground."""
