"""Which path of the new target stands against which of the old one, and what is judged on both.

A user's code says `tf.keras`, which is Keras 2 in one release and Keras 3 in another: that comes
first. Where the new target has the old generation, too, it is compared as a second.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.cases.state_forms import Path
from conformance.contract.clause import Clause, Subject
from conformance.engine.profiles import Profile

V1, KERAS_2, KERAS_3 = "v1", "keras2", "keras3"
Offers = Sequence[wire.PathOffer]


@dataclass(frozen=True)
class Crossing:
    """A generation of the old target, and the one of the new target that takes its place."""

    old: str
    new: str

    def there(self, path: str) -> str:
        """The new target's path in place of one of the old target."""
        of = Path.parse(path)
        return f"{of.api}/{self.new}" if of.generation == self.old else path

    def case(self, case: Case) -> Case:
        """The same case on the new target's path; what is given in its calls stays as it was."""
        return case.replace(path=self.there(case.program.path))

    def marked(self, case: Case) -> Case:
        """A case of the old target's path that names the new target's as its other one."""
        there = self.there(case.program.path)
        return case.replace(other=None if there == case.program.path else there)

    def named_as_old(self, offers: Offers) -> list[wire.PathOffer]:
        """What the new target offers of its generation, under the names of the old one's paths."""
        return [
            dataclasses.replace(offer, name=f"{Path.parse(offer.name).api}/{self.old}")
            for offer in offers
            if Path.parse(offer.name).generation == self.new
        ]


def default_generation(offers: Offers) -> str:
    """What `tf.keras` is."""
    found = {Path.parse(offer.name).generation for offer in offers if not offer.missing}
    return KERAS_3 if KERAS_3 in found else KERAS_2


def crossings(old: Offers, new: Offers) -> list[Crossing]:
    """Which generations are compared, what `tf.keras` is in each before what has the same name."""
    available = {Path.parse(offer.name).generation for offer in old if not offer.missing}
    there = {Path.parse(offer.name).generation for offer in new if not offer.missing}
    by_default = Crossing(default_generation(old), default_generation(new))
    alike = [Crossing(name, name) for name in (V1, KERAS_2, KERAS_3) if name in available & there]
    return list(dict.fromkeys([*([by_default] if by_default.old in available else []), *alike]))


def of_subject(subject: Subject) -> Crossing:
    """The crossing that a subject is about."""
    old = Path.parse(subject.path).generation
    return Crossing(old, Path.parse(subject.other).generation if subject.other else old)


@dataclass(frozen=True)
class Gone:
    """A path of the old target that the new one has not, and why."""

    path: str
    why: str


def gone(old: Offers, new: Offers) -> list[Gone]:
    """The old target's paths in whose place the new one has none."""
    offered = {offer.name: offer.missing for offer in new}
    compared = crossings(old, new)
    return [
        Gone(offer.name, offered.get(offer.name) or "it is not there")
        for offer in old
        if not offer.missing
        and all(crossing.old != Path.parse(offer.name).generation for crossing in compared)
    ]


def subjects(clause: Clause, old: Offers, new: Offers) -> list[Subject]:
    """What a clause is judged for on both: its subjects of the old target that the new one has.

    A pair of paths of one target is none: the other path is the new target's here.
    """
    here = [subject for subject in clause.subjects(_available(old)) if subject.other is None]
    found = []
    for crossing in crossings(old, new):
        there = set(clause.subjects(_available(crossing.named_as_old(new))))
        for subject in here:
            if Path.parse(subject.path).generation == crossing.old and subject in there:
                path = crossing.there(subject.path)
                other = None if path == subject.path else path
                found.append(dataclasses.replace(subject, other=other))
    return found


def chosen(clause: Clause, profile: Profile, salt: str, old: Offers, new: Offers) -> list[Subject]:
    """Which of them a profile judges.

    Malformed states of what `tf.keras` is are what changes most: no cell is spared there, but by
    `quick`.
    """
    found = subjects(clause, old, new)
    first = Crossing(default_generation(old), default_generation(new))
    every = [one for one in found if one.malformation and of_subject(one) == first]
    unsparing = dataclasses.replace(clause, cost=dataclasses.replace(clause.cost, expensive=False))
    left = {*profile.chosen(clause, found, salt), *profile.chosen(unsparing, every, salt)}
    return [subject for subject in found if subject in left]


def _available(offers: Offers) -> list[wire.PathOffer]:
    return [offer for offer in offers if not offer.missing]
