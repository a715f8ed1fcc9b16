"""What was measured, written into the pages that tell of it.

A page marks the place of a table with two comments, ``<!-- measured: NAME -->``
and ``<!-- /measured -->``. The header that stands between them says which columns
are wanted, and stays; all below it is written anew.
"""

from __future__ import annotations

import datetime
import math
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

__all__ = ["BLOCK", "Curve", "Growth", "Row", "in_words", "ratio_in_words", "record", "rewritten"]

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(
    r"(?P<start><!-- measured: (?P<name>[\w-]+) -->\n)(?P<inside>.*?)(?P<end><!-- /measured -->)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes
    ----------
    title : str
        What was done.
    peer : str
        Against what it is compared: a library, or ours in another state.
    theirs, ours : float
        Medians in seconds.
    target : float or None
        How many times as fast as the peer we want to be, if that was said.
    """

    title: str
    peer: str
    theirs: float
    ours: float
    target: float | None

    @property
    def ratio(self) -> float:
        """How many times as fast ours is."""
        return self.theirs / self.ours


@dataclass(frozen=True)
class Curve:
    """What growing sizes take.

    Attributes
    ----------
    sizes : list of int
        How many samples, pixels or features.
    seconds : list of float
    peaks : list of float
        Bytes more than before.
    """

    sizes: list[int]
    seconds: list[float]
    peaks: list[float]

    def told(self) -> str:
        """Say what the largest size takes, and how that grows with the size.

        Examples
        --------
        >>> Curve([10, 20, 40], [0.1, 0.4, 1.6], [1e6, 2e6, 4e6]).told()
        '1.6 s, 4.0 MB: n^2.0, n^1.0'
        """
        times, bytes_ = (f"n^{self.exponent(of):.1f}" for of in (self.seconds, self.peaks))
        size = f"{two_digits(self.peaks[-1] / 1e6)} MB"
        return f"{in_words(self.seconds[-1])}, {size}: {times}, {bytes_}"

    def exponent(self, values: Sequence[float]) -> float:
        """Give the power of the size that values grow with: a slope between logarithms."""
        x, y = ([math.log(value) for value in of] for of in (self.sizes, values))
        middle = sum(x) / len(x)
        slopes = sum((a - middle) * b for a, b in zip(x, y, strict=True))
        return slopes / sum((a - middle) ** 2 for a in x)


@dataclass(frozen=True)
class Growth:
    """How two libraries' time and memory grow.

    Attributes
    ----------
    title : str
        What was done.
    peer : str
        The other library.
    theirs, ours : Curve
    """

    title: str
    peer: str
    theirs: Curve
    ours: Curve

    @property
    def ratio(self) -> float:
        """How many times as fast ours is with the largest size."""
        return self.theirs.seconds[-1] / self.ours.seconds[-1]


def record(tables: dict[str, Sequence[Row | Growth]], root: Path = ROOT) -> list[Path]:
    """Write tables into all pages that have a place for them.

    Parameters
    ----------
    tables : dict of str to sequence of Row
        The rows for each name.
    root : Path
        The folder of the project.

    Returns
    -------
    list of Path
        The files that have changed.
    """
    changed = []
    for page in (root / "README.md", *sorted((root / "course" / "reference").glob("*.md"))):
        text = page.read_text(encoding="utf-8")
        fresh = rewritten(text, tables, note())
        if fresh != text:
            page.write_text(fresh, encoding="utf-8")
            changed.append(page)
    return changed


def rewritten(text: str, tables: dict[str, Sequence[Row | Growth]], note: str) -> str:
    """Put tables, each with a note below it, into the marked places of a page.

    Parameters
    ----------
    text : str
        The page.
    tables : dict of str to sequence of Row
        The rows for each name. Places of other names stay as they are.
    note : str
        When and where it was measured.

    Returns
    -------
    str
        The page with its tables.
    """

    def filled(place: re.Match[str]) -> str:
        rows = tables.get(place["name"])
        if not rows:
            return place[0]
        header = place["inside"].splitlines()[0]
        return f"{place['start']}{table(header, rows)}\n\n{note}\n{place['end']}"

    return BLOCK.sub(filled, text)


def table(header: str, rows: Iterable[Row | Growth]) -> str:
    """Write a table below a header, whose second column names the peer."""
    _, library, *rest = (cell.strip() for cell in header.strip("| ").split("|"))
    peer = re.sub(r" [\d.]+$", "", library)
    columns = ["what", f"{peer} {'.'.join(version(peer).split('.')[:2])}", *rest]
    lines = [columns, ["---"] * len(columns)]
    for row in rows:
        beside = "" if row.peer == peer else f" ({row.peer})"
        if isinstance(row, Growth):
            aim, theirs, ours = "", row.theirs.told(), row.ours.told()
        else:
            aim = "" if row.target is None else f"{row.target:g} x"
            theirs, ours = in_words(row.theirs), in_words(row.ours)
        cells = [row.title, theirs + beside, ours]
        lines.append([*cells, ratio_in_words(row.ratio), aim][: len(columns)])
    return "\n".join("|".join(["", *map(padded, line), ""]) for line in lines)


def padded(cell: str) -> str:
    """Give a cell the spaces that are usual in the source of a table."""
    return cell if cell == "---" else f" {cell} ".replace("  ", " ")


def in_words(seconds: float) -> str:
    """Say how long something took, in two digits.

    Examples
    --------
    >>> in_words(0.0000234), in_words(0.119), in_words(3.44), in_words(101.2)
    ('23 µs', '120 ms', '3.4 s', '100 s')
    """
    for factor, unit in ((1e6, "µs"), (1e3, "ms")):
        if seconds * factor < 999.5:
            return f"{two_digits(seconds * factor)} {unit}"
    return f"{two_digits(seconds)} s"


def ratio_in_words(ratio: float) -> str:
    """Say how many times as fast something is, in two digits.

    Examples
    --------
    >>> ratio_in_words(26.4), ratio_in_words(1.58), ratio_in_words(1432)
    ('26 x', '1.6 x', '1,400 x')
    """
    return f"{two_digits(ratio)} x"


def two_digits(number: float) -> str:
    """Round to two digits, without an exponent."""
    rounded = float(f"{number:.2g}")
    if rounded >= 10:
        return f"{rounded:,.0f}"
    return f"{rounded:.1f}" if rounded >= 1 else f"{rounded:g}"


def note() -> str:
    """Say when and where it was measured: no name of a machine, for that helps nobody."""
    cores = os.cpu_count() or 1
    day = datetime.date.today().isoformat()
    return f"Measured on {day}, on a small shared machine with {cores} cores, one thread."
