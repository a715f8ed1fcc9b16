"""What a benchmark needs: ours and the peer's in turn, results compared first, ratios at the end.

A row calls ``against(ours, theirs, peer=...)``. Both run once, and what they gave must be equal;
then their rounds alternate, so that a machine that slows down slows both. pytest-benchmark runs
ours, with the peer in its setup. What is measured in another process tells its seconds itself.

The options are told by ``python -m nox -s benchmarks -- --help``; CONTRIBUTING.md shows them.
What is measured is written into ``build/benchmarks``: one JSON file, and a report as a page.
"""

import ast
import datetime
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiguille.datasets import make_faces

from course import data
from course.measured.changes import Change, since
from course.measured.changes import against as compared
from course.measured.journal import Journal
from course.measured.report import write_report
from course.measured.results import RECORDED, Curve, Growth, Results, Row, Study, Table, machine
from course.measured.tables import fill, in_words, ratio_in_words, told
from course.measured.turns import (
    Revision,
    UnknownRevisionError,
    peak_of,
    serve,
    timed,
    unpacked,
)

BUILT = Path(__file__).resolve().parents[2] / "build" / "benchmarks"
RUN = pytest.StashKey["Run"]()
QUICKER = 4  # than a full run a quick look is, more or less
LONG = 2.0  # seconds of both: a quick look leaves out their memory
collect_ignore = ["studies"]  # programs, which are run and not imported


class Run:
    """One run of benchmarks: how it is to be done, and what it has measured."""

    def __init__(self, config: pytest.Config):
        option = config.getoption
        self.quick, self.serving = option("--quick"), option("--serve")
        self.earlier = Results.read(Path(option("--against"))) if option("--against") else None
        self.fail_on = share_of(option("--fail-on")) if option("--fail-on") else None
        self.sources: list[str] = []
        self.unpacked = tempfile.TemporaryDirectory(prefix="revision-")
        if option("--rev"):
            self.sources = unpacked(option("--rev"), Path(self.unpacked.name))
        self.journal = Journal([str(self.quick), str(option("--rev"))])
        self.tests: list[str] = []
        self.parts: set[str] = set()  # files of which only some tests were asked for
        self.rows: dict[str, list[tuple[str, Table]]] = {}
        self.today = datetime.date.today().isoformat()
        self.known = {} if self.serving else known_times("quick" if self.quick else "full")

    def add(self, item: pytest.Item, row: Table) -> None:
        """Take what a benchmark has measured."""
        self.rows.setdefault(item.nodeid, []).append((block_of(item), row))

    @property
    def results(self) -> Results:
        """What was measured, by files, in the order of the benchmarks."""
        blocks: dict[str, list[Table]] = {}
        for test in self.tests:
            for block, row in self.journal.rows.get(test, []):
                blocks.setdefault(block, []).append(row)
        took = {"quick" if self.quick else "full": dict(self.journal.took)}
        return Results(blocks, {**machine(), "quick": self.quick, "took": took})


def known_times(kind: str) -> dict[str, float]:
    """Say how long each benchmark took, here or where the recorded run was made.

    A first quick look knows the times of full runs alone, and takes some share of them.
    """
    files = [file for file in (RECORDED, BUILT / "result.json") if file.is_file()]
    took = [Results.read(file).facts.get("took", {}) for file in files]
    alike: dict[str, float] = {}
    for one in took:
        alike |= one.get(kind, {})
    full = {name: time for one in took for name, time in one.get("full", {}).items()}
    return alike or {name: time / QUICKER for name, time in full.items()}


def share_of(text: str) -> float:
    """Read a share such as 20%."""
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise pytest.UsageError(f"--fail-on {text}: give a share, as 20%") from None


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("benchmarks of needle and haystack")

    def option(name: str, help: str, **more: Any) -> None:
        group.addoption(name, help=help, **more)

    option("--quick", "smaller sizes and fewer rounds, five minutes in all", action="store_true")
    option("--record", "keep what is measured, and fill the pages from it", action="store_true")
    option("--fresh", "begin anew, also where a run was interrupted", action="store_true")
    option("--against", "compare with an earlier result", metavar="FILE")
    option("--rev", "measure another revision of ours in the same turns", metavar="REV")
    option("--fail-on", "fail where ours is slower by this much beyond noise", metavar="20%")
    option("--serve", "for the process of --rev", metavar="FILES")


