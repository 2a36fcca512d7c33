"""What the clauses are judged for: paths and cells, pairs of paths, malformations."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence

from conformance.adapter import wire
from conformance.cases.malformations import state_malformations
from conformance.cases.state_forms import Path, has_sequence
from conformance.contract.clause import Subject, Subjects

SEQUENCE_APIS = ("dynamic_rnn", "RNN", "layer")
COMMON_APIS = (*SEQUENCE_APIS, "cell")  # the others are judged by clauses of their own


def paths_and_cells(
    apis: Sequence[str] = COMMON_APIS,
    generations: Sequence[str] | None = None,
    cells: Sequence[str] | None = None,
) -> Subjects:
    """The paths of the common APIs with each cell, or those of some APIs, generations and cells."""

    def subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
        return [
            Subject(offer.name, cell)
            for offer in _offers_of(offers, apis)
            if (generations is None or Path.of(offer.name).generation in generations)
            for cell in offer.cells
            if cells is None or cell in cells
        ]

    return subjects


def union(*several: Subjects) -> Subjects:
    """What one or another gives."""

    def subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
        return [subject for each in several for subject in each(offers)]

    return subjects


def relatives(name: str, *paths: str) -> Subjects:
    """The paths, of those named, that have some relatives of the usual cells."""

    def subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
        return [
            Subject(offer.name, name)
            for offer in offers
            if offer.name in paths and name not in offer.lacks
        ]

    return subjects


def _offers_of(offers: Sequence[wire.PathOffer], apis: Sequence[str]) -> list[wire.PathOffer]:
    return [offer for offer in offers if Path.of(offer.name).api in apis]


def with_sequences(offers: Sequence[wire.PathOffer]) -> list[Subject]:
    """Every path with each cell whose state is written as a list or tuple there."""
    return [
        subject for subject in paths_and_cells()(offers) if has_sequence(subject.path, subject.cell)
    ]


def reloading(way: str, kinds: Mapping[str, Sequence[str]] | None = None) -> Subjects:
    """Every path that offers a way of reloading, with its cells, or those named for it.

    They are named by the path or by its API.
    """

    def wanted(path: str, cell: str) -> bool:
        if kinds is None:
            return True
        return cell in kinds.get(path, kinds.get(Path.of(path).api, ()))

    def subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
        return [
            Subject(offer.name, cell)
            for offer in offers
            if way in offer.reloads
            for cell in offer.cells
            if wanted(offer.name, cell)
        ]

    return subjects


def reloading_from(
    generation: str,
    way: str,
    kinds: Mapping[str, Sequence[str]] | None = None,
    loop: str | None = None,
) -> Subjects:
    """As `reloading`, each with the path of another generation that it is reloaded from.

    That is one of the same API, or of the named one where cells are run over steps.
    """

    def subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
        return [
            Subject(here.path, here.cell, other=f"{_api(here, loop)}/{generation}")
            for here in reloading(way, kinds)(offers)
        ]

    return subjects


def _api(subject: Subject, loop: str | None) -> str:
    api = Path.of(subject.path).api
    return api if loop is None or api == "cell" else loop


def pairs(offers: Sequence[wire.PathOffer]) -> list[Subject]:
    """Every two paths of the common APIs with each cell that both offer."""
    return [
        Subject(one.name, cell, other=two.name)
        for one, two in itertools.combinations(_offers_of(offers, COMMON_APIS), 2)
        for cell in one.cells
        if cell in two.cells
    ]


def ordered_pairs(offers: Sequence[wire.PathOffer]) -> list[Subject]:
    """Every path followed by every other, with each cell that both offer, for whole sequences."""
    return [
        Subject(one.name, cell, other=two.name)
        for one, two in itertools.permutations(_offers_of(offers, SEQUENCE_APIS), 2)
        for cell in one.cells
        if cell in two.cells
    ]


def malformations(offers: Sequence[wire.PathOffer]) -> list[Subject]:
    """Each subject with each malformation that its state can have."""
    return [
        dataclasses.replace(subject, malformation=name)
        for subject in paths_and_cells()(offers)
        for name in state_malformations.state_malformation_names(subject.path, subject.cell)
    ]


def misfits(argument: str, those: Subjects) -> Subjects:
    """Some subjects with each malformation that a sequence_length or a mask can have."""

    def subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
        return [
            dataclasses.replace(subject, malformation=name)
            for subject in those(offers)
            for name in state_malformations.argument_malformation_names(argument)
        ]

    return subjects
