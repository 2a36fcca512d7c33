"""A client of a target that sends the questions of many cases in one message, and none twice.

A property asks by calling `run`. If the answer is not there yet, the client notes the question and
raises `Unanswered`, which ends the property. After all cases were tried, the questions go to the
target together, in one message for each program. Then each property starts again. It has no memory,
so it asks the same questions, and now it finds the answers.
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

_MOST_ANSWERS = 1024  # answers that are kept; clauses that draw the same cases share them


class Unanswered(Exception):
    """A property has asked a question that has no answer yet."""


@dataclass(frozen=True)
class _Question:
    case: Case
    calls: tuple[wire.Call, ...]
    isolated: bool

    @property
    def program(self) -> wire.Program:
        return program(self.case, self.isolated)


class BatchingClient:
    """Collects questions and keeps answers. A process that died or hung is an answer, too."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._questions: dict[_Question, None] = {}
        self._answers: OrderedDict[_Question, tuple[wire.Observation, ...]] = OrderedDict()

    def session(self, isolated: bool) -> Session:
        """Return the object with which a property asks."""
        return Session(self, isolated)

    def answer(self, question: _Question) -> tuple[wire.Observation, ...]:
        """Return the answer to a question; raise Unanswered where it must be asked first."""
        if question not in self._answers:
            self._questions[question] = None
            raise Unanswered
        self._answers.move_to_end(question)
        return self._answers[question]

    def look(self, program: wire.Program) -> wire.Made:
        """Return a description of a program's cell or layer."""
        try:
            return self._target.look(program)
        except (TargetDied, TargetHung) as ended:
            return wire.Made(error=_error_of_end(ended))

    def state_size(self, program: wire.Program) -> object:
        """Return the state_size of the cell; raise Deviation if the process died or hung."""
        try:
            return self._target.state_size(program)
        except (TargetDied, TargetHung) as ended:
            seen = wire.Observation(error=_error_of_end(ended))
            raise Deviation(f"state_size = {ended}, but must be told", seen) from ended

    @functools.cached_property
    def defaults(self) -> dict[str, wire.Defaults]:
        """The default options of each class, by the name of the class."""
        return {record.owner: record for record in self._target.describe().defaults}

    def ask(self) -> None:
        """Ask the target all questions that have no answer yet."""
        asked, self._questions = list(self._questions), {}
        # the questions about one program stand one after the other
        for asked_program, group in itertools.groupby(asked, key=lambda question: question.program):
            questions = list(group)
            answers = self._ask_about(asked_program, questions)
            self._answers.update(zip(questions, answers, strict=True))
        while len(self._answers) > max(_MOST_ANSWERS, len(asked)):
            self._answers.popitem(last=False)

    def _ask_about(
        self, program: wire.Program, questions: Sequence[_Question]
    ) -> tuple[tuple[wire.Observation, ...], ...]:
        runs = tuple(run(question.case, question.calls) for question in questions)
        try:
            return self._target.run(program, runs)
        except (TargetDied, TargetHung) as ended:
            if len(questions) > 1:  # ask them one by one, to find the one that ended the process
                return tuple(self._ask_about(program, [question])[0] for question in questions)
            return (_observations_of_end(ended, questions[0].calls),)


class Session:
    """The `run` of a property: it asks the client, with the option `isolated` of the clause."""

    def __init__(self, client: BatchingClient, isolated: bool) -> None:
        self._client = client
        self._isolated = isolated

    def __call__(self, case: Case, *calls: wire.Call) -> tuple[wire.Observation, ...]:
        """Run calls of the case's program, and return an observation for each call."""
        return self._client.answer(_Question(case, calls, self._isolated))

    def state_size(self, case: Case) -> object:
        """Return the state_size of the case's cell."""
        return self._client.state_size(program(case, self._isolated))

    def look(self, case: Case) -> wire.Made:
        """Return the config and the initial weights of the case's cell or layer."""
        return self._client.look(program(case, self._isolated))

    def defaults(self) -> dict[str, wire.Defaults]:
        """Return the default options of each class of cells and layers."""
        return self._client.defaults


def _observations_of_end(
    error: TargetDied | TargetHung, calls: Sequence[wire.Call]
) -> tuple[wire.Observation, ...]:
    return tuple(wire.Observation(error=_error_of_end(error)) for _ in calls)


def _error_of_end(error: TargetDied | TargetHung) -> wire.Error:
    name = CRASHED if isinstance(error, TargetDied) else HUNG
    return wire.Error(name, "target", (name,), str(error), "")