def pytest_configure(config: pytest.Config) -> None:
    option = config.getoption
    if option("--record") and option("--quick"):
        raise pytest.UsageError("--record wants the full sizes; leave --quick out")
    if option("--fail-on") and not (option("--against") or option("--rev")):
        raise pytest.UsageError("--fail-on wants something to compare with: --against or --rev")
    # A benchmark that was interrupted has not come to its rounds: that is no mistake.
    ignored = "ignore::pytest_benchmark.logger.PytestBenchmarkWarning"
    config.addinivalue_line("filterwarnings", ignored)
    try:
        config.stash[RUN] = Run(config)
    except OSError as error:
        raise pytest.UsageError(f"{error.filename}: {error.strerror}") from None
    except (ValueError, UnknownRevisionError) as error:
        raise pytest.UsageError(str(error)) from None


def pytest_unconfigure(config: pytest.Config) -> None:
    if RUN in config.stash:
        config.stash[RUN].unpacked.cleanup()


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        item.config.stash[RUN].parts.add(block_of(item))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what an interrupted run has measured already."""
    run = config.stash[RUN]
    run.tests = [item.nodeid for item in items]
    if run.serving or config.option.collectonly:
        return
    if config.getoption("--fresh"):
        run.journal.begin()
    run.journal.go_on()
    items[:] = [item for item in items if item.nodeid not in run.journal.took]


def pytest_report_collectionfinish(config: pytest.Config) -> str:
    run = config.stash[RUN]
    done = len(set(run.tests) & set(run.journal.took))
    return f"{done} of {len(run.tests)} were measured before; --fresh begins anew" if done else ""


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """A line for each benchmark tells more than a dot."""
    return ("passed", "", "") if report.when == "call" and report.passed else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Say which benchmark runs, and how long all that are left will take."""
    run = item.config.stash[RUN]
    if not run.serving:
        left = [test for test in run.tests if test not in run.journal.took]
        seconds = run.journal.left(left, run.known)
        when = "" if seconds is None else f", {in_minutes(seconds)} left"
        reporter = item.config.pluginmanager.get_plugin("terminalreporter")
        place = len(run.tests) - len(left) + 1
        reporter.write_line(f"[{place} of {len(run.tests)}{when}] {item.name}")
    return (yield)


def in_minutes(seconds: float) -> str:
    """Say roughly how long something will take."""
    return f"some {max(1, round(seconds / 60))} min" if seconds >= 60 else "less than a minute"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[Any]:
    """Note what a benchmark has measured as soon as it has passed; or that it cannot be here."""
    report = yield
    run = item.config.stash[RUN]
    done = report.skipped or (report.when == "call" and report.passed)
    if done and not run.serving:
        run.journal.note(item.nodeid, report.duration, run.rows.get(item.nodeid, []))
    return report


def block_of(item: pytest.Item) -> str:
    """Give the name of a file of benchmarks, as the pages know it."""
    return item.path.stem.removeprefix("test_")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail where ours has become slower, if that is wanted."""
    run = session.config.stash[RUN]
    asked = run.fail_on is not None and exitstatus == pytest.ExitCode.OK
    if asked and any(change.slower_by(run.fail_on) for change in changes(run)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def changes(run: Run) -> list[Change]:
    """Compare with what was asked for."""
    results = run.results
    return [*(compared(results, run.earlier) if run.earlier else ()), *since(results)]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Show the ratios, which is what the benchmarks are for; write them down."""
    run, say = config.stash[RUN], terminalreporter.write_line
    results = run.results
    if run.serving or not results.blocks:
        return
    terminalreporter.section("ours against the peers: medians of rounds in turn")
    say(f"{'':<64} {'peer':>8} {'ours':>8} {'ratio':>9}   target")
    for row in itertools.chain(*results.blocks.values()):
        say(in_a_line(row))
    if found := changes(run):
        terminalreporter.section("how many times as fast as before, with its interval")
        for change in found:
            say(change.told())
    terminalreporter.section("results")
    for line in written(run, results, exitstatus, config):
        say(line)


