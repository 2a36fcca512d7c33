"""Scripts for clauses about values: they compute one value in two ways and compare the results.

This needs no reference. A stateful layer is compared with its first results, a model with its
layer, and an output with a state. Two results are the same if they agree in two thirds of the
dtype's digits. In the small sizes of a minimal case, rounding errors leave more equal digits than
that, and another state leaves fewer. The modules `two_ways_of_a_call` and `two_ways_of_a_layer`
have the two ways of each clause.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.cases.case import Case
from conformance.cases.program import EAGER
from reports.reproducer.code.source import Code
from reports.reproducer.one_call import NoScenario

_EPSILON = {"float64": 2.0**-52, "float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}
DISTANCE_LINES = (
    "pairs = zip(tf.nest.flatten(seen), tf.nest.flatten(expected))",
    'told = max(float(tf.reduce_max(tf.abs(tf.cast(a - b, "float64")))) for a, b in pairs)',
)


@dataclass(frozen=True)
class Pair:
    """Two ways: `statements` prepare both, and `judged` make `expected` and `seen`.

    `words` say what is expected. `weighed` names the cell or layer that has the weights.
    """

    statements: Sequence[Code]
    judged: Sequence[Code]
    words: str
    weighed: str = "layer"


def weights(name: str) -> str:
    """Return the statement that gives a cell or layer the same weights in each run."""
    return f"{name}.set_weights([0 * weights + 0.5 for weights in {name}.get_weights()])"


Pairing = Callable[[Case], Pair]


def nearness(dtype: str) -> str:
    """Return the expression over `told` that is true if both ways gave the same."""
    return f"told <= {_EPSILON[dtype] ** (2 / 3):.0e}"


def must_be_eager(case: Case) -> None:
    """Raise NoScenario if the mode is not eager."""
    if case.program.mode != EAGER:
        raise NoScenario("values in a mode other than eager")
