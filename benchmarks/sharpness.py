"""Measure the smallest relative fault in a gate that a profile's cases show, by dtype and cell.

The reference alone does it. The activation of one gate is multiplied by 1 + fault, the results are
rounded to the dtype and compared with the right ones and their error bounds. The cases are those
that the clause AG-01 draws. Beside that stands the smallest fault that a comparison with rtol=1e-5
shows in the same cases, among the values where rounding alone does not go beyond that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.drawn_cases import drawn_cases
from conformance.cases import case_arrays, floats
from conformance.cases.case import Case
from conformance.cases.case_arrays import Weights
from conformance.cases.program import Cell
from conformance.reference import forward

_CLAUSE = "AG-01"
_GATES = {
    "SimpleRNN": ("output",),
    "GRU": ("update", "reset", "candidate"),
    "LSTM": ("input", "forget", "candidate", "output"),
}
_ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "tanh": np.tanh,
    "sigmoid": lambda x: 1.0 / (1.0 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0.0),
    "linear": lambda x: x,
    "softsign": lambda x: x / (1.0 + np.abs(x)),
    "hard_sigmoid": lambda x: np.clip(x / 6.0 + 0.5, 0.0, 1.0),
    "hard_sigmoid_0.2": lambda x: np.clip(0.2 * x + 0.5, 0.0, 1.0),
}
_SMALL = 1e-7  # a fault whose effect is measured, to find the cases that show it best
_CLOSELY = 30  # the number of these cases that are looked at closely
_RATIO = 1.05  # between two faults that are tried
_LARGEST = 10.0
_RTOL, _ATOL = 1e-5, 1e-8  # those of NumPy's `allclose`


@dataclass(frozen=True)
class Faulty:
    """A cell in which the activation of one gate is too large by a relative fault.

    That activation is rounded to the dtype, if there is one.
    """

    cell: Cell
    weights: Weights
    gate: str
    fault: float
    dtype: str | None

    def run(self, inputs: np.ndarray, state: tuple[np.ndarray, ...]) -> list[np.ndarray]:
        """Return the outputs and each leaf of the final state, in float64."""
        steps: dict[str, Callable[..., tuple[np.ndarray, ...]]] = {
            "SimpleRNN": self._simple,
            "GRU": self._gru,
            "LSTM": self._lstm,
        }
        outputs = []
        for at in range(inputs.shape[1]):
            state = steps[self.cell.cell_type](inputs[:, at], *state)
            outputs.append(state[0])
        return [np.stack(outputs, axis=1), *state]

    def _apply(self, gate: str, values: np.ndarray) -> np.ndarray:
        inner = gate in ("candidate", "output") and self.cell.cell_type != "LSTM"
        inner |= gate == "candidate"
        name = self.cell.activation if inner else self.cell.recurrent_activation
        result = _ACTIVATIONS[name](values)
        return self._round(result * (1.0 + self.fault)) if gate == self.gate else result

    def _round(self, values: np.ndarray) -> np.ndarray:
        return values if self.dtype is None else floats.round_to(values, self.dtype)

    def _gates(self, array: np.ndarray | None) -> list[np.ndarray]:
        if array is None:
            return [np.zeros(1)] * len(_GATES[self.cell.cell_type])
        return np.split(array, len(_GATES[self.cell.cell_type]), axis=-1)

    def _simple(self, x: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, ...]:
        bias = 0.0 if self.weights.bias is None else self.weights.bias
        total = x @ self.weights.kernel + h @ self.weights.recurrent + bias
        return (self._apply("output", total),)

    def _gru(self, x: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, ...]:
        biases = np.atleast_2d(
            np.zeros(3 * self.cell.units) if self.weights.bias is None else self.weights.bias
        )
        fed = self._gates(x @ self.weights.kernel + biases[0])
        z_kernel, r_kernel, c_kernel = self._gates(self.weights.recurrent)
        z_bias, r_bias, c_bias = self._gates(biases[1]) if len(biases) > 1 else [np.zeros(1)] * 3
        z = self._apply("update", fed[0] + h @ z_kernel + z_bias)
        r = self._apply("reset", fed[1] + h @ r_kernel + r_bias)
        kept = r * (h @ c_kernel + c_bias) if self.cell.reset_after else (r * h) @ c_kernel
        return (z * h + (1.0 - z) * self._apply("candidate", fed[2] + kept),)

    def _lstm(self, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, ...]:
        bias = self._gates(self.weights.bias)
        i, f, g, o = (
            total + part
            for total, part in zip(
                self._gates(x @ self.weights.kernel + h @ self.weights.recurrent), bias, strict=True
            )
        )
        f = self._apply("forget", f + self.cell.forget_bias)
        c = f * c + self._apply("input", i) * self._apply("candidate", g)
        return self._apply("output", o) * _ACTIVATIONS[self.cell.activation](c), c


@dataclass(frozen=True)
class Example:
    """A case with the right results and their bounds, array by array."""

    case: Case
    values: list[np.ndarray]
    bounds: list[np.ndarray]

    @classmethod
    def from_case(cls, case: Case) -> Example:
        """Compute the right results of a case."""
        trajectory = forward.trajectory(case)
        estimates = [trajectory.outputs, *trajectory.state[0]]
        return cls(case, [e.value for e in estimates], [e.error_bound for e in estimates])

    def faulty(self, gate: str, fault: float, dtype: str | None = None) -> list[np.ndarray]:
        """Return the results with a fault in a gate."""
        (cell,), (weights,) = self.case.program.cells, case_arrays.weights(self.case)
        inputs, (state,) = case_arrays.inputs(self.case), case_arrays.state(self.case)
        with np.errstate(over="ignore", invalid="ignore"):
            return Faulty(cell, weights, gate, fault, dtype).run(inputs, state)

    def needed(self, gate: str) -> float:
        """Return about how large a fault must be to be seen."""
        small = self.faulty(gate, _SMALL)
        with np.errstate(divide="ignore", invalid="ignore"):
            needed = [
                np.nan_to_num(_SMALL * bound / np.abs(seen - value), nan=np.inf).min(initial=np.inf)
                for seen, value, bound in zip(small, self.values, self.bounds, strict=True)
            ]
        return float(min(needed))

    def sees(self, gate: str, fault: float, by_rtol: bool) -> bool:
        """Return whether a fault is seen after rounding."""
        dtype = self.case.program.dtype
        with np.errstate(over="ignore", invalid="ignore"):
            return any(
                (np.abs(seen - value) > _limit(value, bound, by_rtol)).any()
                for seen, value, bound in zip(
                    [floats.round_to(array, dtype) for array in self.faulty(gate, fault, dtype)],
                    self.values,
                    self.bounds,
                    strict=True,
                )
            )


def _limit(value: np.ndarray, bound: np.ndarray, by_rtol: bool) -> np.ndarray:
    if not by_rtol:
        return bound
    limit = _RTOL * np.abs(value) + _ATOL
    return np.where(bound <= limit, limit, np.inf)


def smallest_fault(examples: Sequence[Example], gate: str, by_rtol: bool = False) -> float:
    """Return the smallest fault that one of the examples shows; inf where none can."""
    ordered = sorted(examples, key=lambda example: example.needed(gate))[:_CLOSELY]
    fault = ordered[0].needed(gate) if not by_rtol else _RTOL
    while any(example.sees(gate, fault, by_rtol) for example in ordered):
        fault /= _RATIO
    while not any(example.sees(gate, fault, by_rtol) for example in ordered):
        fault *= _RATIO
        if fault > _LARGEST:
            return np.inf
    return fault


def examples_by_dtype_and_cell(cases: Iterable[Case]) -> dict[tuple[str, str], list[Example]]:
    """Return the cases of one plain cell, by dtype and cell."""
    found: dict[tuple[str, str], list[Example]] = {}
    seen: set[case_arrays.ArraySpec] = set()
    for case in cases:
        spec = case_arrays.array_spec(case)
        if _is_plain(case) and spec not in seen:
            seen.add(spec)
            key = (case.program.dtype, case.program.cells[0].cell_type)
            found.setdefault(key, []).append(Example.from_case(case))
    return found


def _is_plain(case: Case) -> bool:
    cell = case.program.cells[0]
    only_v1 = cell.peepholes or cell.projection or cell.cell_clip
    return len(case.program.cells) == 1 and cell.cell_type in _GATES and not only_v1


def measure(profile: str) -> int:
    """Print the smallest faults, of the gate that shows it best and of that which hides it most."""
    cases = [drawn.case for drawn in drawn_cases(profile, [_CLAUSE])]
    found = examples_by_dtype_and_cell(cases)
    print("| dtype | cell | cases | smallest fault, by gate | with rtol=1e-5 |")
    print("| --- | --- | ---: | --- | --- |")
    for dtype in floats.DTYPES:
        for cell, gates in _GATES.items():
            examples = found.get((dtype, cell), [])
            ours, theirs = (
                (
                    [(gate, smallest_fault(examples, gate, by_rtol)) for gate in gates]
                    for by_rtol in (False, True)
                )
                if examples
                else ([], [])
            )
            print(f"| {dtype} | {cell} | {len(examples)} | {_cells(ours)} | {_cells(theirs)} |")
    return 0


def _cells(faults: Sequence[tuple[str, float]]) -> str:
    if any(np.isinf(fault) for _, fault in faults):
        return "none"
    return ", ".join(f"{gate} {fault:.1e}" for gate, fault in faults) or "no cases"
