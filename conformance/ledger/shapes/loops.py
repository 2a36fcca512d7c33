"""The loops over the steps, on shapes; each raises Misfit where it refuses what a step gives.

Eagerly no loop compares the states from step to step. In a trace they must have the same shapes
after a step as before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.ledger.shapes.arithmetic import Misfit, Shape
from conformance.ledger.shapes.step import StackStepped, States

StatesOfCells = Sequence[States]


@dataclass(frozen=True)
class Run:
    """The arguments of a loop: a step, the number of steps, the shape of the documented output."""

    step: Callable[[StatesOfCells], StackStepped]
    steps: int
    output: Shape
    traced: bool
    stacked: bool


Loop = Callable[[Run, StatesOfCells], Shape]
"""It returns the shape of the output at each step."""


def cell_alone(run: Run, states: StatesOfCells) -> Shape:
    """Run a cell that is called by itself."""
    return run.step(states).output


def keras_rnn(run: Run, states: StatesOfCells) -> Shape:
    """Run the loop of Keras: its array of outputs takes the shape of the first one only."""
    output = run.step(states).output
    if not output:
        raise Misfit  # the axes of rows and steps are exchanged at the end
    return _same_outputs(run, states, output)


def keras2_rnn(run: Run, states: StatesOfCells) -> Shape:
    """Run the loop of Keras 2: it gives each new state the shape of the old one, if it can.

    At the end it gives the outputs the number of rows that the inputs have.
    """
    stepped = run.step(states)
    if list(stepped.states) != list(states) or stepped.output[:1] != run.output[:1]:
        raise Misfit
    return stepped.output


def dynamic_rnn(run: Run, states: StatesOfCells) -> Shape:
    """Run the loop of dynamic_rnn: in a trace its array takes outputs of the cell's size only."""
    if run.stacked and len(states) == 1:
        raise Misfit  # a Keras 3 stack that left out all but one cell returns no list of states
    output = run.output if run.traced else run.step(states).output
    return _same_outputs(run, states, output)


def _same_outputs(run: Run, states: StatesOfCells, output: Shape) -> Shape:
    for _ in range(1 if run.traced else run.steps):
        stepped = run.step(states)
        if stepped.output != output or (run.traced and list(stepped.states) != list(states)):
            raise Misfit
        states = stepped.states
    return output
