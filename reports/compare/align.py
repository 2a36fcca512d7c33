"""Pairs of verdicts of two runs that have the same subject; their order does not matter.

The subject of a verdict is a clause on a path with a cell and a malformation. Verdicts with one
subject differ by their modes. A verdict over several modes that agree stands for each of them. So
it can be paired with verdicts of single modes, where these disagree in the other run. Older runs
did not record `modes`. A verdict over several modes of such a run is taken to be over all modes
that the other run has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.results.verdict import Verdict

_KERAS_2, _KERAS_3 = "keras2", "keras3"

_Subject = tuple[str, str, str | None, str | None]


@dataclass(frozen=True)
class Pair:
    """The verdicts of two runs with the same subject; None where a run has none.

    `modes` are the modes that the pair is about; there are none if neither run has recorded them.
    """

    old: Verdict | None
    new: Verdict | None
    modes: tuple[str, ...]


def is_crossing(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Return True if `tf.keras` is Keras 2 in the old environment and Keras 3 in the new one.

    If tf-keras is installed, `tf.keras` is Keras 2. Keras 3 is then compared with Keras 3.
    """
    return _generations(old) == {_KERAS_2} and _generations(new) == {_KERAS_3}


def _generations(versions: Mapping[str, str]) -> set[str]:
    return {_KERAS_2, _KERAS_3} & set(versions)


def keras3_name(name: str) -> str:
    """Return the name in Keras 3 of a path or class of Keras 2."""
    return name.replace(_KERAS_2, _KERAS_3)


def pair_verdicts(
    old: Iterable[Verdict], new: Iterable[Verdict], crossing: bool = False
) -> Iterator[Pair]:
    """Yield each verdict of both runs with its counterpart; `crossing` pairs Keras 2 with 3."""
    olds, news = _by_subject(old, crossing), _by_subject(new)
    for subject in dict.fromkeys([*olds, *news]):
        yield from _of_subject(olds.get(subject, []), news.get(subject, []))


def _by_subject(
    verdicts: Iterable[Verdict], crossing: bool = False
) -> dict[_Subject, list[Verdict]]:
    found: dict[_Subject, list[Verdict]] = {}
    for verdict in verdicts:
        path = keras3_name(verdict.path) if crossing else verdict.path
        subject = (verdict.clause, path, verdict.cell, verdict.malformation)
        found.setdefault(subject, []).append(verdict)
    return found


def _of_subject(olds: Sequence[Verdict], news: Sequence[Verdict]) -> Iterator[Pair]:
    modes: dict[tuple[int | None, int | None], list[str]] = {}
    for mode in sorted({mode for verdict in [*olds, *news] for mode in _modes(verdict)}):
        modes.setdefault((_place_of_mode(olds, mode), _place_of_mode(news, mode)), []).append(mode)
    met_old, met_new = ({pair[side] for pair in modes} for side in (0, 1))
    left_old = [at for at in range(len(olds)) if at not in met_old]
    left_new = [at for at in range(len(news)) if at not in met_new]
    if len(left_old) == len(left_new) == 1:
        modes[left_old[0], left_new[0]] = []
    else:
        modes.update({(at, None): [] for at in left_old} | {(None, at): [] for at in left_new})
    for (old, new), named in modes.items():
        yield Pair(
            None if old is None else olds[old], None if new is None else news[new], tuple(named)
        )


def _modes(verdict: Verdict) -> tuple[str, ...]:
    return verdict.modes or ((verdict.mode,) if verdict.mode else ())


def _place_of_mode(verdicts: Sequence[Verdict], mode: str) -> int | None:
    """Return the place of the verdict of a mode: one that names it, else one without modes."""
    naming = [at for at, verdict in enumerate(verdicts) if mode in _modes(verdict)]
    silent = [at for at, verdict in enumerate(verdicts) if not _modes(verdict)]
    return next(iter([*naming, *silent]), None)
