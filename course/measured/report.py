"""The report: all that was measured, as a page of its own or as a section of the site.

What is slower than the peer stands first, then what misses its target, then the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

import numpy as np

from course.measured.drawn import bar, curves
from course.measured.results import Growth, Results, Row, Study
from course.measured.tables import in_words, ratio_in_words, two_digits

__all__ = ["page", "section", "write_report"]

STYLE = Path(__file__).resolve().parents[1] / "site" / "report.css"
HEADS = ("what", "ratio", "between", "0.01 x … 1 x … 100 x", "aim", "peer", "peer takes",
         "ours takes", "memory: peer", "ours")  # fmt: skip


def write_report(results: Results, file: Path) -> None:
    """Write the report as a page that needs nothing beside it.

    Parameters
    ----------
    results : Results
        What was measured.
    file : Path
        Where to.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page(results), encoding="utf-8")


def page(results: Results) -> str:
    """Give the report as a whole HTML page."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>Benchmarks: Needle &amp; Haystack</title>\n"
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n"
        f'<body class="alone">\n<main>\n<h1>Benchmarks</h1>\n{section(results)}\n</main>\n'
        "</body>\n</html>\n"
    )


def section(results: Results) -> str:
    """Give the report as HTML without a head: headings begin at the second level."""
    return "\n".join(['<div class="measured">', *parts(results), "</div>"])


def parts(results: Results) -> Iterator[str]:
    """Give its parts in order."""
    rows = [row for _, row in results.rows()]
    slower = [row for row in rows if row.ratio < 1]
    missed = [row for row in rows if row.ratio >= 1 and not row.reached]
    good = [row for row in rows if row.ratio >= 1 and row.reached]
    yield from introduction(results, len(rows), len(slower), len(missed))
    for title, some, text in (
        ("Where ours is slower", slower, "Each with the reason, as far as we know it."),
        ("Faster, but less than we aim at", missed, ""),
        ("As fast as we aim at, or faster", good, ""),
    ):
        if some:
            yield f"<h2>{title}</h2>"
            if text:
                yield f"<p>{text}</p>"
            yield table(sorted(some, key=lambda row: row.ratio))
    grown = [row for rows in results.blocks.values() for row in rows if isinstance(row, Growth)]
    if grown:
        yield "<h2>How time grows</h2>"
        yield (
            "<p>Both scales are logarithmic: a straight line is a power of the size, and its slope "
            "is the exponent. At the largest size that both have met, ours is slower in "
            f"{sum(row.ratio < 1 for row in grown)} of {len(grown)}, which come first.</p>"
        )
        yield '<div class="grown">'
        yield from map(grown_in_html, sorted(grown, key=lambda row: row.ratio >= 1))
        yield "</div>"
    for rows_of_block in results.blocks.values():
        for study in rows_of_block:
            if isinstance(study, Study):
                yield f"<h2>{escape(study.title)}</h2>"
                yield plain(study.header, study.lines)
    yield from facts(results)


def introduction(results: Results, count: int, slower: int, missed: int) -> Iterator[str]:
    """Say what was measured, and how it went."""
    day = max((row.day for rows in results.blocks.values() for row in rows), default="")
    size = (
        " These are small sizes and few rounds, for a quick look." if results.facts["quick"] else ""
    )
    yield (
        f"<p>{count} comparisons, measured on {day}. Ours is slower in {slower}; it misses "
        f"what we aim at in {missed} more.{size} A ratio says how many times as long the peer "
        "takes: over 1 "
        "is good for us. Beside it stands where it lies in 95 of 100 cases, when rounds are drawn "
        "again. What both give was compared first; their rounds alternate.</p>"
    )


def table(rows: Iterable[Row]) -> str:
    """Write comparisons as a table."""
    return framed("comparisons", map(escape, HEADS), "".join(map(line, rows)))


def framed(name: str, heads: Iterable[str], body: str) -> str:
    """Put the rows of a table below its heads; one that is too wide scrolls, also by keyboard."""
    head = "".join(f'<th scope="col">{cell}</th>' for cell in heads)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{name}">'
        f'<table class="comparisons"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        "</div>"
    )


def line(row: Row) -> str:
    """Write one comparison."""
    low, high = row.interval
    theirs, ours = (in_words(float(np.median(one))) for one in (row.theirs, row.ours))
    aim = "" if row.target is None else f"{row.target:g} x"
    mark = "" if row.reached else ' class="missed"'
    why = f'<br><span class="why">{code(row.why)}</span>' if row.why and not row.reached else ""
    cells = [
        f"<b>{ratio_in_words(row.ratio)}</b>", f"{two_digits(low)} to {two_digits(high)}",
        bar(row.ratio, low, high), aim, code(row.peer), theirs, ours,
        megabytes(row.peaks.get("theirs")), megabytes(row.peaks.get("ours")),
    ]  # fmt: skip
    return (
        f'<tr{mark}><th scope="row">{code(row.title)}{why}</th>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
    )


def megabytes(size: float | None) -> str:
    """Say how many MB something needs."""
    return "" if size is None else f"{two_digits(max(size / 1e6, 0.1))} MB"


def grown_in_html(row: Growth) -> str:
    """Draw one growth, with its exponents."""
    lines = [("ours", row.ours), (row.peer, row.theirs)]
    told = "; ".join(
        f'<span class="{kind}">{escape(name)}</span> grows as '
        f"n<sup>{of.exponent(of.seconds):z.1f}</sup>"
        + (f", memory as n<sup>{of.exponent(of.peaks):z.1f}</sup>" if of.peaks else "")
        for kind, (name, of) in zip(("ours", "theirs"), lines, strict=True)
    )
    mark = ' class="missed"' if row.ratio < 1 else ""
    return (
        f"<figure{mark}><figcaption><b>{escape(row.title)}</b><br>{told}.<br>{compared(row)}"
        "</figcaption>"
        f"{curves(row.title, row.title.rpartition(', ')[2], lines)}</figure>"
    )


def compared(row: Growth) -> str:
    """Say who is faster, and from what size on."""
    size, ratio = row.ratios[-1]
    told = f"{ratio_in_words(ratio)} at {size:,}"
    if ratio < 1:
        why = f'; <span class="why">{code(row.why)}</span>' if row.why else ""
        return f"Ours is slower: <b>{told}</b>{why}."
    first, begin = row.ratios[0][0], row.faster_from
    return f"Ours is faster{'' if begin == first else f' from {begin:,} on'}: <b>{told}</b>."


def plain(header: list[str], lines: list[list[str]]) -> str:
    """Write a table as it is."""
    body = "".join(
        "<tr>" + "".join(f"<td>{code(cell)}</td>" for cell in line) + "</tr>" for line in lines
    )
    return framed("runs", map(code, header), body)


def facts(results: Results) -> Iterator[str]:
    """Say on what it was measured, with which versions, and how to do it again."""
    machine, versions = results.facts["machine"], results.facts["versions"]
    yield "<h2>Where, with what, and how again</h2>"
    yield (
        f"<p>On a small shared machine: {escape(machine['system'])}, "
        f"{escape(machine['processor'])}, {machine['cores']} cores, "
        f"{machine['memory_gb']} GB of memory, "
        f"Python {escape(machine['python_version'])}; one thread of BLAS.</p>"
    )
    told = ", ".join(f"{escape(name)} {escape(version)}" for name, version in versions.items())
    missing = ", ".join(map(escape, results.facts["missing"])) or "nothing"
    yield f"<p>With {told}. Not installed: {missing}.</p>"
    yield (
        "<p>Memory is what a process of its own needed at most beyond what it had; where other "
        "processes do the work it is not measured.</p>"
    )
    yield (
        "<p>Measure it yourself: <code>python -m nox -s benchmarks</code>, or in five minutes "
        "<code>python -m nox -s benchmarks -- --quick</code>. With "
        "<code>--against FILE</code> it is compared with an earlier result.</p>"
    )


def code(text: str) -> str:
    """Write what stands between backticks as code."""
    pieces = escape(text).split("`")
    return "".join(
        f"<code>{piece}</code>" if place % 2 else piece for place, piece in enumerate(pieces)
    )
