"""The summary of a search on two targets: differences become verdicts of the family UP."""

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
from conformance.upgrade.pair_search import FoundDifference, UpgradeSearch
from conformance.upgrade.upgrade_clauses import KEPT, STATEMENTS
from reports.compare.wording import default_value

FAMILY = "UP"


@dataclass(frozen=True)
class About:
    """The subject matter of verdicts: a clause, a subject, and the names of both targets."""

    clause: Clause
    subject: Subject
    targets: tuple[str, str]


def unavailable_verdict(about: About, reason: str) -> Verdict:
    """Return the verdict where there is nothing to compare."""
    difference = _plain_difference(about, UNCHANGED)
    return _verdict(KEPT, about.subject, UNAVAILABLE, difference, reason=reason)


def verdicts_of_search(about: About, search: UpgradeSearch) -> list[Verdict]:
    """Return one verdict for each difference, and one for the cases without any."""
    cases = search.count_cases()
    verdicts = [
        _difference_verdict(about, found, cases[signature])
        for signature, found in sorted(search.found.items(), key=lambda item: item[0])
    ]
    drifts = [one.drift for one in search.comparisons.values() if one.drift is not None]
    if cases[None] or drifts:
        return [_unchanged_verdict(about, search, cases[None], drifts), *verdicts]
    return verdicts


def _unchanged_verdict(
    about: About, search: UpgradeSearch, cases: int, drifts: Sequence[float]
) -> Verdict:
    ratios = [one.ratio for one in search.comparisons.values() if one.ratio is not None]
    return _verdict(
        KEPT,
        about.subject,
        HOLDS,
        _plain_difference(about, UNCHANGED, max(drifts, default=None)),
        cases=cases,
        seconds=round(search.seconds, 4),
        width_ratio=max(ratios, default=None),
        modes=tuple(sorted({case.program.mode for case in search.comparisons})),
    )


def _plain_difference(about: About, change: str, drift: float | None = None) -> Difference:
    return Difference(about.clause.identifier, change, drift=drift)


def _difference_verdict(about: About, found: FoundDifference, cases: int) -> Verdict:
    one = found.difference
    case = path_mapping.generations_of(about.subject).case_with_both(found.case)
    difference = Difference(
        about.clause.identifier, one.change, one.was, one.now, _record_or_none(one.old)
    )
    return _verdict(
        one.clause,
        about.subject,
        NEW if one.change in WORSE else HOLDS,
        difference,
        mode=case.program.mode,
        modes=(case.program.mode,),
        grade=one.grade,
        cases=cases,
        case=case_to_plain(case),
        observation=_record_or_none(one.new),
        sentence=one.sentence,
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


def path_verdict(clause: str, path: str, change: str, why: str = "") -> Verdict:
    """Return the verdict on a path of the old target: the new one has a path in its place or not.

    `why` is the reason why it has none.
    """
    subject = Subject(path, "")
    difference = Difference(clause, change)
    if change == UNCHANGED:
        return _verdict(clause, subject, HOLDS, difference)
    sentence = f"{path} = not available ({why}), but must be there, as with OLD"
    return _verdict(clause, subject, NEW, difference, sentence=sentence)


def default_verdicts(
    clause: str, subject: Subject, changes: Sequence[DefaultChange]
) -> list[Verdict]:
    """Return verdicts on the default options of a class: one for each change, or one for none."""
    if not changes:
        return [_verdict(clause, subject, HOLDS, Difference(clause, UNCHANGED))]
    return [
        _verdict(
            clause,
            subject,
            HOLDS,
            Difference(clause, CHANGED, change.option or "", "another default"),
            sentence=(
                f"default {change.option or 'of the class'} = {default_value(change.new)};"
                f" with OLD it was {default_value(change.old)}"
            ),
        )
        for change in changes
    ]
