"""Reproducers: a standalone script that shows a deviation."""
