"""One planted fault, and the tests that are run to see it."""

from dataclasses import dataclass
from typing import Literal, get_args

from tests.faults.library_modules import V1_CELLS, V1_WRAPPERS

Area = Literal[
    "structure",
    "round trip",
    "rejection",
    "numbers",
    "dtype",
    "stacking",
    "sequences",
    "gradients",
    "statefulness",
    "persistence",
    "defaults",
    "modes",
    "relatives",
    "known values",
]
AREAS: tuple[Area, ...] = get_args(Area)

SUITE = ("conformance",)

# The test module of the family that should see an area's faults.
_FAMILY_MODULES: dict[Area, str] = {
    "structure": "test_round_trip.py",
    "round trip": "test_round_trip.py",
    "rejection": "test_rejection.py",
    "numbers": "test_agreement.py",
    "dtype": "test_round_trip.py",
    "stacking": "test_round_trip.py",
    "sequences": "test_sequences.py",
    "gradients": "test_gradients.py",
    "statefulness": "test_statefulness.py",
    "persistence": "test_persistence.py",
    "defaults": "test_defaults.py",
    "modes": "test_modes.py",
    "relatives": "test_wrappers.py",
}

# By the start of a library module's name: an expression for pytest's -k that chooses the tests
# which run that module. The first start that fits counts.
_GENERATIONS = {
    V1_CELLS: "v1",
    V1_WRAPPERS: "v1",
    "tf_keras.": "keras2",
    "keras.": "keras3",
    "tensorflow.python.ops.": "(dynamic_rnn or static_rnn or raw_rnn)",
    "tensorflow.python.keras.": "(v1 or keras2)",
}
# By the end of a library module's name: the cell that its tests have.
_CELLS = {
    ".lstm": "LSTM",
    ".gru": "GRU",
    ".simple_rnn": "SimpleRNN",
    ".stacked_rnn_cells": "Stack",
}


@dataclass(frozen=True)
class Fault:
    """One change to one library module, and what is wrong with the library after the change.

    A fault that has a `clause` must be seen by the tests of that clause alone.
    """

    name: str
    module: str
    old: str
    new: str
    area: Area
    about: str
    clause: str | None = None

    @property
    def selections(self) -> tuple[tuple[str, ...], ...]:
        """Selections of tests for pytest, to be run one after the other until one is red.

        All choose the tests that run the faulty module: of the fault's clause, if it has one. Else
        the first selection takes them from the area's family, the second one from the whole suite.
        """
        generations = [
            word for start, word in _GENERATIONS.items() if self.module.startswith(start)
        ]
        if self.clause:
            return ((*SUITE, "-k", " and ".join([self.clause, *generations[:1]])),)
        cells = [word for end, word in _CELLS.items() if self.module.endswith(end)]
        expression = ("-k", " and ".join([*generations[:1], *cells]))
        family = f"conformance/{_FAMILY_MODULES[self.area]}"
        return (family, *expression), (*SUITE, *expression)
