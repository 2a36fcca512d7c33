"""The bench: joins a clause, a target and the ledger, and hands verdicts to the record."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from conformance import forms, judging
from conformance import search as searching
from conformance.adapter import wire
from conformance.case import Case, to_plain
from conformance.contract import CLAUSES, Clause, Subject
from conformance.errors import TargetDied, TargetHung
from conformance.ledger import Entry, Ledger
from conformance.profiles import Profile
from conformance.requests import program
from conformance.targets import Target
from reports.record import PROPERTY
from reports.verdicts import HOLDS, NEW, UNAVAILABLE, Verdict

_GRADES = (
    judging.EXPLAINED, judging.REJECTED, judging.LEAKED,
    judging.ACCEPTED, judging.CRASHED, judging.HUNG,
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What the command line asks of every search."""

    profile: Profile
    salt: str
    ledger: Ledger
    offers: Mapping[str, wire.PathOffer]


class TargetRuns:
    """Runs calls on a target; a process that died or hung is an observation of every call."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def __call__(self, case: Case, *calls: wire.Call) -> tuple[wire.Observation, ...]:
        """Run calls of the case's program."""
        try:
            return self._target.run(program(case), calls)
        except TargetDied as died:
            return _ended(judging.CRASHED, died, calls)
        except TargetHung as hung:
            return _ended(judging.HUNG, hung, calls)

    def state_size(self, case: Case) -> object:
        """The state_size of the case's cell."""
        return self._target.state_size(program(case))


class Bench:
    """Judges subjects of clauses on one target."""

    def __init__(self, target: Target, settings: Settings) -> None:
        self._run = TargetRuns(target)
        self._settings = settings

    def judge(self, clause: Clause, subject: Subject, node: pytest.Item) -> None:
        """Search one subject, hand the verdicts over, and fail where a deviation is new."""
        missing = self._missing(subject)
        if missing:
            _record(node, _unavailable(clause, subject, missing))
            pytest.skip(missing)
        search = searching.Search(
            clause,
            subject,
            self._run,
            self._settings.ledger,
            self._settings.profile.budget(self._settings.salt),
        )
        tallies = self._execute(search, subject)
        verdicts = _verdicts(clause, subject, tallies, search.seconds)
        for verdict in verdicts:
            _record(node, verdict)
        fail_with(verdict for verdict in verdicts if verdict.verdict == NEW)

    def must_still_deviate(self, entry: Entry) -> None:
        """Fail where the minimal case of a ledger entry does not show what the entry says."""
        missing = self._missing(Subject(entry.case.path, entry.case.cell_name))
        if missing:
            pytest.skip(missing)
        clause = CLAUSES[entry.clause]
        seen = searching.judge(clause, entry.case, self._run, Ledger((entry,)))
        if seen.status != searching.KNOWN:
            what = seen.sentence or "the clause holds"
            pytest.fail(
                f"ledger entry {entry.name} = {what}, but must show its deviation: limit its range"
                f"\n  replay: {replay_command(clause, entry.case)}",
                pytrace=False,
            )

    def _missing(self, subject: Subject) -> str:
        """Why a path of the subject is not available, or nothing."""
        names = [subject.path, subject.other] if subject.other else [subject.path]
        reasons = {f"{name}: {self._settings.offers[name].missing}": name for name in names}
        lacking = [why for why, name in reasons.items() if self._settings.offers[name].missing]
        return "not available: " + "; ".join(lacking) if lacking else ""

    def _execute(self, search: searching.Search, subject: Subject) -> dict[str, searching.Tally]:
        profile = self._settings.profile
        modes = self._settings.offers[subject.path].modes
        if not profile.enumerate_modes:
            return search.execute(profile.modes(modes))
        for mode in modes:
            search.execute([mode])
        return search.tallies


def _ended(name: str, error: Exception, calls: Sequence[wire.Call]) -> tuple[wire.Observation, ...]:
    seen = wire.Error(name, "target", (name,), str(error), "")
    return tuple(wire.Observation(error=seen) for _ in calls)


def _record(node: pytest.Item, verdict: Verdict) -> None:
    node.user_properties.append((PROPERTY, verdict.to_plain()))


