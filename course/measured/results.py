"""What a comparison is, and the file in which all of them are kept.

The file has the format of pytest-benchmark, whose own tools read it. What is ours stands in the
``extra_info`` of each benchmark, and what was there while it was measured under ``needle``. It
names no machine and no folder.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "RECORDED",
    "Curve",
    "Growth",
    "Results",
    "Row",
    "Study",
    "Table",
    "drawn_again",
    "interval",
    "kept",
    "machine",
    "restored",
]

RECORDED = Path(__file__).with_name("recorded.json")
DRAWS = 2000
PEERS = (
    "scikit-learn", "scipy", "numpy", "joblib", "diskcache", "cachetools", "dask",
    "distributed", "fastcluster", "nilearn",
)  # fmt: skip


def interval(
    over: Sequence[float], under: Sequence[float], level: float = 0.95
) -> tuple[float, float]:
    """Give the interval of a ratio of medians: rounds are drawn again, in pairs.

    Parameters
    ----------
    over, under : sequence of float
        Seconds of rounds that were taken in turn; where one has more rounds, each draws alone.
    level : float
        How often the interval holds the ratio.

    Returns
    -------
    tuple of float
        From where to where.

    Examples
    --------
    >>> interval([2.0, 2.0, 2.0], [1.0, 1.0, 1.0])
    (2.0, 2.0)
    """
    low, high = np.quantile(drawn_again(over, under), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def drawn_again(
    over: Sequence[float], under: Sequence[float], seed: int = 0
) -> NDArray[np.float64]:
    """Give ratios of medians of rounds that were drawn again, with repetition (Efron 1979)."""
    rng = np.random.default_rng(seed)
    first, second = np.asarray(over, dtype=float), np.asarray(under, dtype=float)
    places = rng.integers(len(first), size=(DRAWS, len(first)))
    beside = places
    if len(first) != len(second):
        beside = rng.integers(len(second), size=(DRAWS, len(second)))
    ratios: NDArray[np.float64] = np.median(first[places], axis=1) / np.median(
        second[beside], axis=1
    )
    return ratios


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes
    ----------
    title : str
        What was done.
    peer : str
        Against what it is compared: a library, or ours in another state.
    theirs, ours : tuple of float
        Seconds of each round.
    target : float or None
        How many times as fast as the peer we want to be, if that was said.
    why : str
        The reason, where ours is slower or the target is missed.
    before, after : tuple of float
        Seconds of another revision of ours, and of this one, measured in the same turns: each in
        a process of its own, for a process is faster where others have just read the same data.
    peaks : dict of str to float
        Bytes that ``ours`` and ``theirs`` needed at most, each in a process of its own.
    day : str
        When it was measured.
    """

    title: str
    peer: str
    theirs: tuple[float, ...]
    ours: tuple[float, ...]
    target: float | None = None
    why: str = ""
    before: tuple[float, ...] = ()
    after: tuple[float, ...] = ()
    peaks: dict[str, float] = field(default_factory=dict)
    day: str = ""

    @property
    def ratio(self) -> float:
        """How many times as fast ours is."""
        return float(np.median(self.theirs) / np.median(self.ours))

    @property
    def interval(self) -> tuple[float, float]:
        """Between what the ratio lies."""
        return interval(self.theirs, self.ours)

    @property
    def reached(self) -> bool:
        """Whether it is as fast as is aimed at; without an aim, as fast as the peer."""
        return self.ratio >= (self.target or 1)


@dataclass(frozen=True)
class Curve:
    """What growing sizes take.

    Attributes
    ----------
    sizes : list of float
        How many samples, pixels, entries, workers.
    seconds : list of float
    peaks : list of float
        Bytes more than before; empty where they were not measured.
    """

    sizes: list[float]
    seconds: list[float]
    peaks: list[float] = field(default_factory=list)

    def exponent(self, values: Sequence[float]) -> float:
        """Give the power of the size that values grow with: a slope between logarithms.

        Examples
        --------
        >>> round(Curve([10, 20, 40], [0.1, 0.4, 1.6]).exponent([0.1, 0.4, 1.6]), 3)
        2.0
        """
        x, y = ([math.log(value) for value in of] for of in (self.sizes, values))
        middle = sum(x) / len(x)
        slopes = sum((a - middle) * b for a, b in zip(x, y, strict=True))
        return slopes / sum((a - middle) ** 2 for a in x)


@dataclass(frozen=True)
class Growth:
    """How the time and memory of ours and of peers grow.

    Attributes
    ----------
    title : str
        What was done; behind the last comma stands what the sizes count.
    peer : str
        The other library.
    theirs, ours : Curve
    why : str
        The reason, where ours is slower at the largest size.
    day : str
        When it was measured.
    """

    title: str
    peer: str
    theirs: Curve
    ours: Curve
    why: str = ""
    day: str = ""

    @property
    def ratio(self) -> float:
        """How many times as fast ours is with the largest size that both have met."""
        return self.ratios[-1][1]

    @property
    def ratios(self) -> list[tuple[float, float]]:
        """The sizes that both have met, and how many times as fast ours is with each."""
        triples = zip(self.ours.sizes, self.theirs.seconds, self.ours.seconds, strict=False)
        return [(size, theirs / ours) for size, theirs, ours in triples]

    @property
    def faster_from(self) -> float | None:
        """The size from which on ours is faster; None where it is slower at the largest."""
        faster = list(itertools.takewhile(lambda met: met[1] >= 1, reversed(self.ratios)))
        return faster[-1][0] if faster else None


