"""Scripts for clauses about values: what was computed is held against the same computed otherwise,
which needs no reference.

A stateful layer is held against what it gave at first, a model against its layer, an output against
a state. Two results are the same where they agree in two thirds of the dtype's digits: rounding
leaves more of them in a minimal case's small sizes, and another state fewer.
`stateful_pairs` and `call_pairs` have the two ways of each clause.
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
    """Two ways: `statements` make what both need, `judged` make `expected` and `seen`.

    `words` say what is expected. `weighed` is the name of what has the weights.
    """

    statements: Sequence[Code]
    judged: Sequence[Code]
    words: str
    weighed: str = "layer"


def weights(name: str) -> str:
    """The statement that gives a cell or layer the same weights in each run."""
    return f"{name}.set_weights([0 * weights + 0.5 for weights in {name}.get_weights()])"


Pairing = Callable[[Case], Pair]


def nearness(dtype: str) -> str:
    """The expression of `told` that holds where both ways gave the same."""
    return f"told <= {_EPSILON[dtype] ** (2 / 3):.0e}"


def must_be_eager(case: Case) -> None:
    """Raise NoScenario for another mode."""
    if case.program.mode != EAGER:
        raise NoScenario("values in another mode than eager")
