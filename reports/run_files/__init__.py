"""Run files: how they are written and read."""