@dataclass(frozen=True)
class Study:
    """A whole program, written for ours and for peers: what each run of it took.

    Attributes
    ----------
    title : str
        What was done.
    header : list of str
        The columns.
    lines : list of list of str
        What stands in them.
    day : str
        When it was measured.
    """

    title: str
    header: list[str]
    lines: list[list[str]]
    day: str = ""


Table = Row | Growth | Study
KINDS = {kind.__name__.lower(): kind for kind in (Row, Growth, Study)}


@dataclass(frozen=True)
class Results:
    """All that was measured.

    Attributes
    ----------
    blocks : dict of str to list
        Comparisons, by the name of the file of benchmarks.
    facts : dict
        The machine in general words, versions, and what was missing.
    """

    blocks: dict[str, list[Table]]
    facts: dict[str, Any]

    @classmethod
    def read(cls, file: Path = RECORDED) -> Results:
        """Read a file.

        Raises
        ------
        ValueError
            It is none of ours.
        """
        try:
            held = json.loads(file.read_text(encoding="utf-8"))
            facts, benchmarks = held["needle"], held["benchmarks"]
        except (ValueError, KeyError, TypeError):
            raise ValueError(
                f"{file} is no result of these benchmarks; python -m nox -s benchmarks writes one"
            ) from None
        blocks: dict[str, list[Table]] = {}
        for one in benchmarks:
            told = dict(one["extra_info"])
            blocks.setdefault(told.pop("block"), []).append(restored(told))
        return cls(blocks, facts)

    def write(self, file: Path) -> None:
        """Write the file, whole or not at all."""
        benchmarks = [
            {
                "group": block,
                "name": row.title,
                "fullname": f"{block}: {row.title}",
                "params": None,
                "param": None,
                "options": {},
                "extra_info": {"block": block, **kept(row)},
                "stats": stats(rounds_of(row)),
            }
            for block, rows in self.blocks.items()
            for row in rows
        ]
        held = {
            "machine_info": self.facts["machine"],
            "commit_info": {},
            "benchmarks": benchmarks,
            "datetime": max((row.day for rows in self.blocks.values() for row in rows), default=""),
            "version": metadata.version("pytest-benchmark"),
            "needle": self.facts,
        }
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        part.replace(file)

    def rows(self) -> Iterable[tuple[str, Row]]:
        """List the comparisons in rounds, each with the name of its file."""
        return (
            (block, row)
            for block, rows in self.blocks.items()
            for row in rows
            if isinstance(row, Row)
        )

    def merged(self, newer: Results) -> Results:
        """Put what is newer in the place of the same blocks."""
        took = [of.facts.get("took", {}).get("full", {}) for of in (self, newer)]
        facts = {**newer.facts, "took": {"full": took[0] | took[1]}}
        return Results(dict(sorted((self.blocks | newer.blocks).items())), facts)


def kept(row: Table) -> dict[str, Any]:
    """Give what is kept of a comparison."""
    return {"kind": type(row).__name__.lower(), **asdict(row)}


def restored(kept: dict[str, Any]) -> Table:
    """Make a comparison of what was kept of it; a file of another day may hold more."""
    kind = KINDS[kept["kind"]]
    told = {one.name: kept[one.name] for one in fields(kind) if one.name in kept}
    for name in ("theirs", "ours"):
        if kind is Growth:
            told[name] = Curve(**told[name])
    if kind is Row:
        rounds = ("theirs", "ours", "before", "after")
        told |= {name: tuple(told[name]) for name in rounds if name in told}
    return kind(**told)


def rounds_of(row: Table) -> Sequence[float]:
    """Give the seconds of ours."""
    if isinstance(row, Study):
        return []
    return row.ours if isinstance(row, Row) else row.ours.seconds


def stats(seconds: Sequence[float]) -> dict[str, Any]:
    """Describe rounds as pytest-benchmark does."""
    data = np.asarray(seconds or [0.0], dtype=float)
    low, middle, high = np.quantile(data, [0.25, 0.5, 0.75])
    return {
        "min": data.min(), "max": data.max(), "mean": data.mean(),
        "stddev": float(data.std(ddof=1)) if len(data) > 1 else 0.0,
        "rounds": len(seconds), "iterations": 1, "median": middle, "q1": low, "q3": high,
        "iqr": high - low, "ld15iqr": data.min(), "hd15iqr": data.max(), "outliers": "0;0",
        "iqr_outliers": 0, "stddev_outliers": 0, "ops": 1 / max(data.mean(), 1e-12),
        "total": data.sum(), "data": list(map(float, data)),
    }  # fmt: skip


def machine() -> dict[str, Any]:
    """Describe this machine in general words: no name of it, no folder."""
    return {
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "cores": len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count(),
            "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
            "python_implementation": platform.python_implementation(),
            "python_version": platform.python_version(),
        },
        "versions": {peer: version for peer in PEERS if (version := installed(peer))},
        "missing": [peer for peer in PEERS if not installed(peer)],
    }


def installed(peer: str) -> str:
    """Give the version of a package; nothing where it is not installed."""
    try:
        return metadata.version(peer)
    except metadata.PackageNotFoundError:
        return ""
