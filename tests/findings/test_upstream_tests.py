"""docs/findings/upstream/: each test fails on the libraries, and passes with the patches."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tests import support
from tests.faults.planting import Change, planting_variables
from tests.findings import findings_page as page
from tests.findings.scripts import run_scripts

FOLDER = support.ROOT / "docs" / "findings" / "upstream"
TESTS = sorted(FOLDER.rglob("*_test.py"))
PATCHES = sorted(FOLDER.rglob("*.diff"))


def module_of(path: str) -> str:
    """Return the module of the wheel for a path of a repository."""
    # tf-keras' build puts its packages below `src`, and rewrites the imports
    return path.replace("tf_keras/", "tf_keras/src/", 1).removesuffix(".py").replace("/", ".")


def changes(patch: str) -> list[Change]:
    """Return what a patch in the unified format does to the modules, one change for each hunk."""
    found = []
    for file in re.split(r"^--- a/", patch, flags=re.MULTILINE)[1:]:
        path, *hunks = re.split(r"^@@ .*\n", file, flags=re.MULTILINE)
        for hunk in hunks:
            lines = hunk.splitlines(keepends=True)
            old = "".join(line[1:] for line in lines if not line.startswith("+"))
            new = "".join(line[1:] for line in lines if not line.startswith("-"))
            found.append(Change(module_of(path.split("\n")[0]), old, new))
    return found


def all_changes() -> list[Change]:
    return [change for patch in PATCHES for change in changes(patch.read_text(encoding="utf-8"))]


def outcomes(patched: list[Change]) -> dict[str, str]:
    """Run the tests with the patches in place; return the outcome of each."""
    options = ["-c", os.devnull, "--rootdir", str(FOLDER), "--noconftest", "-rA", "--tb=no"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, *map(str, TESTS)],
        env={
            **os.environ,
            **planting_variables(patched),
            "TF_USE_LEGACY_KERAS": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        },
        cwd=FOLDER,
        capture_output=True,
        text=True,
    )
    seen = re.findall(r"^(PASSED|FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return {name: outcome for outcome, name in seen}


def test_each_test_fails_on_the_libraries_and_passes_with_the_patches() -> None:
    without = outcomes([])
    assert {name.split("::")[0].split("/")[-1] for name in without} == {test.name for test in TESTS}
    assert set(without.values()) == {"FAILED"}, without
    assert outcomes(all_changes()) == dict.fromkeys(without, "PASSED")


def test_each_test_has_its_patch() -> None:
    assert [test.with_name(test.name.replace("_test.py", ".diff")) for test in TESTS] == PATCHES


def test_with_the_patches_the_scripts_of_what_would_be_taken_print_what_they_should() -> None:
    ran = run_scripts(patched=planting_variables(all_changes()))
    wanted = page.wanted_output()
    mended = {int(script[:2]) for script in wanted if ran[script].printed == wanted[script]}
    # "for layers": the patch does not mend the lines of cells that are called by themselves
    others = ("yes, for layers", "as documentation", "no")
    assert mended == {row.number for row in page.table() if row.taken not in others}


def test_the_page_names_each_patch_and_each_test() -> None:
    linked = re.findall(r"\(findings/upstream/([^)]+)\)", page.DOCUMENT)
    assert sorted(linked) == sorted(str(path.relative_to(FOLDER)) for path in [*TESTS, *PATCHES])
