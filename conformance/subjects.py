"""What the clauses are judged for: paths and cells, pairs of paths, malformations."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from conformance.adapter import wire
from conformance.contract import Subject, Subjects
from conformance.forms import Path, has_sequence
from strategies import malformed

SEQUENCE_APIS = ("dynamic_rnn", "RNN", "layer")


def each(
    apis: Sequence[str] | None = None,
    generations: Sequence[str] | None = None,
    cells: Sequence[str] | None = None,
) -> Subjects:
    """Every path with each of its cells, or those of some APIs, generations and cells."""

    def subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
        return [
            Subject(offer.name, cell)
            for offer in offers
            if (apis is None or Path.of(offer.name).api in apis)
            and (generations is None or Path.of(offer.name).generation in generations)
            for cell in offer.cells
            if cells is None or cell in cells
        ]

    return subjects


def joined(*several: Subjects) -> Subjects:
    """What one or another gives."""

    def subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
        return [subject for each in several for subject in each(offers)]

    return subjects


def with_sequences(offers: Sequence[wire.PathOffer]) -> list[Subject]:
    """Every path with each cell whose state is written as a list or tuple there."""
    return [subject for subject in each()(offers) if has_sequence(subject.path, subject.cell)]


def pairs(offers: Sequence[wire.PathOffer]) -> list[Subject]:
    """Every two paths with each cell that both offer."""
    return [
        Subject(one.name, cell, other=two.name)
        for one, two in itertools.combinations(offers, 2)
        for cell in one.cells
        if cell in two.cells
    ]


def ordered_pairs(offers: Sequence[wire.PathOffer]) -> list[Subject]:
    """Every path followed by every other, with each cell that both offer, for whole sequences."""
    sequences = [offer for offer in offers if Path.of(offer.name).api in SEQUENCE_APIS]
    return [
        Subject(one.name, cell, other=two.name)
        for one, two in itertools.permutations(sequences, 2)
        for cell in one.cells
        if cell in two.cells
    ]


def malformations(offers: Sequence[wire.PathOffer]) -> list[Subject]:
    """Every path with each of its cells and each malformation that its state can have."""
    return [
        Subject(offer.name, cell, malformation=name)
        for offer in offers
        for cell in offer.cells
        for name in malformed.names(offer.name, cell)
    ]
