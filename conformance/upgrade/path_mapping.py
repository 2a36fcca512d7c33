"""The mapping from paths of the old target to paths of the new one, and the common subjects.

A user's code says `tf.keras`, which is Keras 2 in one release and Keras 3 in another. This pair of
generations comes first. If the new target has the old generation, too, that pair comes second.
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
class GenerationPair:
    """A generation of the old target, and the generation of the new one that takes its place."""

    old: str
    new: str

    def new_path(self, path: str) -> str:
        """Return the new target's path that takes the place of a path of the old target."""
        parsed = Path.parse(path)
        return f"{parsed.api}/{self.new}" if parsed.generation == self.old else path

    def case_on_new(self, case: Case) -> Case:
        """Return the same case on the new target's path; the arguments of its calls stay."""
        return case.replace(path=self.new_path(case.program.path))

    def case_with_both(self, case: Case) -> Case:
        """Return a case of the old target's path, with the new target's path as its other one."""
        path = self.new_path(case.program.path)
        return case.replace(other=None if path == case.program.path else path)

    def offers_as_old(self, offers: Offers) -> list[wire.PathOffer]:
        """Return the offers of the new generation under the names of the old target's paths."""
        return [
            dataclasses.replace(offer, name=f"{Path.parse(offer.name).api}/{self.old}")
            for offer in offers
            if Path.parse(offer.name).generation == self.new
        ]


def default_generation(offers: Offers) -> str:
    """Return the generation that `tf.keras` is."""
    found = {Path.parse(offer.name).generation for offer in offers if not offer.missing}
    return KERAS_3 if KERAS_3 in found else KERAS_2


def generation_pairs(old: Offers, new: Offers) -> list[GenerationPair]:
    """Return the generations to compare: first what `tf.keras` is, then those of the same name."""
    available = {Path.parse(offer.name).generation for offer in old if not offer.missing}
    available_new = {Path.parse(offer.name).generation for offer in new if not offer.missing}
    by_default = GenerationPair(default_generation(old), default_generation(new))
    shared = available & available_new
    same_name = [GenerationPair(name, name) for name in (V1, KERAS_2, KERAS_3) if name in shared]
    first = [by_default] if by_default.old in available else []
    return list(dict.fromkeys([*first, *same_name]))


def generations_of(subject: Subject) -> GenerationPair:
    """Return the pair of generations that a subject is about."""
    old = Path.parse(subject.path).generation
    return GenerationPair(old, Path.parse(subject.other).generation if subject.other else old)


@dataclass(frozen=True)
class MissingPath:
    """A path of the old target that the new one does not have, and why."""

    path: str
    why: str


def missing_paths(old: Offers, new: Offers) -> list[MissingPath]:
    """Return the paths of the old target for which the new one has no path in their place."""
    reasons = {offer.name: offer.missing for offer in new}
    pairs = generation_pairs(old, new)
    return [
        MissingPath(offer.name, reasons.get(offer.name) or "it is not there")
        for offer in old
        if not offer.missing
        and all(pair.old != Path.parse(offer.name).generation for pair in pairs)
    ]


def subjects(clause: Clause, old: Offers, new: Offers) -> list[Subject]:
    """Return the subjects of a clause on the old target that the new one has, too.

    Subjects with a pair of paths are left out, as the other path is the new target's path here.
    """
    on_old = [subject for subject in clause.subjects(_available(old)) if subject.other is None]
    found = []
    for pair in generation_pairs(old, new):
        on_new = set(clause.subjects(_available(pair.offers_as_old(new))))
        for subject in on_old:
            if Path.parse(subject.path).generation == pair.old and subject in on_new:
                path = pair.new_path(subject.path)
                other = None if path == subject.path else path
                found.append(dataclasses.replace(subject, other=other))
    return found


def choose_subjects(
    clause: Clause, profile: Profile, salt: str, old: Offers, new: Offers
) -> list[Subject]:
    """Return the common subjects that a profile judges.

    Malformed states change most, on the paths that are `tf.keras`. So all cells are judged there,
    except in the profile `quick`.
    """
    common = subjects(clause, old, new)
    default = GenerationPair(default_generation(old), default_generation(new))
    malformed = [one for one in common if one.malformation and generations_of(one) == default]
    cheap = dataclasses.replace(clause, cost=dataclasses.replace(clause.cost, expensive=False))
    judged = {*profile.choose(clause, common, salt), *profile.choose(cheap, malformed, salt)}
    return [subject for subject in common if subject in judged]


def _available(offers: Offers) -> list[wire.PathOffer]:
    return [offer for offer in offers if not offer.missing]
