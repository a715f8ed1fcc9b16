"""What a benchmark needs: ours and the peer's in turn, results compared first, ratios at the end.

A row calls ``against(ours, theirs, peer=...)``. Both run once, and what they
gave must be equal; then their rounds alternate, so that a machine that slows
down slows both. pytest-benchmark runs ours, with the peer in its setup. What is
measured in another process tells its seconds itself.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest

from course import data
from course.faces_generator import synthetic_faces


@dataclass(frozen=True)
class Row:
    """One comparison: medians in seconds, and what is aimed at."""

    title: str
    peer: str
    theirs: float
    ours: float
    target: float

    def __str__(self) -> str:
        ratio = self.theirs / self.ours
        reached = "reached" if ratio >= self.target else "MISSED"
        return (
            f"{self.title:<58} {self.theirs * 1000:>9.1f} ms {self.ours * 1000:>9.1f} ms "
            f"{ratio:>7.1f} x   {self.target:g} x {reached}   {self.peer}"
        )


ROWS: list[Row] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="smaller sizes and fewer rounds")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the ratios, which is what the benchmarks are for."""
    if ROWS:
        terminalreporter.section("ours against the peers: medians of rounds in turn")
        terminalreporter.write_line(f"{'':<58} {'peer':>12} {'ours':>12} {'ratio':>9}   target")
        for row in ROWS:
            terminalreporter.write_line(str(row))


@pytest.fixture
def quick(request: pytest.FixtureRequest) -> bool:
    """Whether small and few is enough."""
    return bool(request.config.getoption("--quick"))


@pytest.fixture
def against(benchmark: Any, quick: bool) -> Callable[..., None]:
    """Time ours and the peer's in turn, after comparing what they give."""

    def run(
        ours: Callable[[], Any],
        theirs: Callable[[], Any],
        *,
        title: str,
        peer: str,
        target: float,
        rounds: int = 7,
        same: Callable[[Any, Any], None] = np.testing.assert_array_equal,
        tells_seconds: bool = False,
    ) -> None:
        same(ours(), theirs())
        seconds: dict[str, list[float]] = {"ours": [], "peer": []}

        def timed(who: str, function: Callable[[], Any]) -> None:
            start = time.perf_counter()
            told = function()
            seconds[who].append(told if tells_seconds else time.perf_counter() - start)

        benchmark.pedantic(
            partial(timed, "ours", ours),
            setup=partial(timed, "peer", theirs),
            rounds=2 if quick else rounds,
        )
        benchmark.extra_info |= {"peer": peer, "seconds": seconds, "target": target}
        medians = (float(np.median(seconds[who])) for who in ("peer", "ours"))
        ROWS.append(Row(title, peer, *medians, target))

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
    faces = synthetic_faces(people=100, photos=10, size=(70, 60), noise=40, seed=0)
    return faces.images.reshape(1000, -1).astype(float), faces.names
