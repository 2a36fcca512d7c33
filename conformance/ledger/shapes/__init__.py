"""Shapes alone, computed as the libraries compute: can a malformed state be taken, or not?

`arithmetic` has the operations, a module for each generation has the formulas of its cells, `loops`
runs a formula over the steps, and `fit` names the formulas that can take the state of a case.
"""
