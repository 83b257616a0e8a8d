"""Running a node: preparing its home, serving, saving and restoring it."""
