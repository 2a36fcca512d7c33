"""Run files: writing and reading them."""
