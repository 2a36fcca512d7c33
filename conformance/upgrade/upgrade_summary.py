"""From what a search of an upgrade saw to verdicts of the family UP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from conformance.adapter import wire
from conformance.cases.case import case_to_plain
from conformance.contract.clause import Clause, Subject
from conformance.engine.summary import observation_record, replay_command
from conformance.results.change_kinds import CHANGED, UNCHANGED, WORSE
from conformance.results.default_changes import DefaultChange
from conformance.results.verdict import HOLDS, NEW, UNAVAILABLE, Difference, Verdict
from conformance.upgrade import path_mapping
from conformance.upgrade.pair_search import Found, UpgradeSearch
from conformance.upgrade.upgrade_clauses import KEPT, STATEMENTS
from reports.compare.wording import default_value

FAMILY = "UP"


@dataclass(frozen=True)
class About:
    """What verdicts are about: a clause, a subject, and the old and the new target by name."""

    clause: Clause
    subject: Subject
    targets: tuple[str, str]


def unavailable(about: About, reason: str) -> Verdict:
    """The verdict where there is nothing to compare."""
    return _verdict(KEPT, about.subject, UNAVAILABLE, _tally(about, UNCHANGED), reason=reason)


def verdicts(about: About, search: UpgradeSearch) -> list[Verdict]:
    """One verdict for each difference, and one for the cases that show none."""
    cases = search.kinds()
    found = [
        _of_difference(about, one, cases[kind])
        for kind, one in sorted(search.found.items(), key=lambda item: item[0])
    ]
    drifts = [one.drift for one in search.compared.values() if one.drift is not None]
    told = cases[None] or drifts
    return [_of_the_others(about, search, cases[None], drifts), *found] if told else found


def _of_the_others(
    about: About, search: UpgradeSearch, cases: int, drifts: Sequence[float]
) -> Verdict:
    ratios = [one.ratio for one in search.compared.values() if one.ratio is not None]
    return _verdict(
        KEPT,
        about.subject,
        HOLDS,
        _tally(about, UNCHANGED, max(drifts, default=None)),
        cases=cases,
        seconds=round(search.seconds, 4),
        width_ratio=max(ratios, default=None),
        modes=tuple(sorted({case.program.mode for case in search.compared})),
    )


def _tally(about: About, change: str, drift: float | None = None) -> Difference:
    return Difference(about.clause.identifier, change, drift=drift)


def _of_difference(about: About, found: Found, cases: int) -> Verdict:
    seen = found.difference
    case = path_mapping.of_subject(about.subject).marked(found.case)
    difference = Difference(
        about.clause.identifier, seen.change, seen.was, seen.now, _record_or_none(seen.old)
    )
    return _verdict(
        seen.clause,
        about.subject,
        NEW if seen.change in WORSE else HOLDS,
        difference,
        mode=case.program.mode,
        modes=(case.program.mode,),
        grade=seen.grade,
        cases=cases,
        case=case_to_plain(case),
        observation=_record_or_none(seen.new),
        sentence=seen.sentence,
        replay=replay_command(about.clause, case, *about.targets),
    )


def _record_or_none(observation: wire.Observation | None) -> dict[str, object] | None:
    return None if observation is None else observation_record(observation)


def _verdict(
    clause: str, subject: Subject, verdict: str, difference: Difference, **others: Any
) -> Verdict:
    statement = STATEMENTS[clause]
    empty: dict[str, Any] = {
        "mode": None, "grade": None, "cases": 0, "seconds": 0.0, "case": None, "observation": None,
    }  # fmt: skip
    return Verdict(
        clause=clause,
        path=subject.place,
        cell=subject.cell,
        verdict=verdict,
        malformation=subject.malformation,
        family=FAMILY,
        severity=statement.severity,
        statement=statement.statement,
        difference=difference.to_plain(),
        **{**empty, **others},
    )


def of_path(clause: str, path: str, change: str, why: str = "") -> Verdict:
    """The verdict on a path of the old target: something in its place is there, or not, and why."""
    subject = Subject(path, "")
    difference = Difference(clause, change)
    if change == UNCHANGED:
        return _verdict(clause, subject, HOLDS, difference)
    sentence = f"{path} = not available ({why}), but must be there, as with OLD"
    return _verdict(clause, subject, NEW, difference, sentence=sentence)


def of_defaults(clause: str, of: Subject, changes: Sequence[DefaultChange]) -> list[Verdict]:
    """Verdicts on a class's default options: one for each that is another, or one for all."""
    if not changes:
        return [_verdict(clause, of, HOLDS, Difference(clause, UNCHANGED))]
    return [
        _verdict(
            clause,
            of,
            HOLDS,
            Difference(clause, CHANGED, change.option or "", "another default"),
            sentence=(
                f"default {change.option or 'of the class'} = {default_value(change.new)};"
                f" with OLD it was {default_value(change.old)}"
            ),
        )
        for change in changes
    ]
