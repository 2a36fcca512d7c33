"""The folder of baselines: of each target a compressed run file, and which suite has made it."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from conformance.ledger.load import load_ledger
from conformance.targets import registry
from reports.run_files.run_file import Run, read

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "reports" / "baselines"

_MADE_BY = "made-by.json"
# what decides which cases are judged, and how; how targets and baselines are made does not
_DECIDING = ("conformance/**/*.py", "strategies/*.py")


@dataclass(frozen=True)
class Maker:
    """What a baseline depends on but its target: the profile, and a digest of the suite.

    Of the ledger it depends on the entries that are in force for the target's versions: a baseline
    of one release is not made again for what was learnt about another.
    """

    profile: str
    suite: str

    @classmethod
    def today(cls, profile: str) -> Maker:
        """The suite as it is."""
        digest = hashlib.sha256()
        for path in sorted(path for pattern in _DECIDING for path in ROOT.glob(pattern)):
            digest.update(path.read_bytes())
        return cls(profile, _short(digest))

    def told(self, versions: Mapping[str, str]) -> dict[str, object]:
        """What is written down of a baseline of a target with these versions."""
        digest = hashlib.sha256()
        for entry in load_ledger(versions).entries:
            digest.update(repr(replace(entry, versions=())).encode())
        return {"profile": self.profile, "suite": self.suite, "ledger": _short(digest),
                "versions": dict(versions)}  # fmt: skip


def _short(digest: hashlib._Hash) -> str:
    return digest.hexdigest()[:16]


class Baselines:
    """Baselines by the names of their targets."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    def runs(self) -> Iterator[tuple[str, Run]]:
        """Those that are there, in the order of the targets; raises UnreadableRun."""
        for name in registry.read():
            if self.path(name).exists():
                yield name, read(self.path(name))

    def has(self, name: str, maker: Maker) -> bool:
        """Whether the baseline of a target is there, and by this maker."""
        told = self._made_by().get(name, {})
        versions = told.get("versions")
        return (
            self.path(name).exists() and isinstance(versions, dict) and told == maker.told(versions)
        )

    def keep(self, name: str, run_file: Path, maker: Maker) -> None:
        """Take a run file for the baseline of a target."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # no time in it: the same run is the same file
        self._write(self.path(name), gzip.compress(run_file.read_bytes(), mtime=0))
        made_by = {**self._made_by(), name: maker.told(read(run_file).header.versions)}
        text = json.dumps(dict(sorted(made_by.items())), indent=1) + "\n"
        self._write(self._folder / _MADE_BY, text.encode())

    def size(self) -> int:
        """The bytes of all of them together."""
        return sum(file.stat().st_size for file in self._folder.glob("*.jsonl.gz"))

    def path(self, name: str) -> Path:
        """Where the baseline of a target lies, or would."""
        return self._folder / f"{name}.jsonl.gz"

    def _made_by(self) -> dict[str, dict[str, object]]:
        try:
            found: dict[str, dict[str, object]] = json.loads((self._folder / _MADE_BY).read_bytes())
        except (OSError, ValueError):
            return {}
        return found

    def _write(self, path: Path, content: bytes) -> None:
        """Moved into place, so that an interrupt leaves the old one, or the new one."""
        half = path.with_name(f".{path.name}.partial")
        half.write_bytes(content)
        half.replace(path)