def in_a_line(row: Table) -> str:
    """Show a row, and whether it is as fast as we want."""
    if isinstance(row, Study):
        return "\n".join([row.title, *("   ".join(line) for line in (row.header, *row.lines))])
    if isinstance(row, Growth):
        title = f"{row.title}, {row.theirs.sizes[-1]:,}"
        curves = f"{told(row.theirs):>32} {told(row.ours):>32}"
        return f"{title:<40} {curves} {ratio_in_words(row.ratio):>9}   {row.peer}"
    theirs, ours = (in_words(float(np.median(one))) for one in (row.theirs, row.ours))
    aim = ""
    if row.target is not None:
        aim = f"{row.target:g} x {'reached' if row.reached else 'MISSED'}"
    line = f"{row.title:<64} {theirs:>8} {ours:>8}"
    return f"{line} {ratio_in_words(row.ratio):>9}   {aim:<14} {row.peer}"


def written(run: Run, results: Results, exitstatus: int, config: pytest.Config) -> Iterator[str]:
    """Write the result and its report; with --record, into the project. Say where."""
    done = len(set(run.tests) & set(run.journal.took))
    if done < len(run.tests):
        yield f"{done} of {len(run.tests)} are measured; the same command goes on from there"
        return
    run.journal.end()
    results.write(BUILT / "result.json")
    write_report(results, BUILT / "report.html")
    yield f"the result:  {BUILT / 'result.json'}"
    yield f"the report:  {(BUILT / 'report.html').as_uri()}"
    if config.getoption("--record"):
        asked_for_some = {block for block in results.blocks if any("::" in a for a in config.args)}
        left_out = asked_for_some | (run.parts & set(results.blocks))
        for block in sorted(left_out):
            yield f"not recorded: {block}, of which only some rows were measured"
        whole = {name: rows for name, rows in results.blocks.items() if name not in left_out}
        if whole:
            newer = Results(whole, results.facts)
            both = Results.read().merged(newer) if RECORDED.is_file() else newer
            both.write(RECORDED)
            yield from (f"recorded in {file.name}" for file in (RECORDED, *fill(both)))


@pytest.fixture(scope="session")
def quick(request: pytest.FixtureRequest) -> bool:
    """Whether small and few is enough."""
    return bool(request.config.getoption("--quick"))


@pytest.fixture
def against(benchmark: Any, quick: bool, request: pytest.FixtureRequest) -> Callable[..., None]:
    """Time ours and the peer's in turn, after comparing what they give.

    `target` is the ratio that is aimed at, None if there is none; `why` is the reason where ours
    is slower or misses it. A function that does the same `times` times counts for one of them.
    With ``memory=False`` the memory is not measured: where other processes do the work.
    """
    run = request.config.stash[RUN]

    def measured(
        ours: Callable[[], Any],
        theirs: Callable[[], Any],
        *,
        title: str,
        peer: str,
        target: float | None = None,
        why: str = "",
        rounds: int = 7,
        times: int = 1,
        same: Callable[[Any, Any], None] = np.testing.assert_array_equal,
        tells_seconds: bool = False,
        memory: bool = True,
    ) -> None:
        our_round, their_round = (
            partial(timed, work, tells_seconds, times) for work in (ours, theirs)
        )
        if run.serving:
            ours()
            serve(run.serving, our_round)
            return
        start = time.perf_counter()
        same(ours(), theirs())
        took = time.perf_counter() - start
        peaks = {}
        if memory and not tells_seconds and not (quick and took > LONG):
            peaks = {"ours": peak_of(ours), "theirs": peak_of(theirs)}
        seconds: dict[str, list[float]] = {"ours": [], "theirs": [], "before": [], "after": []}
        revisions = {}
        if run.sources:
            revisions = {
                name: Revision(request.node.nodeid, sources, ["--quick"] * quick)
                for name, sources in (("before", run.sources), ("after", []))
            }
        able = all(revision.ready for revision in revisions.values())

        def turn_of_others() -> None:
            seconds["theirs"].append(their_round())
            step = 1 if len(seconds["theirs"]) % 2 else -1  # each is the first as often
            for name, revision in list(revisions.items())[::step]:
                if able:
                    seconds[name].append(revision.round())

        benchmark.pedantic(
            lambda: seconds["ours"].append(our_round()),
            setup=turn_of_others,
            rounds=few(rounds, took) if quick else rounds,
        )
        said = "".join(revision.close() for revision in revisions.values())
        if not able:
            print(f"the other revision cannot do this: {said[-500:]}")
        row = Row(
            title,
            peer,
            target=target,
            why=why,
            peaks={who: peak for who, peak in peaks.items() if peak is not None},
            day=run.today,
            **{who: tuple(of) for who, of in seconds.items()},
        )
        benchmark.extra_info |= {"peer": peer, "ratio": row.ratio, "target": target}
        run.add(request.node, row)

    return measured


