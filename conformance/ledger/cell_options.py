"""Says of the options of a case's cells what decides how a library runs them."""

from __future__ import annotations

from conformance.cases.case import Case
from conformance.cases.program import Cell

HARD_SIGMOID = "hard_sigmoid_0.2"  # of Keras 2


def alike(case: Case) -> bool:
    """Return whether all cells have the same options."""
    return len(set(case.program.cells)) == 1


def as_cudnn(case: Case) -> bool:
    """Return whether a cell has the options with which a Keras 2 layer computes as cuDNN does.

    The options are those that `_could_use_gpu_kernel` asks for in lstm.py and gru.py of Keras 2.
    """
    return any(map(_is_as_cudnn, case.program.cells))


def _is_as_cudnn(cell: Cell) -> bool:
    is_offered = cell.cell_type == "LSTM" or (cell.cell_type == "GRU" and cell.reset_after)
    usual = (cell.activation, cell.recurrent_activation) == ("tanh", "sigmoid") and cell.use_bias
    return is_offered and usual and not cell.recurrent_dropout


def clips(case: Case) -> bool:
    """Return whether a cell clips: its state, or what goes through a hard sigmoid."""
    return any(
        bool(cell.cell_clip or cell.projection_clip) or cell.recurrent_activation == HARD_SIGMOID
        for cell in case.program.cells
    )


def wrapped(case: Case) -> list[str]:
    """Return which cells are directly in which wrapper, as "dropout around LSTM"."""
    inside = [cell for cell in case.program.cells if cell.wrappers and not cell.custom]
    return sorted({f"{cell.wrappers[0]} around {cell.cell_type}" for cell in inside})
