"""Wrong results that are known: computed from the case, and compared as right ones are.

An entry of the ledger for wrong numbers names one of VALUES. So it covers that wrong result alone,
and any other one is new. The wrong results are those of the reference's formulas for what the
library computes instead, and have the same kind of error bounds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from conformance.cases import case_arrays, case_calls, floats
from conformance.cases.case import Case
from conformance.cases.program import Cell
from conformance.checks import numbers
from conformance.checks.deviation import Deviation
from conformance.checks.outputs import Run
from conformance.reference import expected, forward
from conformance.reference.forward import Batch, Trajectory
from conformance.reference.rounding import Estimate

Results = Callable[[Case], Sequence[Trajectory]]


@dataclass(frozen=True)
class KnownValue:
    """A wrong result: what the library computes instead of what some clauses demand.

    `wrong` returns the results that the library may give for a case. There are several where it
    cannot be told from the case which of two ways it takes. `right` returns what the clause
    demands.
    """

    clauses: tuple[str, ...]
    wrong: Results
    right: Callable[[Case], Trajectory] = expected.expected_trajectory

    def is_seen(self, case: Case, run: Run) -> bool:
        """Return whether a run gave the wrong result, within its error bounds."""
        return any(_agrees(case, run, wrong) for wrong in self.wrong(case))

    def must_deviate(self, case: Case) -> bool:
        """Return whether the wrong result cannot be taken for the right one."""
        right = self.right(case)
        return all(_differ(wrong, right) for wrong in self.wrong(case))


def _agrees(case: Case, run: Run, wrong: Trajectory) -> bool:
    try:
        numbers.agrees_with_reference(case, run, wrong)
    except Deviation:
        return False
    return True


def _differ(one: Trajectory, other: Trajectory) -> bool:
    """Return whether two results are so far apart that no computation is near both."""
    return any(_apart(*pair) for pair in zip(_estimates(one), _estimates(other), strict=True))


def _estimates(trajectory: Trajectory) -> list[Estimate]:
    return [trajectory.outputs, *(leaf for cell in trajectory.state for leaf in cell)]


def _apart(one: Estimate, other: Estimate) -> bool:
    with np.errstate(invalid="ignore"):
        distance = np.abs(one.value - other.value)
        return bool((distance > one.error_bound + other.error_bound).any())


# --- what a stateful layer starts from ------------------------------------------------------------


def _run(case: Case, batches: Sequence[Batch]) -> list[Trajectory]:
    program = case.program
    return forward.run_batches(program.cells, case_arrays.weights(case), batches, program.dtype)


def _from_the_stored_state(case: Case) -> list[Trajectory]:
    """Return the second of two equal calls: it goes on from the first, which was given no state.

    Keras 2 takes stored zeros for nothing stored, and then starts from the given state.
    """
    first = forward.batch_of_case(case.replace(state=None))
    twice = dataclasses.replace(first, inputs=np.concatenate([first.inputs] * 2, axis=1))
    (both,) = _run(case, [twice])
    stored = forward.trajectory(case.replace(state=None)).state
    ignoring = Trajectory(both.outputs.part(np.s_[:, first.steps :]), both.state)
    return _by_what_is_stored(stored, ignoring, expected.expected_trajectory(case))


def _from_the_given_state_where_zeros_are_stored(case: Case) -> list[Trajectory]:
    """Return two calls, the second from the given state again if the first left zeros."""
    first, _ = _parts(case)
    (begun,) = _run(case, [first])
    return _by_what_is_stored(begun.state, forward.trajectory(case), _starting_again(case))


def _by_what_is_stored(
    stored: tuple[tuple[Estimate, ...], ...], if_not_zero: Trajectory, if_zero: Trajectory
) -> list[Trajectory]:
    leaves = [leaf for cell in stored for leaf in cell]
    may_be_zero = not any((np.abs(leaf.value) > leaf.error_bound).any() for leaf in leaves)
    is_zero = all(not leaf.value.any() for leaf in leaves)
    return [*([] if is_zero else [if_not_zero]), *([if_zero] if may_be_zero else [])]


def _from_the_given_state_again(case: Case) -> list[Trajectory]:
    """Return two calls that both start from the given state."""
    return [_starting_again(case)]


def _starting_again(case: Case) -> Trajectory:
    first, second = _run(case, _parts(case))
    pairs = zip(first.outputs.arrays, second.outputs.arrays, strict=True)
    joined = Estimate(*(np.concatenate(pair, axis=1) for pair in pairs))
    return Trajectory(joined, second.state)


def _parts(case: Case) -> tuple[Batch, Batch]:
    """Return the steps before and after the split, both from the case's state."""
    whole, split = forward.batch_of_case(case), case_calls.split(case)
    return (
        dataclasses.replace(whole, inputs=whole.inputs[:, :split]),
        dataclasses.replace(whole, inputs=whole.inputs[:, split:]),
    )


def _first_cells_stored(case: Case) -> list[Trajectory]:
    """Return what is stored after a refused call that stored the new states of the first cells.

    The call has no outputs.
    """
    called = case_calls.well_formed(case)
    new, old = (forward.trajectory(one) for one in (called, called.replace(state=None)))
    nothing = new.outputs.part(np.s_[:, :0])
    stored = [(*new.state[:count], *old.state[count:]) for count in range(1, len(new.state))]
    return [Trajectory(nothing, state) for state in stored]


def _from_zeros(case: Case) -> list[Trajectory]:
    return [expected.expected_trajectory(case.replace(state="zeros"))]


