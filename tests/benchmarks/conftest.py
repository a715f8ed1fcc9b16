"""What a benchmark needs: ours and the peer's in turn, results compared first, ratios at the end.

A row calls ``against(ours, theirs, peer=...)``. Both run once, and what they
gave must be equal; then their rounds alternate, so that a machine that slows
down slows both. pytest-benchmark runs ours, with the peer in its setup. What is
measured in another process tells its seconds itself.

``--record`` writes the rows into the pages, into the block that has the name of the
file: those of ``test_memory.py`` into the block ``memory``.
"""

import ast
import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
from aiguille.datasets import make_faces

from course import data
from course.site.measured import Curve, Growth, Row, in_words, ratio_in_words, record

ROWS: dict[str, list[Row | Growth]] = {}
PARTS: set[str] = set()  # of which only some tests were asked for


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="smaller sizes and fewer rounds")
    parser.addoption("--record", action="store_true", help="write what is measured into the pages")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--record") and config.getoption("--quick"):
        raise pytest.UsageError("--record wants the full sizes; leave --quick out")


def pytest_deselected(items: list[pytest.Item]) -> None:
    PARTS.update(block_of(item) for item in items)


def block_of(item: pytest.Item) -> str:
    """Give the name of a file of benchmarks, as the pages know it."""
    return item.path.stem.removeprefix("test_")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Show the ratios, which is what the benchmarks are for; record them if that is wanted."""
    if ROWS:
        terminalreporter.section("ours against the peers: medians of rounds in turn")
        terminalreporter.write_line(f"{'':<64} {'peer':>8} {'ours':>8} {'ratio':>9}   target")
        for row in itertools.chain(*ROWS.values()):
            terminalreporter.write_line(in_a_line(row))
    if config.getoption("--record"):
        terminalreporter.section("recording")
        for line in recorded(exitstatus, config):
            terminalreporter.write_line(line)


def in_a_line(row: Row | Growth) -> str:
    """Show a row, and whether it is as fast as we want."""
    if isinstance(row, Growth):
        title = f"{row.title}, {row.theirs.sizes[-1]:,}"
        curves = f"{row.theirs.told():>32} {row.ours.told():>32}"
        return f"{title:<40} {curves} {ratio_in_words(row.ratio):>9}   {row.peer}"
    line = f"{row.title:<64} {in_words(row.theirs):>8} {in_words(row.ours):>8}"
    aim = ""
    if row.target is not None:
        aim = f"{row.target:g} x {'reached' if row.ratio >= row.target else 'MISSED'}"
    return f"{line} {ratio_in_words(row.ratio):>9}   {aim:<14} {row.peer}"


def recorded(exitstatus: int, config: pytest.Config) -> Iterator[str]:
    """Write the rows of whole files into the pages; say what was written and what was not."""
    if exitstatus or any("::" in argument for argument in config.args):
        yield "nothing: only a whole run without a failure is recorded"
        return
    for name in sorted(PARTS & set(ROWS)):
        yield f"not {name}: only some of its rows were measured"
    for page in record({name: rows for name, rows in ROWS.items() if name not in PARTS}):
        yield page.name


@pytest.fixture(scope="session")
def quick(request: pytest.FixtureRequest) -> bool:
    """Whether small and few is enough."""
    return bool(request.config.getoption("--quick"))


@pytest.fixture
def against(benchmark: Any, quick: bool, request: pytest.FixtureRequest) -> Callable[..., None]:
    """Time ours and the peer's in turn, after comparing what they give.

    `target` is the ratio that is aimed at, None if there is none. A function that does
    the same `times` times counts for one of them.
    """

    def run(
        ours: Callable[[], Any],
        theirs: Callable[[], Any],
        *,
        title: str,
        peer: str,
        target: float | None = None,
        rounds: int = 7,
        times: int = 1,
        same: Callable[[Any, Any], None] = np.testing.assert_array_equal,
        tells_seconds: bool = False,
    ) -> None:
        same(ours(), theirs())
        seconds: dict[str, list[float]] = {"ours": [], "peer": []}

        def timed(who: str, function: Callable[[], Any]) -> None:
            start = time.perf_counter()
            told = function()
            passed = told if tells_seconds else time.perf_counter() - start
            seconds[who].append(passed / times)

        benchmark.pedantic(
            partial(timed, "ours", ours),
            setup=partial(timed, "peer", theirs),
            rounds=2 if quick else rounds,
        )
        benchmark.extra_info |= {"peer": peer, "seconds": seconds, "target": target}
        medians = (float(np.median(seconds[who])) for who in ("peer", "ours"))
        rows = ROWS.setdefault(block_of(request.node), [])
        rows.append(Row(title, peer, *medians, target))

    return run


@pytest.fixture
def growth(quick: bool, request: pytest.FixtureRequest) -> Callable[..., Growth]:
    """Measure time and memory of growing sizes, ours and the peer's each in a fresh process.

    The process is asked for what the file's own ``measured(name, who, sizes)`` gives: for
    each size its seconds, and the bytes it needed at most.
    """

    def run(name: str, *, title: str, peer: str, sizes: list[int]) -> Growth:
        sizes = sizes[:-1] if quick else sizes
        module = request.path.stem
        curves = []
        for who in ("theirs", "ours"):
            text = f"import {module}; print({module}.measured({name!r}, {who!r}, {sizes}))"
            program = [sys.executable, "-W", "ignore", "-c", text]
            told = subprocess.check_output(program, cwd=request.path.parent, text=True)
            seconds, peaks = zip(*ast.literal_eval(told), strict=True)
            curves.append(Curve(sizes, list(seconds), list(peaks)))
        row = Growth(title, peer, *curves)
        ROWS.setdefault(block_of(request.node), []).append(row)
        return row

    return run


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