def few(rounds: int, took: float) -> int:
    """Say how many rounds are enough for a quick look: five at least where they are short."""
    return min(rounds, 5 if took < 0.5 else 2)


@pytest.fixture
def growth(quick: bool, request: pytest.FixtureRequest) -> Callable[..., Growth]:
    """Measure time and memory of growing sizes, ours and the peer's each in a fresh process.

    Behind the last comma of `title` stands what the sizes count.

    The process is asked for what the file's own ``measured(name, who, sizes)`` gives: for
    each size its seconds, and the bytes it needed at most, 0 where that was not measured. It
    may leave out the largest sizes, where a peer would take too long. `why` is the reason where
    ours is slower at the largest.
    """
    run = request.config.stash[RUN]

    def measured(name: str, *, title: str, peer: str, sizes: list[float], why: str = "") -> Growth:
        if quick:
            sizes = sizes[:-1] if len(sizes) < 5 else sizes[:-1:2]
        module = request.path.stem
        curves = []
        for who in ("theirs", "ours"):
            text = f"import {module}; print({module}.measured({name!r}, {who!r}, {sizes}))"
            program = [sys.executable, "-W", "ignore", "-c", text]
            said = subprocess.check_output(program, cwd=request.path.parent, text=True)
            seconds, peaks = zip(*ast.literal_eval(said), strict=True)
            met = sizes[: len(seconds)]  # a peer may stop at fewer than ours
            curves.append(Curve(met, list(seconds), list(peaks) if all(peaks) else []))
        row = Growth(title, peer, *curves, why=why, day=run.today)
        run.add(request.node, row)
        return row

    return measured


@pytest.fixture
def study(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Take the table of a whole program: ``study(title, header, lines)``."""
    run = request.config.stash[RUN]

    def taken(title: str, header: list[str], lines: list[list[str]]) -> None:
        run.add(request.node, Study(title, header, lines, run.today))

    return taken


@pytest.fixture(scope="session")
def real_faces() -> tuple[np.ndarray, np.ndarray]:
    """The AT&T faces at half size, each twice, the second time noisy: 800 x 2,576."""
    faces = data.faces()
    pixels = faces.images[:, ::2, ::2].reshape(len(faces.images), -1).astype(float)
    noisy = pixels + np.random.default_rng(0).normal(0, 30, pixels.shape)
    return np.vstack([pixels, noisy]), np.tile(faces.names, 2)


@pytest.fixture(scope="session")
def haystack() -> tuple[np.ndarray, np.ndarray]:
    """Synthetic faces, 100 people x 10 photos of 70 x 60 pixels: 1,000 x 4,200."""
    X, y = make_faces(100, 10, image_shape=(70, 60), noise=40, random_state=0)
    return X, np.array([f"nobody {i + 1}" for i in range(100)])[y]
