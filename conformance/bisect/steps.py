"""What is asked of each target: one case, or all that a clause's search finds there.

From TensorFlow 2.16 on `tf.keras` is Keras 3 unless tf-keras is installed. Who asks about a path
of Keras 2 asks about `tf.keras`: a target without Keras 2 is asked on the same path of Keras 3.
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
from conformance.ledger import Ledger
from conformance.results.verdict import HOLDS

_KERAS2 = re.compile("keras2")


@dataclass(frozen=True)
class Answer:
    """What a target showed: by what it is about, in a few words, and in a sentence."""

    words: Mapping[str, str]
    sentences: Mapping[str, str] = field(default_factory=dict)
    missing: str = ""

    def common(self, other: Answer) -> list[str]:
        """What both are about."""
        return [about for about in self.words if about in other.words]

    def changed_from(self, other: Answer) -> list[str]:
        """What both are about and differ in."""
        return [about for about in self.common(other) if other.words[about] != self.words[about]]


class Question(Protocol):
    """What is asked of each target."""

    def ask(self, probe: TargetProbe) -> Answer:
        """What a target shows."""


@dataclass(frozen=True)
class OneCase:
    """A case of a clause."""

    clause: Clause
    case: Case

    def ask(self, probe: TargetProbe) -> Answer:
        """What a target shows of the case, on the path that is `tf.keras` there."""
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
    """All subjects of a clause, searched as a profile does."""

    clause: Clause
    profile: Profile

    def ask(self, probe: TargetProbe) -> Answer:
        """What a search of each subject finds."""
        words: dict[str, str] = {}
        sentences: dict[str, str] = {}
        keras = "keras2" if _has_keras2(probe.offers.values()) else "keras3"
        # all of them: which few a profile chooses of a path is not what it chooses of another
        for subject in self.clause.subjects(probe.description.paths):
            about = str(subject).replace(keras, "keras")
            found = self._search(subject, probe)
            if found is not None:
                words[about] = "; ".join(sorted({_words_of(one) for one in found})) or "holds"
                sentences[about] = "; ".join(sorted({str(o.sentence) for o in found})) or "holds"
        return Answer(words, sentences, "" if words else "none of the clause's paths is there")

    def _search(self, subject: Subject, probe: TargetProbe) -> list[Outcome] | None:
        """What deviates newly, mode by mode; None where the subject cannot be judged."""
        paths = [path for path in (subject.path, subject.other) if path]
        if any(probe.offers[path].missing for path in paths):
            return None
        offer = probe.offers[subject.path]
        modes = self.clause.judged_in(offer.modes, offer.further_modes)
        if not modes:
            return None
        budget = self.profile.budget(DERANDOMISED_SALT)
        search = Search(self.clause, subject, probe.asker, Ledger(), budget)
        for drawn in self.profile.rounds(modes, self.clause):
            search.execute(drawn)
        return [tally.new for tally in search.tallies.values() if tally.new]


def _has_keras2(offers: Iterable[wire.PathOffer]) -> bool:
    return any("keras2" in offer.name and not offer.missing for offer in offers)


def _words_of(outcome: Outcome) -> str:
    _status, grade, error = outcome.signature
    return _words(outcome.status == HOLDS, grade, error)


def _words(holds: bool | None, grade: str | None, error: str | None) -> str:
    what = "holds" if holds else "deviates"
    return ", ".join(part for part in (what, grade, error) if part)
