"""DynaBOA: a net for one person that goes on learning while the stream runs (its specification)."""
