"""The bench: joins a clause, a target and the ledger, and hands verdicts to the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from conformance.adapter import wire
from conformance.contract.clause import CLAUSES, Clause, Subject
from conformance.engine import search as searching
from conformance.engine.batching import BatchingClient
from conformance.engine.judge import judge_together
from conformance.engine.profiles import Profile
from conformance.engine.summary import (
    About,
    replay_command,
    unavailable_verdict,
    verdicts_of_search,
)
from conformance.ledger.entry import Entry, Ledger
from conformance.results.verdict import KNOWN, NEW, VERDICT_PROPERTY, Verdict
from conformance.targets import Target


@dataclass(frozen=True)
class Settings:
    """What the command line asks of every search."""

    profile: Profile
    salt: str
    ledger: Ledger
    offers: Mapping[str, wire.PathOffer]


class Bench:
    """Judges subjects of clauses on one target."""

    def __init__(self, target: Target, settings: Settings) -> None:
        self._renew_if_large = target.renew_if_large
        self._asker = BatchingClient(target)
        self._target = target.name
        self._settings = settings

    def judge(self, clause: Clause, subject: Subject, node: pytest.Item) -> None:
        """Search one subject, hand the verdicts over, and fail where a deviation is new."""
        self._renew_if_large()
        about = About(clause, subject, self._target)
        offer = self._settings.offers[subject.path]
        modes = clause.judged_in(offer.modes, offer.further_modes)
        missing = self._missing(subject) or ("" if modes else _no_mode(clause))
        if missing:
            record(node, unavailable_verdict(about, missing))
            pytest.skip(missing)
        search = searching.Search(
            clause,
            subject,
            self._asker,
            self._settings.ledger,
            self._settings.profile.budget(self._settings.salt),
        )
        for drawn in self._settings.profile.rounds(modes, clause):
            search.execute(drawn)
        found = verdicts_of_search(about, search.tallies, search.seconds)
        for verdict in found:
            record(node, verdict)
        fail_with([verdict for verdict in found if verdict.verdict == NEW])

    def must_still_deviate(self, entry: Entry) -> None:
        """Fail where the minimal case of a ledger entry does not show what the entry says."""
        missing = self._missing(Subject(entry.case.program.path, entry.case.program.cell_name))
        if missing:
            pytest.skip(missing)
        clause = CLAUSES[entry.clause]
        (seen,) = judge_together(clause, [entry.case], self._asker, Ledger((entry,)))
        if seen.status != KNOWN:
            what = seen.sentence or "the clause holds"
            pytest.fail(
                f"ledger entry {entry.name} = {what}, but must show its deviation: limit its range"
                f"\n  replay: {replay_command(clause, entry.case, self._target)}",
                pytrace=False,
            )

    def _missing(self, subject: Subject) -> str:
        """Why a path of the subject is not available, or nothing."""
        names = [subject.path, subject.other] if subject.other else [subject.path]
        reasons = {f"{name}: {self._settings.offers[name].missing}": name for name in names}
        lacking = [why for why, name in reasons.items() if self._settings.offers[name].missing]
        return "not available: " + "; ".join(lacking) if lacking else ""


def _no_mode(clause: Clause) -> str:
    """Why there is nothing to judge on a path that has none of a clause's modes."""
    return f"not available: {' and '.join(clause.modes or ())}"


def record(node: pytest.Item, verdict: Verdict) -> None:
    """Hand a verdict over."""
    node.user_properties.append((VERDICT_PROPERTY, verdict.to_plain()))


def fail_with(deviations: Sequence[Verdict]) -> None:
    """Fail the test with what a person needs to know of each new deviation."""
    texts = [
        f"{v.sentence} [{v.clause} {v.path} {v.cell} {v.mode or 'all modes drawn'}]\n"
        f"  {v.severity}: {v.statement}\n  case: {v.case}\n  replay: {v.replay}"
        for v in deviations
    ]
    if texts:
        pytest.fail("\n\n".join(texts), pytrace=False)
