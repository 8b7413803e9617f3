"""The command line: every stage, imported lazily by the command that needs it."""
