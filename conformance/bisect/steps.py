"""The questions to each target: about one case, or about all that a clause's search finds.

From TensorFlow 2.16 on, `tf.keras` is Keras 3 unless tf-keras is installed. A question about a path
of Keras 2 is a question about `tf.keras`. So a target without Keras 2 is asked on the same path of
Keras 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.contract.clause import Clause, Subject
from conformance.engine.outcome import Outcome
from conformance.engine.probe import TargetProbe
from conformance.engine.profiles import DERANDOMISED_SALT, Profile
from conformance.engine.search import Search
from conformance.ledger.entry import Ledger
from conformance.results.verdict import HOLDS

_KERAS2 = re.compile("keras2")


@dataclass(frozen=True)
class Answer:
    """A target's answer: for each topic some words and a sentence; `missing` if it has none."""

    words: Mapping[str, str]
    sentences: Mapping[str, str] = field(default_factory=dict)
    missing: str = ""

    def common(self, other: Answer) -> list[str]:
        """Return the topics of both answers."""
        return [topic for topic in self.words if topic in other.words]

    def changed_from(self, other: Answer) -> list[str]:
        """Return the common topics in which the answers differ."""
        return [topic for topic in self.common(other) if other.words[topic] != self.words[topic]]


class Question(Protocol):
    """A question for each target."""

    def ask(self, probe: TargetProbe) -> Answer:
        """Return a target's answer."""


@dataclass(frozen=True)
class OneCase:
    """A question about a case of a clause."""

    clause: Clause
    case: Case

    def ask(self, probe: TargetProbe) -> Answer:
        """Return the target's answer about the case, on the path that is `tf.keras` there."""
        case = self._case_for(probe)
        result = probe.see(self.clause, case)
        if not result.judged:
            return Answer({}, missing=result.told)
        return Answer(
            {self.case.place: _words(*result.signature)},
            {self.case.place: f"on {case.place}: {result.line}"},
        )

    def _case_for(self, probe: TargetProbe) -> Case:
        if _has_keras2(probe.offers.values()):
            return self.case
        other = self.case.other and _KERAS2.sub("keras3", self.case.other)
        return self.case.replace(path=_KERAS2.sub("keras3", self.case.program.path), other=other)


@dataclass(frozen=True)
class WholeClause:
    """A question about all subjects of a clause, which are searched as in a profile."""

    clause: Clause
    profile: Profile

    def ask(self, probe: TargetProbe) -> Answer:
        """Return the results of a search of each subject."""
        words: dict[str, str] = {}
        sentences: dict[str, str] = {}
        keras = "keras2" if _has_keras2(probe.offers.values()) else "keras3"
        # all subjects: a profile chooses a few, and it chooses others for another path
        for subject in self.clause.subjects(probe.description.paths):
            topic = str(subject).replace(keras, "keras")
            outcomes = self._search(subject, probe)
            if outcomes is not None:
                words[topic] = "; ".join(sorted(set(map(_outcome_words, outcomes)))) or "holds"
                sentences[topic] = "; ".join(sorted({str(o.sentence) for o in outcomes})) or "holds"
        missing = "" if words else "it has none of the clause's paths"
        return Answer(words, sentences, missing)

    def _search(self, subject: Subject, probe: TargetProbe) -> list[Outcome] | None:
        """Return a new deviation for each mode, if any; None where the subject is not judged."""
        paths = [path for path in (subject.path, subject.other) if path]
        if any(probe.offers[path].missing for path in paths):
            return None
        offer = probe.offers[subject.path]
        modes = self.clause.judged_in(offer.modes, offer.further_modes)
        if not modes:
            return None
        budget = self.profile.budget(DERANDOMISED_SALT)
        search = Search(self.clause, subject, probe.client, Ledger(), budget)
        for drawn in self.profile.rounds(modes, self.clause):
            search.execute(drawn)
        return [tally.new for tally in search.tallies.values() if tally.new]


def _has_keras2(offers: Iterable[wire.PathOffer]) -> bool:
    return any("keras2" in offer.name and not offer.missing for offer in offers)


def _outcome_words(outcome: Outcome) -> str:
    _status, grade, error = outcome.signature
    return _words(outcome.status == HOLDS, grade, error)


def _words(holds: bool | None, grade: str | None, error: str | None) -> str:
    verdict = "holds" if holds else "deviates"
    return ", ".join(part for part in (verdict, grade, error) if part)