def _from_the_pair_exchanged(case: Case) -> list[Trajectory]:
    """Return the results of LSTMs that take the given h for c, and c for h."""
    whole = forward.batch_of_case(case)
    exchanged = tuple(cell[::-1] for cell in whole.state)
    return _run(case, [dataclasses.replace(whole, state=exchanged)])


def _from_ones(case: Case) -> Trajectory:
    return expected.expected_trajectory(case.replace(state="ones"))


def _first_half_twice(case: Case) -> list[Trajectory]:
    """Return the outputs of both halves of the steps where the first one runs once more before."""
    whole = forward.batch_of_case(case)
    half = whole.steps // 2
    inputs = np.concatenate([whole.inputs[:, :half], whole.inputs], axis=1)
    (seen,) = _run(case, [dataclasses.replace(whole, inputs=inputs)])
    return [Trajectory(seen.outputs.part(np.s_[:, half:]), seen.state)]


# --- masks ----------------------------------------------------------------------------------------


def _zero_where_the_last_step_is_masked(case: Case) -> list[Trajectory]:
    """Return the last output, but zero for each row that is masked in the last step."""
    right = expected.expected_trajectory(case)
    counted = forward.batch_of_case(case).counted
    assert counted is not None
    kept = counted.steps[:, -1:, None]
    return [dataclasses.replace(right, outputs=right.outputs.zero_except(kept))]


def _without_the_mask(case: Case) -> list[Trajectory]:
    """Return the results where the padding counts; a Masking layer has put zeros there."""
    counted = case_arrays.counted_steps(case)
    assert counted is not None
    inputs = np.where(counted[..., None], case_arrays.inputs(case), 0.0)
    return [expected.expected_for_inputs(case, inputs)]


def _masked_outputs_repeated(case: Case) -> list[Trajectory]:
    """Return both directions, where an LSTM with its defaults repeats its output where masked."""
    repeats = [_is_fused(cell) for cell in case.program.cells]
    return [expected.expected_where_directions_repeat(case, repeats)]


def _is_fused(cell: Cell) -> bool:
    """Return whether a layer of Keras 2 computes an LSTM as cuDNN does."""
    defaults = (cell.activation, cell.recurrent_activation) == ("tanh", "sigmoid")
    return cell.cell_type == "LSTM" and defaults and cell.use_bias and not cell.recurrent_dropout


# --- functions and dtypes -------------------------------------------------------------------------

_OF_KERAS2 = "hard_sigmoid_0.2"
_NAMESAKES = {_OF_KERAS2: "hard_sigmoid"}  # what Keras 3 has under the name that Keras 2 writes


def _hard_sigmoid_of_keras3(case: Case) -> list[Trajectory]:
    """Return the results with the function that Keras 3 calls hard_sigmoid."""
    return [forward.trajectory(case.replace(cells=tuple(map(_in_keras3, case.program.cells))))]


def _in_keras3(cell: Cell) -> Cell:
    return dataclasses.replace(
        cell,
        activation=_NAMESAKES.get(cell.activation, cell.activation),
        recurrent_activation=_NAMESAKES.get(cell.recurrent_activation, cell.recurrent_activation),
    )


def _hard_sigmoid_in_lstms(case: Case) -> list[Trajectory]:
    """Return the results where the gates of each LSTM have Keras 2's hard_sigmoid."""
    cells = tuple(
        dataclasses.replace(cell, recurrent_activation=_OF_KERAS2)
        if cell.cell_type == "LSTM"
        else cell
        for cell in case.program.cells
    )
    return [expected.expected_trajectory(case.replace(cells=cells))]


def _in_float32(case: Case) -> list[Trajectory]:
    """Return the results for inputs and initial states that were rounded to float32."""
    whole = forward.batch_of_case(case)
    state = tuple(tuple(floats.round_to(leaf, "float32") for leaf in cell) for cell in whole.state)
    inputs = floats.round_to(whole.inputs, "float32")
    return _run(case, [dataclasses.replace(whole, inputs=inputs, state=state)])


VALUES = {
    "starts from the stored state": KnownValue(("ST-09",), _from_the_stored_state),
    "starts from the given state again": KnownValue(("ST-19",), _from_the_given_state_again),
    "starts from the given state again where zeros are stored": KnownValue(
        ("ST-19",), _from_the_given_state_where_zeros_are_stored
    ),
    "starts from zeros": KnownValue(("ST-11",), _from_zeros),
    "starts from zeros, not ones": KnownValue(("ST-12",), _from_zeros, right=_from_ones),
    "h and c are exchanged": KnownValue(("DC-10",), _from_the_pair_exchanged),
    "the first cells store their new states": KnownValue(("ST-15",), _first_cells_stored),
    "runs the first half of the steps twice": KnownValue(("WR-20",), _first_half_twice),
    "last output is zero where masked": KnownValue(("SQ-03",), _zero_where_the_last_step_is_masked),
    "the mask is not used": KnownValue(("SQ-27",), _without_the_mask),
    "masked outputs are repeated": KnownValue(("SQ-14",), _masked_outputs_repeated),
    "hard_sigmoid of Keras 3": KnownValue(
        ("PS-10",), _hard_sigmoid_of_keras3, right=forward.trajectory
    ),
    "hard_sigmoid in each LSTM": KnownValue(("DF-03",), _hard_sigmoid_in_lstms),
    "inputs and states in float32": KnownValue(("MD-11",), _in_float32, right=forward.trajectory),
}


def seen(clause: str, case: Case, run: Run) -> tuple[str, ...]:
    """Return the names of the known wrong results of a clause that a run gave."""
    return tuple(
        name
        for name, value in VALUES.items()
        if clause in value.clauses and value.is_seen(case, run)
    )
