"""The bench of the upgrade check: it judges a clause on two targets, and records verdicts."""

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
from conformance.upgrade.pair import TargetPair
from conformance.upgrade.pair_search import UpgradeSearch
from conformance.upgrade.path_mapping import GenerationPair, Offers
from conformance.upgrade.upgrade_clauses import DEFAULTS, THERE

_LEAST_BATCH = 4  # data cases together: for all leaves of an LSTM at once, and for each alone
_EFFORT = 2  # twice the examples of a run on one target


@dataclass(frozen=True)
class Side:
    """A target, and its description."""

    target: Target
    description: wire.Description

    @property
    def offers(self) -> Offers:
        """The paths of the suite, each with the reason why it is missing on this target, or ""."""
        return self.description.paths

    def defaults_of(self, generation: str) -> dict[str, dict[str, object]]:
        """Return the default options of each class of a generation, by the name of the class."""
        return {
            record.owner.split("/")[1]: {"error": record.error} if record.error else record.options
            for record in self.description.defaults
            if record.owner.startswith(f"{generation}/")
        }


class UpgradeBench:
    """Judges subjects of clauses on an old target and on a new one."""

    def __init__(self, old: Side, new: Side, profile: Profile, salt: str) -> None:
        self._sides = (old, new)
        self._clients = (BatchingClient(old.target), BatchingClient(new.target))
        self._names = (old.target.name, new.target.name)
        self._profile = profile
        self._salt = salt

    @property
    def _offers(self) -> tuple[Offers, Offers]:
        old, new = self._sides
        return old.offers, new.offers

    def judge(self, clause: Clause, subject: Subject, node: pytest.Item) -> None:
        """Search one subject, record the verdicts, and fail where something got worse."""
        for side in self._sides:
            side.target.renew_if_large()
        about = upgrade_summary.About(clause, subject, self._names)
        modes = self._modes(clause, subject)
        if not modes:
            reason = "not available: a mode of the clause that both have"
            record(node, upgrade_summary.unavailable_verdict(about, reason))
            pytest.skip(reason)
        search = self._search(clause, subject)
        for modes_of_round in self._profile.rounds(modes, clause):
            search.execute(modes_of_round)
        _record_all(node, upgrade_summary.verdicts_of_search(about, search))

    def judge_paths(self, node: pytest.Item) -> None:
        """Judge whether each path of the old target has a path in its place on the new one."""
        reasons = {one.path: one.why for one in path_mapping.missing_paths(*self._offers)}
        verdicts = [
            upgrade_summary.path_verdict(
                THERE, offer.name, BROKEN if offer.name in reasons else UNCHANGED,
                reasons.get(offer.name, ""),
            )
            for offer in self._offers[0]
            if not offer.missing
        ]  # fmt: skip
        _record_all(node, verdicts)

    def judge_defaults(self, node: pytest.Item) -> None:
        """Judge the default options of each class that both targets have."""
        verdicts = [
            verdict
            for generations in path_mapping.generation_pairs(*self._offers)
            for verdict in self._default_verdicts(generations)
        ]
        _record_all(node, verdicts)

    def _default_verdicts(self, generations: GenerationPair) -> list[Verdict]:
        old, new = self._sides
        was, now = old.defaults_of(generations.old), new.defaults_of(generations.new)
        shared = {name: (was[name], now[name]) for name in was if name in now}
        other = None if generations.old == generations.new else generations.new
        return [
            verdict
            for name, (before, after) in shared.items()
            for verdict in upgrade_summary.default_verdicts(
                DEFAULTS,
                Subject(generations.old, name, other=other),
                list(default_changes.find_changes({name: before}, {name: after})),
            )
        ]

    def _search(self, clause: Clause, subject: Subject) -> UpgradeSearch:
        # essential clauses begin with the simplest case, so that most differences need no shrinking
        effort = clause.cost.effort * _EFFORT
        cost = dataclasses.replace(clause.cost, essential=True, effort=effort)
        clause = dataclasses.replace(clause, cost=cost)
        pair = TargetPair(clause, path_mapping.generations_of(subject), *self._clients)
        drawing = dataclasses.replace(clause, cases=_cases_on_old_path(clause))
        return UpgradeSearch(drawing, subject, pair, self._budget())

    def _budget(self) -> Budget:
        batch_size = self._profile.batch_size
        return dataclasses.replace(
            self._profile.budget(self._salt),
            batch_size=lambda mode: max(batch_size(mode), _LEAST_BATCH),
            skip_simplest=False,
        )

    def _modes(self, clause: Clause, subject: Subject) -> list[str]:
        old, new = self._sides
        old_modes = _modes_on_path(clause, old.offers, subject.path)
        new_modes = _modes_on_path(clause, new.offers, subject.other or subject.path)
        return [mode for mode in old_modes if mode in new_modes]


def _modes_on_path(clause: Clause, offers: Offers, path: str) -> list[str]:
    (offer,) = (offer for offer in offers if offer.name == path)
    return clause.judged_in(offer.modes, offer.further_modes)


def _record_all(node: pytest.Item, verdicts: Sequence[Verdict]) -> None:
    """Record verdicts, and fail where something got worse."""
    for verdict in verdicts:
        record(node, verdict)
    fail_with([verdict for verdict in verdicts if verdict.verdict == NEW])


def _cases_on_old_path(clause: Clause) -> Cases:
    """Return the clause's cases without the new target's path, although they are drawn for both."""

    def draw_cases(subject: Subject, spec: DrawSpec) -> SearchStrategy[tuple[Case, ...]]:
        return clause.cases(subject, spec).map(
            lambda cases: tuple(case.replace(other=None) for case in cases)
        )

    return draw_cases
