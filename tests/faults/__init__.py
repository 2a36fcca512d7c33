"""Planted faults: does the suite see a bug that is certainly there?

Each fault in `bank` is a small change to the source of an installed library. The change is made
while the target imports that library, by `hook/sitecustomize.py`. Nothing on disk changes.
`python -m tests.faults` runs the suite once per fault and reports which faults turned it red.
"""
