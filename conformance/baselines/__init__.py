"""Baselines: a run file of each named target, all made with the same cases, and kept.

`folder` is where they lie, `making` how one is made; `page` has the table of them, `example` the
pages that are published.
"""
