"""The bench of the upgrade check: joins a clause and two targets, and hands over verdicts."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis.strategies import SearchStrategy

from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.contract.clause import Cases, Clause, DrawSpec, Subject
from conformance.engine.batching import BatchingClient
from conformance.engine.profiles import Profile
from conformance.engine.runner import fail_with, record
from conformance.engine.search import Budget
from conformance.results import default_changes
from conformance.results.change_kinds import BROKEN, UNCHANGED
from conformance.results.verdict import NEW, Verdict
from conformance.targets import Target
from conformance.upgrade import path_mapping, upgrade_summary
from conformance.upgrade.pair import Both
from conformance.upgrade.pair_search import UpgradeSearch
from conformance.upgrade.path_mapping import Crossing, Offers
from conformance.upgrade.upgrade_clauses import DEFAULTS, THERE

_SEVERAL = 4  # data cases together at the least: of an LSTM all leaves, and each by itself
_EFFORT = 2  # as many examples as one target is given, and one more for each


@dataclass(frozen=True)
class Side:
    """A target, and what it says of itself."""

    target: Target
    description: wire.Description

    @property
    def offers(self) -> Offers:
        """The paths that were looked for."""
        return self.description.paths

    def defaults_of(self, generation: str) -> dict[str, dict[str, object]]:
        """The default options of each class of a generation, by its name within that."""
        return {
            of.owner.split("/")[1]: {"error": of.error} if of.error else of.options
            for of in self.description.defaults
            if of.owner.startswith(f"{generation}/")
        }


class UpgradeBench:
    """Judges subjects of clauses on an old target and on a new one."""

    def __init__(self, old: Side, new: Side, profile: Profile, salt: str) -> None:
        self._sides = (old, new)
        self._askers = (BatchingClient(old.target), BatchingClient(new.target))
        self._names = (old.target.name, new.target.name)
        self._profile = profile
        self._salt = salt

    @property
    def _offers(self) -> tuple[Offers, Offers]:
        old, new = self._sides
        return old.offers, new.offers

    def judge(self, clause: Clause, subject: Subject, node: pytest.Item) -> None:
        """Search one subject, hand the verdicts over, and fail where something got worse."""
        for side in self._sides:
            side.target.renew_if_large()
        about = upgrade_summary.About(clause, subject, self._names)
        modes = self._modes(clause, subject)
        if not modes:
            reason = "not available: a mode of the clause that both have"
            record(node, upgrade_summary.unavailable(about, reason))
            pytest.skip(reason)
        search = self._search(clause, subject)
        for drawn in self._profile.rounds(modes, clause):
            search.execute(drawn)
        _hand_over(node, upgrade_summary.verdicts(about, search))

    def judge_paths(self, node: pytest.Item) -> None:
        """Judge whether each path of the old target has one in its place."""
        gone = {one.path: one.why for one in path_mapping.gone(*self._offers)}
        found = [
            upgrade_summary.of_path(
                THERE, offer.name, BROKEN if offer.name in gone else UNCHANGED,
                gone.get(offer.name, ""),
            )
            for offer in self._offers[0]
            if not offer.missing
        ]  # fmt: skip
        _hand_over(node, found)

    def judge_defaults(self, node: pytest.Item) -> None:
        """Judge the default options of each class that both have."""
        found = [
            verdict
            for one in path_mapping.crossings(*self._offers)
            for verdict in self._defaults(one)
        ]
        _hand_over(node, found)

    def _defaults(self, of: Crossing) -> list[Verdict]:
        old, new = self._sides
        was, now = old.defaults_of(of.old), new.defaults_of(of.new)
        shared = {name: (was[name], now[name]) for name in was if name in now}
        other = None if of.old == of.new else of.new
        return [
            verdict
            for name, (before, after) in shared.items()
            for verdict in upgrade_summary.of_defaults(
                DEFAULTS,
                Subject(of.old, name, other=other),
                list(default_changes.changed({name: before}, {name: after})),
            )
        ]

    def _search(self, clause: Clause, subject: Subject) -> UpgradeSearch:
        # it begins with the simplest case, so that most differences need no shrinking
        effort = clause.cost.effort * _EFFORT
        cost = dataclasses.replace(clause.cost, essential=True, effort=effort)
        clause = dataclasses.replace(clause, cost=cost)
        both = Both(clause, path_mapping.of_subject(subject), *self._askers)
        drawing = dataclasses.replace(clause, cases=_of_old_path(clause))
        return UpgradeSearch(drawing, subject, both, self._budget())

    def _budget(self) -> Budget:
        several = self._profile.batch_size
        return dataclasses.replace(
            self._profile.budget(self._salt),
            batch_size=lambda mode: max(several(mode), _SEVERAL),
            skip_simplest=False,
        )

    def _modes(self, clause: Clause, subject: Subject) -> list[str]:
        old, new = self._sides
        here = _judged_in(clause, old.offers, subject.path)
        there = _judged_in(clause, new.offers, subject.other or subject.path)
        return [mode for mode in here if mode in there]


def _judged_in(clause: Clause, offers: Offers, path: str) -> list[str]:
    (offer,) = (offer for offer in offers if offer.name == path)
    return clause.judged_in(offer.modes, offer.further_modes)


def _hand_over(node: pytest.Item, found: Sequence[Verdict]) -> None:
    """Record verdicts, and fail where something got worse."""
    for verdict in found:
        record(node, verdict)
    fail_with([verdict for verdict in found if verdict.verdict == NEW])


def _of_old_path(clause: Clause) -> Cases:
    """The clause's cases without the new target's path, for which too they are drawn."""

    def drawn(subject: Subject, extent: DrawSpec) -> SearchStrategy[tuple[Case, ...]]:
        return clause.cases(subject, extent).map(
            lambda cases: tuple(case.replace(other=None) for case in cases)
        )

    return drawn
