"""The pages of the reports in a real browser: three real runs, and a malicious one."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.results.verdict import KNOWN, NEW, Verdict
from reports import __main__ as command_line
from reports.html import matrix_page, page
from reports.run_files.run_file import Run
from tests import browser
from tests.reports.test_show import HEADER, a_verdict, write_run
from tests.support import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# quick runs of TensorFlow 2.0, 2.15 and 2.21
RUNS = sorted((ROOT / "tests" / "data" / "runs").glob("*.jsonl.gz"))
HARM = "</script><img src=x onerror='window.harmed=1'><script>window.harmed=1</script>{{ 7*7 }}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.launch() as started:
        yield started


@pytest.fixture(scope="module")
def matrix_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pages") / "matrix.html"
    assert command_line.main(["matrix", *map(str, RUNS), "--html", str(made)]) == 0
    return made


@pytest.fixture(scope="module")
def compare_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pages") / "compare.html"
    assert command_line.main(["compare", *map(str, RUNS[1:]), "--html", str(made)]) == 2
    return made


class Visit:
    """A page that was opened from disk, and the errors in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.on("console", lambda message: self.wrong.append(message.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self._refuse_network(request.url))

    def _refuse_network(self, address: str) -> None:
        if not address.startswith(("file:", "data:", "blob:")):
            self.wrong.append(f"asked for {address}")

    def open(self, made: Path, at: str = "") -> Page:
        self.page.goto(f"{made.as_uri()}{at}")
        # the page forbids the scripts of wait_for_function
        self.page.locator("#count", has_text="of").wait_for()
        return self.page


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    context = chromium.new_context(viewport=browser.DESKTOP)
    visited = Visit(context.new_page())
    yield visited
    context.close()
    assert visited.wrong == []


def rows_of(page: Page) -> int:
    return int(page.inner_text("#count").split()[0])


def test_three_real_runs_open_from_disk(matrix_file: Path, visit: Visit) -> None:
    page = visit.open(matrix_file)
    assert page.locator("table.matrix").count() == 4
    assert page.locator("table.matrix").first.locator("thead th").all_inner_texts()[1:] == [
        "2.0.4\nKeras 2.2.4-tf",
        "2.15.1\nKeras 2.15.0",
        "2.21.0\nKeras 3.15.1, 2.21.0",
    ]
    assert page.locator("figure svg").count() >= 2
    assert matrix_file.stat().st_size < 5_000_000


def test_filters_narrow_what_is_shown(matrix_file: Path, visit: Visit) -> None:
    page = visit.open(matrix_file)
    everything = rows_of(page)
    page.select_option("#path", "RNN/keras2")
    of_path = rows_of(page)
    page.select_option("#cell", "GRU")
    of_cell = rows_of(page)
    assert everything > of_path > of_cell > 0
    page.check("#differences")
    differing = rows_of(page)
    assert of_cell > differing > 0
    page.uncheck(".release[value='0']")
    page.uncheck(".release[value='1']")
    assert page.inner_text("#tables") == "No row fits this search."
    page.click("#reset")
    assert rows_of(page) == everything
    assert page.input_value("#path") == ""


def test_a_pasted_error_finds_its_clause(matrix_file: Path, visit: Visit) -> None:
    page = visit.open(matrix_file)
    page.fill(
        "#query",
        "ValueError: An `initial_state` was passed that is not compatible with `cell.state_size`."
        " Received `state_spec`=ListWrapper([InputSpec(shape=(32, 9), ndim=2)]); however"
        " `cell.state_size` is [7, 7]",
    )
    page.wait_for_selector("#errors li")
    assert "cell.state_size" in page.inner_text("#errors li >> nth=0")
    assert 0 < rows_of(page) < 200
    page.click("#errors button >> nth=0")
    assert page.locator("dialog[open]").count() == 1


def test_a_word_finds_what_is_about_it(matrix_file: Path, visit: Visit) -> None:
    page = visit.open(matrix_file)
    page.fill("#query", "batch_one")
    page.locator("tr.group").first.locator("strong", has_text="batch_one").wait_for()
    assert page.locator("tr.group strong").all_inner_texts() == ["batch_one"]


def test_any_cell_can_be_linked_to(matrix_file: Path, visit: Visit) -> None:
    page = visit.open(matrix_file)
    page.select_option("#path", "RNN/keras2")
    page.select_option("#cell", "GRU")
    page.locator("button.cell.deviates").first.click()
    title, address = page.inner_text("#detail-title"), page.url
    assert "#path=RNN%2Fkeras2&cell=GRU&open=" in address
    page.keyboard.press("Escape")
    page.wait_for_url("**#path=RNN%2Fkeras2&cell=GRU")
    assert page.locator("dialog[open]").count() == 0
    page.goto("about:blank")
    again = visit.open(matrix_file, address[address.index("#") :])
    again.wait_for_selector("dialog[open]")
    assert again.inner_text("#detail-title") == title
    assert again.input_value("#cell") == "GRU"


def test_a_cell_opens_to_case_observation_script_and_reason(
    matrix_file: Path, visit: Visit
) -> None:
    page = visit.open(matrix_file, "#open=form~RT-12~layer/keras2~GRU~NumPy%20arrays@2.21.0")
    page.wait_for_selector("dialog[open]")
    text = page.inner_text("dialog")
    for words in ("Minimal case", "Observation", "Script", "Upstream", "pytest conformance"):
        assert words in text
    assert page.locator("dialog pre").first.inner_text().startswith('"""RT-12 on layer/keras2')
    assert page.locator("dialog a").first.get_attribute("href", timeout=1000) is not None


def test_all_can_be_done_with_the_keyboard(matrix_file: Path, visit: Visit) -> None:
    page = visit.open(matrix_file)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "query"
    page.locator("tr.group button").first.press("Enter")
    assert page.locator("tr.group button").first.get_attribute("aria-expanded") == "true"
    page.locator("tr.row button").first.focus()
    before = page.evaluate("document.activeElement.dataset.cell")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.cell") != before
    page.keyboard.press("Enter")
    assert page.locator("dialog[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("document.activeElement.className").startswith("cell")


def test_a_comparison_is_filtered_searched_and_linked_to(compare_file: Path, visit: Visit) -> None:
    page = visit.open(compare_file)
    everything = rows_of(page)
    page.select_option("#path", "RNN/keras2")
    assert 0 < rows_of(page) < everything
    page.locator("details.change:not([hidden]) summary").first.click()
    assert "open=" in page.url
    page.reload()
    page.wait_for_selector("details.change[open]")
    page.fill("#query", "no such word anywhere")
    assert rows_of(page) == 0


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(browser.DESKTOP, "light"), (browser.PHONE, "dark")],
    ids=["desktop-light", "phone-dark"],
)
@pytest.mark.parametrize("kind", ["matrix", "cell", "compare"])
def test_everybody_can_use_it(
    kind: str,
    size: Any,
    scheme: Any,
    chromium: Browser,
    matrix_file: Path,
    compare_file: Path,
) -> None:
    """Check that axe-core finds nothing serious and nothing is wider than the screen."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
    context = chromium.new_context(viewport=size, color_scheme=scheme)
    visited = Visit(context.new_page())
    if kind == "compare":
        page = visited.open(compare_file)
        page.locator("details.change summary").first.click()
    else:
        page = visited.open(matrix_file, "#path=RNN/keras2&cell=GRU")
        if kind == "cell":
            page.locator("button.cell.deviates").first.click()
    found = axe().run(page).response["violations"]
    serious = [
        (rule["id"], [node["html"][:200] for node in rule["nodes"]])
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    context.close()
    assert serious == []
    assert wide <= 0
    assert visited.wrong == []


def test_dark_and_light_can_be_chosen(matrix_file: Path, visit: Visit) -> None:
    page = visit.open(matrix_file)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light


# A malicious run.


def harmful(clause: str = "AG-01", **changes: Any) -> Verdict:
    seen = {"error": {"class": HARM, "message": HARM, "raised_in": HARM, "stage": "call"}}
    plain = {
        "cell": HARM,
        "case": {"path": HARM, "mode": HARM, HARM: HARM},
        "observation": seen,
        "family": HARM,
        "statement": HARM,
        "sentence": HARM,
        "replay": HARM,
        "ledger": ("entry",),
        "malformation": HARM,
        "structures": (HARM,),
        "refusals": (HARM,),
        "ulps": {HARM: 3.0},
    }
    return a_verdict(clause, HARM, **{"verdict": NEW, **plain, **changes})


def harmful_run(release: str) -> Run:
    header = dataclasses.replace(
        HEADER,
        versions={"tensorflow": f"{release}{HARM}$x_", "keras3": HARM},
        target=HARM,
        started=HARM,
        options={"profile": HARM, HARM: HARM},
        ledger={"entry": {"why": HARM, "thread": "javascript:window.harmed=1"}},
        defaults={HARM: {HARM: release}},
    )
    other = harmful(clause=HARM, verdict=KNOWN, malformation=None, cell=None)
    return Run(header, (harmful(), other), None, (HARM,))


@pytest.mark.parametrize("command", ["matrix", "compare"])
def test_what_is_in_a_run_file_is_never_executed(
    command: str, tmp_path: Path, visit: Visit
) -> None:
    files = [tmp_path / f"{release}.jsonl" for release in ("1", "2")]
    for run_file in files:
        run = harmful_run(run_file.stem)
        write_run(run_file, run.verdicts, header=run.header)
    made = tmp_path / "page.html"
    command_line.main([command, *map(str, files), "--html", str(made)])
    page = visit.open(made)
    for opener in page.locator("details summary, [aria-expanded=false]").all():
        opener.click()
    if command == "matrix":
        page.locator("button.cell").first.click()
        assert "javascript:window.harmed=1" in page.inner_text("dialog")
        assert page.locator("dialog a").count() == 0
        page.keyboard.press("Escape")
        page.fill("#query", HARM)
        page.wait_for_selector("#errors li")
    assert page.evaluate("window.harmed") is None
    assert page.locator("img").count() == 0
    assert "{{ 7*7 }}" in page.inner_text("body")


def test_a_page_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(page, "LARGEST", 1000)
    run_file = tmp_path / "run.jsonl"
    write_run(run_file, (a_verdict("AG-01", "RNN/keras3"),))
    asked = ["matrix", str(run_file), "--html", str(tmp_path / "page.html")]
    assert command_line.main(asked) == 2
    assert "bytes, but may have 1000: name fewer runs" in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()


def test_two_runs_of_one_release_have_names_of_their_own() -> None:
    runs = [Run(HEADER, (a_verdict("AG-01", "RNN/keras3"),), None, ()) for _ in "ab"]
    html = matrix_page.matrix_html(runs, ["a.jsonl", "b.jsonl"])
    assert "2.21.0 (2)" in html
    assert "<code>b.jsonl</code>" in html


@pytest.mark.parametrize(
    ("target", "label"),
    [
        ("tf2.21-keras3.3", "2.21.0-keras3.3"),
        ("tf2.21", "2.21.0"),
        ("tf2.22rc0-keras2", "2.21.0-keras2"),
        ("/opt/tf2.21-x/bin/python", "2.21.0"),
    ],
)
def test_a_variant_of_a_target_is_named(target: str, label: str) -> None:
    header = dataclasses.replace(HEADER, target=target)
    run = Run(header, (a_verdict("AG-01", "RNN/keras3"),), None, ())
    assert f"checked> {label}</label>" in matrix_page.matrix_html([run], ["a.jsonl"])


def test_the_page_says_where_plots_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    run = Run(HEADER, (a_verdict("AG-01", "RNN/keras3", ulps={"float32": 2.0}),), None, ())
    html = matrix_page.matrix_html([run], [json.dumps("run")])
    assert "they need matplotlib" in html
    assert "<td>2</td>" in html
