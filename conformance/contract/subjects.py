"""The subjects of clauses: paths and cells, pairs of paths, malformations."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence

from conformance.adapter import wire
from conformance.cases.malformations import state_malformations
from conformance.cases.state_forms import Path, has_sequence
from conformance.contract.clause import Subject, Subjects

SEQUENCE_APIS = ("dynamic_rnn", "RNN", "layer")
COMMON_APIS = (*SEQUENCE_APIS, "cell")  # the other APIs have their own clauses


def paths_and_cells(
    apis: Sequence[str] = COMMON_APIS,
    generations: Sequence[str] | None = None,
    cells: Sequence[str] | None = None,
) -> Subjects:
    """Return each path of these APIs and generations with each of these cells."""

    def subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
        return [
            Subject(offer.name, cell)
            for offer in _offers_of(offers, apis)
            if (generations is None or Path.parse(offer.name).generation in generations)
            for cell in offer.cells
            if cells is None or cell in cells
        ]

    return subjects


def union(*parts: Subjects) -> Subjects:
    """Return the subjects of all parts."""

    def subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
        return [subject for part in parts for subject in part(offers)]

    return subjects


def relatives(name: str, *paths: str) -> Subjects:
    """Return those of the named paths that have these relatives of the usual cells."""

    def subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
        return [
            Subject(offer.name, name)
            for offer in offers
            if offer.name in paths and name not in offer.lacks
        ]

    return subjects


def _offers_of(offers: Sequence[wire.PathOffer], apis: Sequence[str]) -> list[wire.PathOffer]:
    return [offer for offer in offers if Path.parse(offer.name).api in apis]


def with_sequences(offers: Sequence[wire.PathOffer]) -> list[Subject]:
    """Return every path with each cell that has a list or tuple as its state there."""
    return [
        subject for subject in paths_and_cells()(offers) if has_sequence(subject.path, subject.cell)
    ]


def reloading_paths(way: str, cells_by_path: Mapping[str, Sequence[str]] | None = None) -> Subjects:
    """Return every path that offers a way of reloading, with its cells.

    `cells_by_path` limits the cells, by the name of a path or of its API.
    """

    def is_chosen(path: str, cell: str) -> bool:
        if cells_by_path is None:
            return True
        return cell in cells_by_path.get(path, cells_by_path.get(Path.parse(path).api, ()))

    def subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
        return [
            Subject(offer.name, cell)
            for offer in offers
            if way in offer.reloads
            for cell in offer.cells
            if is_chosen(offer.name, cell)
        ]

    return subjects


def reloading_pairs(
    generation: str,
    way: str,
    cells_by_path: Mapping[str, Sequence[str]] | None = None,
    loop: str | None = None,
) -> Subjects:
    """Return the subjects of `reloading_paths`, each with the path that it is reloaded from.

    That path is of another generation. Its API is the same, or `loop` where cells are run over
    steps.
    """

    def subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
        return [
            Subject(here.path, here.cell, other=f"{_api(here, loop)}/{generation}")
            for here in reloading_paths(way, cells_by_path)(offers)
        ]

    return subjects


def _api(subject: Subject, loop: str | None) -> str:
    api = Path.parse(subject.path).api
    return api if loop is None or api == "cell" else loop


def pairs(offers: Sequence[wire.PathOffer]) -> list[Subject]:
    """Return every two paths of the common APIs with each cell that both offer."""
    return [
        Subject(one.name, cell, other=two.name)
        for one, two in itertools.combinations(_offers_of(offers, COMMON_APIS), 2)
        for cell in one.cells
        if cell in two.cells
    ]


def ordered_pairs(offers: Sequence[wire.PathOffer]) -> list[Subject]:
    """Return every path with every other path after it, for sequences, with each common cell."""
    return [
        Subject(one.name, cell, other=two.name)
        for one, two in itertools.permutations(_offers_of(offers, SEQUENCE_APIS), 2)
        for cell in one.cells
        if cell in two.cells
    ]


def malformations(offers: Sequence[wire.PathOffer]) -> list[Subject]:
    """Return each path and cell with each malformation that its state can have."""
    return [
        dataclasses.replace(subject, malformation=name)
        for subject in paths_and_cells()(offers)
        for name in state_malformations.state_malformation_names(subject.path, subject.cell)
    ]


def argument_malformations(argument: str, chosen: Subjects) -> Subjects:
    """Return the chosen subjects with each malformation of a sequence_length or of a mask."""

    def subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
        return [
            dataclasses.replace(subject, malformation=name)
            for subject in chosen(offers)
            for name in state_malformations.argument_malformation_names(argument)
        ]

    return subjects
