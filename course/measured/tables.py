"""The tables of the README and of the pages of reference, filled from what was recorded.

A page marks the place of a table with two comments, ``<!-- measured: NAME -->``
and ``<!-- /measured -->``. The header that stands between them says which columns
are wanted, and stays; all below it is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from course.measured.results import Curve, Growth, Results, Study, Table

__all__ = ["BLOCK", "fill", "in_words", "ratio_in_words", "rewritten", "told"]

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(
    r"(?P<start><!-- measured: (?P<name>[\w-]+) -->\n)(?P<inside>.*?)(?P<end><!-- /measured -->)",
    re.DOTALL,
)


def fill(results: Results, root: Path = ROOT) -> list[Path]:
    """Write tables into all pages that have a place for them.

    Parameters
    ----------
    results : Results
        What was recorded.
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
        fresh = rewritten(text, results)
        if fresh != text:
            page.write_text(fresh, encoding="utf-8")
            changed.append(page)
    return changed


def rewritten(text: str, results: Results) -> str:
    """Put tables, each with a note below it, into the marked places of a page.

    Parameters
    ----------
    text : str
        The page.
    results : Results
        What was recorded. Places of other names stay as they are.

    Returns
    -------
    str
        The page with its tables.
    """

    def filled(place: re.Match[str]) -> str:
        rows = results.blocks.get(place["name"])
        if not rows:
            return place[0]
        header = place["inside"].splitlines()[0]
        body = "\n".join(
            "|".join(["", *map(padded, line), ""]) for line in table(header, rows, results)
        )
        return f"{place['start']}{body}\n\n{note(rows, results)}\n{place['end']}"

    return BLOCK.sub(filled, text)


def table(header: str, rows: Sequence[Table], results: Results) -> list[list[str]]:
    """Give the lines of a table below a header, whose second column names the peer."""
    studies = [row for row in rows if isinstance(row, Study)]
    if studies:
        [study] = studies
        return [study.header, ["---"] * len(study.header), *study.lines]
    _, library, *rest = (cell.strip() for cell in header.strip("| ").split("|"))
    peer = re.sub(r" [\d.]+$", "", library)
    version = ".".join(results.facts["versions"].get(peer, "").split(".")[:2])
    columns = ["what", f"{peer} {version}".strip(), *rest]
    lines = [columns, ["---"] * len(columns)]
    for row in rows:
        assert not isinstance(row, Study)
        beside = "" if row.peer == peer else f" ({row.peer})"
        if isinstance(row, Growth):
            aim, theirs, ours = "", told(row.theirs), told(row.ours)
        else:
            aim = "" if row.target is None else f"{row.target:g} x"
            theirs, ours = (in_words(float(np.median(one))) for one in (row.theirs, row.ours))
        cells = [row.title, theirs + beside, ours]
        lines.append([*cells, ratio_in_words(row.ratio), aim][: len(columns)])
    return lines


def padded(cell: str) -> str:
    """Give a cell the spaces that are usual in the source of a table."""
    return cell if cell == "---" else f" {cell} ".replace("  ", " ")


def told(curve: Curve) -> str:
    """Say what the largest size takes, and how that grows with the size.

    Examples
    --------
    >>> told(Curve([10, 20, 40], [0.1, 0.4, 1.6], [1e6, 2e6, 4e6]))
    '1.6 s, 4.0 MB: n^2.0, n^1.0'
    >>> told(Curve([10, 20, 40], [0.1, 0.4, 1.6]))
    '1.6 s: n^2.0'
    """
    measured = [curve.seconds, *([curve.peaks] if curve.peaks else [])]
    size = f", {two_digits(curve.peaks[-1] / 1e6)} MB" if curve.peaks else ""
    growth = ", ".join(f"n^{curve.exponent(of):z.1f}" for of in measured)
    return f"{in_words(curve.seconds[-1])}{size}: {growth}"


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


def note(rows: Sequence[Table], results: Results) -> str:
    """Say when and where it was measured: no name of a machine, for that helps nobody."""
    day, cores = max(row.day for row in rows), results.facts["machine"]["cores"]
    return f"Measured on {day}, on a small shared machine with {cores} cores, one thread."
