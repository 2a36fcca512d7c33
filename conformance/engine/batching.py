"""Asks a target what clauses want to know: for many cases in one message, and nothing twice.

A property asks by calling `run`. What has not been answered yet is noted, and the property is left
with `Unanswered`; when all cases have been looked at, the questions go to the target together, a
message for each program, and the properties are begun again. They ask the same again, as they have
no memory, and find the answers.
"""

from __future__ import annotations

import functools
import itertools
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.cases.case_calls import program, run
from conformance.checks.deviation import Deviation
from conformance.errors import TargetDied, TargetHung
from conformance.results.grades import CRASHED, HUNG
from conformance.targets import Target

_REMEMBERED = 1024  # answers; clauses that draw the same cases share them


class Unanswered(Exception):
    """A property has asked what is not known yet."""


@dataclass(frozen=True)
class _Question:
    case: Case
    calls: tuple[wire.Call, ...]
    isolated: bool

    @property
    def program(self) -> wire.Program:
        return program(self.case, self.isolated)


class BatchingClient:
    """Collects questions and remembers answers; a process that died or hung is an answer too."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._questions: dict[_Question, None] = {}
        self._answers: OrderedDict[_Question, tuple[wire.Observation, ...]] = OrderedDict()

    def running(self, isolated: bool) -> Session:
        """What a property is given to ask with."""
        return Session(self, isolated)

    def answer(self, question: _Question) -> tuple[wire.Observation, ...]:
        """The answer to a question; raises Unanswered where it has to be asked first."""
        if question not in self._answers:
            self._questions[question] = None
            raise Unanswered
        self._answers.move_to_end(question)
        return self._answers[question]

    def look(self, program: wire.Program) -> wire.Made:
        """What a program's cell or layer is."""
        try:
            return self._target.look(program)
        except (TargetDied, TargetHung) as ended:
            return wire.Made(error=_error(ended))

    def state_size(self, program: wire.Program) -> object:
        """The state_size of a program's cell; a Deviation where the process died or hung."""
        try:
            return self._target.state_size(program)
        except (TargetDied, TargetHung) as ended:
            seen = wire.Observation(error=_error(ended))
            raise Deviation(f"state_size = {ended}, but must be told", seen) from ended

    @functools.cached_property
    def defaults(self) -> dict[str, wire.Defaults]:
        """The default options of each class, by its name."""
        return {record.owner: record for record in self._target.describe().defaults}

    def ask(self) -> None:
        """Ask the target all that is unanswered."""
        asked, self._questions = list(self._questions), {}
        # one program's questions come one after the other
        for of, alike in itertools.groupby(asked, key=lambda question: question.program):
            questions = list(alike)
            self._answers.update(zip(questions, self._ask(of, questions), strict=True))
        while len(self._answers) > max(_REMEMBERED, len(asked)):
            self._answers.popitem(last=False)

    def _ask(
        self, of: wire.Program, questions: Sequence[_Question]
    ) -> tuple[tuple[wire.Observation, ...], ...]:
        runs = tuple(run(question.case, question.calls) for question in questions)
        try:
            return self._target.run(of, runs)
        except (TargetDied, TargetHung) as ended:
            if len(questions) > 1:  # one of them did it: which?
                return tuple(self._ask(of, [question])[0] for question in questions)
            return (_ended(ended, questions[0].calls),)


class Session:
    """Asks for the runs of a clause."""

    def __init__(self, asker: BatchingClient, isolated: bool) -> None:
        self._asker = asker
        self._isolated = isolated

    def __call__(self, case: Case, *calls: wire.Call) -> tuple[wire.Observation, ...]:
        """Run calls of the case's program."""
        return self._asker.answer(_Question(case, calls, self._isolated))

    def state_size(self, case: Case) -> object:
        """The state_size of the case's cell."""
        return self._asker.state_size(program(case, self._isolated))

    def look(self, case: Case) -> wire.Made:
        """The config and the initial weights of the case's cell or layer."""
        return self._asker.look(program(case, self._isolated))

    def defaults(self) -> dict[str, wire.Defaults]:
        """The default options of each class of cells and layers."""
        return self._asker.defaults


def _ended(
    error: TargetDied | TargetHung, calls: Sequence[wire.Call]
) -> tuple[wire.Observation, ...]:
    return tuple(wire.Observation(error=_error(error)) for _ in calls)


def _error(error: TargetDied | TargetHung) -> wire.Error:
    name = CRASHED if isinstance(error, TargetDied) else HUNG
    return wire.Error(name, "target", (name,), str(error), "")