def fail_with(verdicts: object) -> None:
    """Fail the test with what a person needs to know of each new deviation."""
    texts = [
        f"{v.sentence} [{v.clause} {v.path} {v.cell} {v.mode or 'all modes drawn'}]\n"
        f"  {v.severity}: {v.statement}\n  case: {v.case}\n  replay: {v.replay}"
        for v in verdicts  # type: ignore[attr-defined]
    ]
    if texts:
        pytest.fail("\n\n".join(texts), pytrace=False)


# --- from tallies to verdicts --------------------------------------------------------------------


def _unavailable(clause: Clause, subject: Subject, reason: str) -> Verdict:
    return Verdict(
        clause.identifier,
        subject.place,
        None,
        subject.cell,
        UNAVAILABLE,
        None,
        subject.malformation,
        cases=0,
        seconds=0.0,
        case=None,
        observation=None,
        family=clause.family,
        severity=clause.severity,
        statement=clause.statement,
        reason=reason,
    )


def _verdicts(
    clause: Clause, subject: Subject, tallies: Mapping[str, searching.Tally], seconds: float
) -> list[Verdict]:
    """One verdict where all modes agree, else one for each mode."""
    kinds = {_kind(tally) for tally in tallies.values()}
    if len(kinds) == 1:
        mode = next(iter(tallies)) if len(tallies) == 1 else None
        return [_verdict(clause, subject, mode, list(tallies.values()), seconds)]
    return [
        _verdict(clause, subject, mode, [tally], seconds * tally.cases / _cases(tallies.values()))
        for mode, tally in sorted(tallies.items())
    ]


def _kind(tally: searching.Tally) -> tuple[str, str | None, str | None]:
    return tally.telling.kind if tally.telling else (HOLDS, None, None)


def _cases(tallies: object) -> int:
    return sum(tally.cases for tally in tallies)  # type: ignore[attr-defined]


def _verdict(
    clause: Clause,
    subject: Subject,
    mode: str | None,
    tallies: Sequence[searching.Tally],
    seconds: float,
) -> Verdict:
    telling = _smallest([tally.telling for tally in tallies if tally.telling])
    ratios = [tally.width_ratio for tally in tallies if tally.width_ratio is not None]
    grades = {grade for tally in tallies for grade in tally.grades}
    worst = max(grades, key=_GRADES.index, default=None)
    return Verdict(
        clause.identifier,
        subject.place,
        mode,
        subject.cell,
        telling.status if telling else HOLDS,
        (telling.grade if telling else None) or worst,
        subject.malformation,
        cases=_cases(tallies),
        seconds=round(seconds, 4),
        case=to_plain(telling.case) if telling else None,
        observation=told(telling.observation) if telling and telling.observation else None,
        family=clause.family,
        severity=clause.severity,
        statement=clause.statement,
        sentence=telling.sentence if telling else None,
        replay=replay_command(clause, telling.case) if telling else None,
        ledger=tuple(sorted({name for tally in tallies for name in tally.known})),
        width_ratio=max(ratios, default=None),
    )


def _smallest(outcomes: Sequence[searching.Outcome]) -> searching.Outcome | None:
    return min(outcomes, key=lambda outcome: len(outcome.case.to_json()), default=None)


def replay_command(clause: Clause, case: Case) -> str:
    """The command that judges one case of one clause again."""
    named = '{"clause":"' + clause.identifier + '",' + case.to_json()[1:]
    return f"pytest conformance --replay {shlex.quote(named)}"


def told(observation: wire.Observation) -> dict[str, object]:
    """An observation as a run file tells it; seconds are left out, so that two runs' are equal."""
    if observation.error is not None:
        error = observation.error
        return {
            "error": {
                "class": error.name,
                "module": error.module,
                "message": judging.error_line(error),
                "raised_in": error.raised_in,
                "stage": error.stage,
            },
            "weights_intact": observation.weights_intact,
        }
    return {
        "outputs": _values(observation.outputs),
        "state": forms.shown(observation.state),
        "state_values": [_values(leaf.array) for leaf in _leaves(observation.state)],
        "arguments_intact": observation.arguments_intact,
        "weights_intact": observation.weights_intact,
    }


def _values(array: wire.Array | None) -> object:
    return None if array is None else judging.numbers(array).tolist()


def _leaves(tree: object) -> list[wire.Leaf]:
    if isinstance(tree, wire.Node):
        return [leaf for child in tree.children for leaf in _leaves(child)]
    return [tree] if isinstance(tree, wire.Leaf) else []
