"""What was measured: one file, the tables that are filled from it, and the report made of it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from course.measured.changes import against, since
from course.measured.journal import Journal
from course.measured.report import page as report
from course.measured.results import RECORDED, Curve, Growth, Results, Row, Study, interval
from course.measured.tables import BLOCK, fill, in_words, ratio_in_words, rewritten
from course.measured.turns import Revision, peak_of

HOUSE = Path(__file__).parents[2]
PAGES = [HOUSE / "README.md", *sorted((HOUSE / "course" / "reference").glob("*.md"))]
# A table may stand on several pages.
BLOCKS = {
    (page.stem, block["name"]): block["inside"]
    for page in PAGES
    for block in BLOCK.finditer(page.read_text(encoding="utf-8"))
}
FACTS = {
    "machine": {"system": "Linux", "processor": "any", "cores": 2, "memory_gb": 24,
                "python_version": "3.11.0"},
    "versions": {"joblib": "1.6.0"},
    "missing": ["nilearn"],
    "quick": False,
    "took": {"full": {}},
}  # fmt: skip


def row(title, theirs, ours, target=None, **more):
    return Row(title, "joblib", tuple(theirs), tuple(ours), target, day="2026-01-02", **more)


def results(*rows, name="faces"):
    return Results({name: list(rows)}, FACTS)


def test_each_mark_that_opens_is_closed_and_names_what_was_recorded():
    marks = [
        mark
        for page in PAGES
        for mark in re.findall(r"<!-- /?measured.*?-->", page.read_text(encoding="utf-8"))
    ]
    assert len(marks) == 2 * len(BLOCKS)
    recorded = Results.read()
    for _, name in BLOCKS:
        assert (HOUSE / "tests" / "benchmarks" / f"test_{name}.py").is_file()
        assert recorded.blocks[name]


@pytest.mark.parametrize("place", BLOCKS, ids="-".join)
def test_each_table_has_as_many_cells_in_each_row_and_says_when_it_was_measured(place):
    *table, empty, note = BLOCKS[place].splitlines()
    header, rule, *rows = (line.strip().strip("|").split("|") for line in table)
    assert rows
    assert set(rule) == {"---"}
    assert {len(row) for row in (rule, *rows)} == {len(header)}
    assert all(row[1].strip() and row[2].strip() and row[3].strip().endswith(" x") for row in rows)
    assert empty == ""
    assert re.fullmatch(
        r"Measured on \d{4}-\d\d-\d\d, on a small shared machine with \d+ cores, one thread\.", note
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_say_what_was_recorded(page):
    text = page.read_text(encoding="utf-8")
    assert rewritten(text, Results.read()) == text  # nox -s benchmarks -- --record fills them


def test_what_was_recorded_is_whole_and_names_no_machine_and_no_folder():
    text = RECORDED.read_text(encoding="utf-8")
    for private in (str(HOUSE), str(Path.home()), "/tmp", "hostname", '"node"'):
        assert private not in text
    recorded = Results.read()
    assert not recorded.facts["quick"]
    files = {file.stem.removeprefix("test_") for file in HOUSE.glob("tests/benchmarks/test_*.py")}
    assert set(recorded.blocks) == files


PAGE = """before
<!-- measured: faces -->
| what | joblib 0.1 | ours | ratio | aimed at |
|---|---|---|---|---|
| old | 1 s | 2 s | 0.5 x | |
<!-- /measured -->
after <!-- a remark -->
<!-- measured: other -->
| what | joblib | ours | ratio |
<!-- /measured -->
"""
NOTE = "Measured on 2026-01-02, on a small shared machine with 2 cores, one thread."


def test_a_table_is_written_anew_below_its_header_and_nothing_else_changes():
    second = Row("b", "ours, alone", (2e-6,), (2e-6,), day="2026-01-01")
    held = results(row("a", [0.3, 0.2, 0.4], [0.02], 10), second)
    page = rewritten(PAGE, held)
    header, rule, *lines = BLOCK.search(page)["inside"].splitlines()
    assert header == "| what | joblib 1.6 | ours | ratio | aimed at |"
    assert rule == "|---|---|---|---|---|"
    assert lines == [
        "| a | 300 ms | 20 ms | 15 x | 10 x |",
        "| b | 2.0 µs (ours, alone) | 2.0 µs | 1.0 x | |",
        "",
        NOTE,
    ]
    assert page.startswith("before\n<!-- measured: faces -->\n|")
    assert page.endswith(PAGE[PAGE.index("<!-- /measured -->") :])
    assert rewritten(page, held) == page


def test_a_table_without_aims_gets_none():
    page = rewritten(PAGE, results(row("a", [12], [1], 10), name="other"))
    assert f"| a | 12 s | 1.0 s | 12 x |\n\n{NOTE}\n<!-- /measured -->\n" in page


def test_a_program_has_a_table_of_its_own():
    study = Study("The whole.", ["run", "ours"], [["cold", "1 s"]], "2026-01-02")
    page = rewritten(PAGE, results(study, name="other"))
    assert "| run | ours |\n|---|---|\n| cold | 1 s |\n" in page


def test_what_is_recorded_finds_its_page(tmp_path):
    (tmp_path / "course" / "reference").mkdir(parents=True)
    readme, page = tmp_path / "README.md", tmp_path / "course" / "reference" / "page.md"
    readme.write_text("no table", encoding="utf-8")
    page.write_text(PAGE, encoding="utf-8")
    assert fill(results(row("a", [1], [1], 1)), tmp_path) == [page]
    *_, note = BLOCK.search(page.read_text(encoding="utf-8"))["inside"].splitlines()
    assert note == NOTE


@pytest.mark.parametrize(
    ("number", "time", "ratio"),
    [
        (1e-6, "1.0 µs", "1e-06 x"),
        (0.00123, "1.2 ms", "0.0012 x"),
        (0.9996, "1.0 s", "1.0 x"),
        (26.44, "26 s", "26 x"),
        (1432, "1,400 s", "1,400 x"),
    ],
)
def test_numbers_are_read_at_a_glance(number, time, ratio):
    assert (in_words(number), ratio_in_words(number)) == (time, ratio)


# -- the file -------------------------------------------------------------------------------------

CURVE = Curve([1, 10, 100], [0.1, 1.0, 10.0], [1e6, 1e6, 2e6])
EVERYTHING = (
    row(
        "a",
        [2.0, 2.1],
        [1.0, 1.1],
        3,
        why="`x` is slow",
        peaks={"ours": 1e6},
        before=(1.0, 1.0),
        after=(1.0, 2.0),
    ),
    Growth(
        "more, samples",
        "joblib",
        CURVE,
        Curve([1, 10, 100], [1.0, 1.0, 1.0]),
        "slow",
        "2026-01-02",
    ),
    Study("The whole.", ["run"], [["cold"]], "2026-01-02"),
)


def test_what_is_written_is_read_again(tmp_path):
    held = results(*EVERYTHING)
    held.write(tmp_path / "result.json")
    assert Results.read(tmp_path / "result.json") == held


def test_a_file_of_another_version_is_read_with_what_it_has(tmp_path):
    file = tmp_path / "result.json"
    results(*EVERYTHING).write(file)
    earlier = json.loads(file.read_text(encoding="utf-8"))
    for one in earlier["benchmarks"]:
        one["extra_info"]["gone"] = "since"
        one["extra_info"].pop("after", None)
    file.write_text(json.dumps(earlier), encoding="utf-8")
    first, *others = Results.read(file).blocks["faces"]
    assert first.after == ()
    assert others == list(EVERYTHING[1:])


def test_pytest_benchmark_reads_the_file_too(tmp_path):
    results(*EVERYTHING).write(tmp_path / "0001_result.json")
    command = [sys.executable, "-m", "pytest_benchmark", "compare", "0001_result.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "more, samples" in done.stdout + done.stderr


@pytest.mark.parametrize("text", ["", "[]", '{"benchmarks": []}'])
def test_another_file_is_refused_with_a_sentence(tmp_path, text):
    (tmp_path / "other.json").write_text(text)
    with pytest.raises(ValueError, match="is no result of these benchmarks"):
        Results.read(tmp_path / "other.json")


def test_newer_files_of_benchmarks_take_the_place_of_older_ones():
    both = results(row("old", [1], [1]), name="a").merged(results(row("new", [1], [1]), name="b"))
    again = both.merged(results(row("newer", [1], [1]), name="a"))
    assert [one.title for one in both.blocks["a"] + both.blocks["b"]] == ["old", "new"]
    assert [one.title for one in again.blocks["a"] + again.blocks["b"]] == ["newer", "new"]


def test_how_long_benchmarks_took_stays_known():
    before, newer = (
        Results({}, {**FACTS, "took": {"full": took}})
        for took in ({"a": 1.0, "b": 2.0}, {"b": 3.0, "c": 4.0})
    )
    assert before.merged(newer).facts["took"]["full"] == {"a": 1.0, "b": 3.0, "c": 4.0}


# -- what is noise --------------------------------------------------------------------------------


def test_the_interval_of_a_ratio_holds_it_as_often_as_it_says():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        theirs, ours = 2 * rng.lognormal(0, 0.1, 15), rng.lognormal(0, 0.1, 15)
        low, high = interval(theirs, ours)
        held += low <= 2 <= high
    assert held > 0.88 * 200


def test_a_run_is_compared_with_an_earlier_one_by_ratios():
    rng = np.random.default_rng(0)
    noise = lambda level: level * rng.lognormal(0, 0.02, 9)  # noqa: E731
    then = results(row("same", noise(2), noise(1)), row("slower", noise(2), noise(1)),
                   row("gone", [1], [1]))  # fmt: skip
    # The machine is half as fast, and the second of ours takes 1.5 times as long on top of that.
    now = results(row("same", noise(4), noise(2)), row("slower", noise(4), noise(3)),
                  row("new", [1], [1]))  # fmt: skip
    same, slower = against(now, then)
    assert not same.beyond_noise
    assert not same.slower_by(0.0)
    assert slower.slower_by(0.2)
    assert not slower.slower_by(0.6)
    assert "SLOWER" in slower.told()
    assert "within noise" in same.told()


def test_of_two_rounds_nothing_is_claimed():
    [change] = since(results(row("a", [1, 1], [1, 1], before=(1.0, 1.0), after=(3.0, 3.0))))
    assert change.ratio == pytest.approx(1 / 3)
    assert not change.slower_by(0.2)
    assert "too few rounds" in change.told()


# -- a long run -----------------------------------------------------------------------------------


def test_an_interrupted_run_goes_on_and_another_one_begins_anew(tmp_path):
    file = tmp_path / "unfinished.jsonl"
    first = Journal(["full"], file)
    first.go_on()
    first.note("test a", 3.0, [("faces", EVERYTHING[0])])
    first.note("test b", 1.0, [])
    with file.open("a") as torn:
        torn.write('{"test": "test c", "took"')  # it was killed here
    again = Journal(["full"], file)
    again.go_on()
    assert again.took == {"test a": 3.0, "test b": 1.0}
    assert again.rows["test a"] == [("faces", EVERYTHING[0])]
    assert again.left(["test c"], {}) == 2.0
    assert again.left(["test c"], {"test a": 1.5, "test c": 10.0}) == 20.0  # half as fast as then
    other = Journal(["quick"], file)
    other.go_on()
    assert not other.took
    other.end()
    assert not file.exists()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells")
def test_memory_is_what_a_process_of_its_own_needed_at_most():
    def work():
        np.ones(10_000_000).sum()  # gone at the end
        return np.ones(1_000_000)

    assert 78e6 < peak_of(work) < 100e6
    assert peak_of(lambda: None) < 5e6
    kept = np.ones(20_000_000)
    assert peak_of(lambda: kept.sum()) < 5e6  # it was there already
    assert peak_of(lambda: os._exit(1)) is None


# -- the report -----------------------------------------------------------------------------------


def test_the_report_shows_losses_first_with_their_reason_and_asks_no_other_host():
    held = results(
        row("fast", [9.0, 9.1], [1.0, 1.1], 3),
        row("slow", [1.0, 1.1], [2.0, 2.1], 1, why="because of `it`"),
        row("not yet", [2.0, 2.1], [1.0, 1.1], 3),
        *EVERYTHING[1:],
    )
    page = report(held)
    places = [
        "Where ours is slower", "slow", "because of <code>it</code>", "Faster, but less", "not yet",
        "As fast as we aim at", "fast", "How time grows", "more, samples", "The whole.", "cold",
        "Not installed: nilearn", "nox -s benchmarks",
    ]  # fmt: skip
    found = [page.index(f">{place}" if place in ("slow", "fast") else place) for place in places]
    assert found == sorted(found)
    assert "://" not in page
    assert page.count("<svg") == 3 + 1
    assert "n<sup>1.0</sup>" in page


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ([0.05, 0.5, 5.0], "Ours is faster: <b>2.0 x at 100</b>."),
        ([1.0, 1.0, 1.0, 1.0], "Ours is faster from 10 on: <b>10 x at 100</b>."),
        ([0.05, 5.0, 5.0], "Ours is faster from 100 on: <b>2.0 x at 100</b>."),
        (
            [0.05, 0.5, 20.0],
            'Ours is slower: <b>0.5 x at 100</b>; <span class="why">a reason</span>.',
        ),
    ],
)
def test_a_growth_says_from_what_size_on_ours_is_faster_or_why_it_is_not(seconds, said):
    ours = Curve([1, 10, 100, 1000][: len(seconds)], seconds)  # the peer has met three
    grown = Growth("more, samples", "joblib", CURVE, ours, why="a reason")
    assert said in report(results(EVERYTHING[0], grown))


def test_the_whole_file_becomes_a_report():
    assert len(json.loads(RECORDED.read_text(encoding="utf-8"))["benchmarks"]) > 50
    assert "://" not in report(Results.read())


# -- the command ----------------------------------------------------------------------------------


def measured(*options):
    """Run one small benchmark as nox does, from a journal of its own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += ["tests/benchmarks/test_preprocessing.py", "-k", "f_of_pixels", "--quick", *options]
    # Benchmarks run once only where they think that other tests run beside them.
    clean = {name: of for name, of in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    return subprocess.run(command, cwd=HOUSE, env=clean, capture_output=True, text=True)


def test_pages_are_filled_by_a_command_and_say_so_when_they_change():
    command = [sys.executable, "-m", "course.measured"]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")  # they are filled


@pytest.fixture
def results_aside(tmp_path):
    """Leave what a real run has built where it was."""
    built, journal = HOUSE / "build" / "benchmarks", HOUSE / ".benchmarks"
    kept = [(place, tmp_path / place.name) for place in (built, journal) if place.exists()]
    for place, aside in kept:
        place.rename(aside)
    yield built
    for place in (built, journal):
        shutil.rmtree(place, ignore_errors=True)
    for place, aside in kept:
        aside.rename(place)


@pytest.mark.skipif(not (HOUSE / ".git").exists(), reason="no git in an unpacked archive")
def test_a_run_is_measured_and_compared_with_an_earlier_one_and_another_revision(
    results_aside, tmp_path
):
    first = measured()
    assert first.returncode == 0, first.stdout
    assert "[1 of 1, less than a minute left]" in first.stdout  # as the recorded run knows
    earlier = tmp_path / "earlier.json"
    shutil.copy(results_aside / "result.json", earlier)
    assert "f_classif" in (results_aside / "report.html").read_text(encoding="utf-8")
    second = measured("--against", str(earlier), "--rev", "HEAD", "--fail-on", "900%")
    assert second.returncode == 0, second.stdout
    said = second.stdout.partition("how many times as fast as before")[2]
    assert said.count("`f_classif` of 1,000 faces") >= 2  # than earlier, and than the revision
    [(_, one)] = Results.read(results_aside / "result.json").rows()
    assert len(one.ours) == len(one.theirs) == len(one.before) == len(one.after) >= 2
    assert one.peaks["ours"] > 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_another_revision_ends_while_workers_hold_what_it_is_asked_through():
    test = "tests/benchmarks/test_preprocessing.py::test_f_of_pixels"
    other = Revision(test, [], ["--quick"])
    worker = os.fork()
    if not worker:
        signal.pause()
    try:
        assert other.ready
        assert other.round() > 0
        closing = threading.Thread(target=other.close)
        closing.start()
        closing.join(60)
        assert not closing.is_alive()
    finally:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        (["--rev", "nosuch"], "--rev nosuch: fatal: not a valid object name"),
        (["--against", "nosuch.json"], "nosuch.json: No such file"),
        (["--fail-on", "20%"], "--fail-on wants something to compare with"),
        (["--record"], "--record wants the full sizes"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_measured(options, answer):
    said = measured(*options)
    assert said.returncode == pytest.ExitCode.USAGE_ERROR
    assert answer in said.stderr
    assert "Traceback" not in said.stderr
