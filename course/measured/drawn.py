"""Bars and curves as pictures in the text of a page: SVG that takes its colours from the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from course.measured.results import Curve
from course.measured.tables import in_words

__all__ = ["bar", "curves"]

WIDTH, HEIGHT = 200, 18
DECADES = 2  # on each side of 1 x
LEFT, BOTTOM, RIGHT, TOP = 62, 34, 12, 10


def bar(ratio: float, low: float, high: float) -> str:
    """Draw a ratio on a logarithmic scale with 1 x in the middle, and its interval.

    Parameters
    ----------
    ratio : float
        How many times as fast ours is.
    low, high : float
        Between what it lies.

    Returns
    -------
    str
        An SVG, from a hundredth to a hundred times; what lies outside ends at the edge.
    """

    def across(value: float) -> float:
        share = math.log10(max(value, 1e-9)) / DECADES
        return WIDTH / 2 * (1 + min(1, max(-1, share)))

    middle, end = WIDTH / 2, across(ratio)
    begin, length = min(middle, end), max(abs(end - middle), 1)
    kind = "wins" if ratio >= 1 else "loses"
    ticks = "".join(
        f'<line class="tick" x1="{across(10.0**power):.0f}" x2="{across(10.0**power):.0f}" '
        f'y1="0" y2="{HEIGHT}"/>'
        for power in range(-DECADES, DECADES + 1)
    )
    return (
        f'<svg class="bar" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'aria-hidden="true">{ticks}'
        f'<rect class="{kind}" x="{begin:.1f}" y="5" width="{length:.1f}" height="8"/>'
        f'<line class="between" x1="{across(low):.1f}" x2="{across(high):.1f}" y1="9" y2="9"/>'
        f'<line class="one" x1="{middle}" x2="{middle}" y1="0" y2="{HEIGHT}"/></svg>'
    )


def curves(title: str, unit: str, lines: Sequence[tuple[str, Curve]]) -> str:
    """Draw how time grows with size, both on logarithmic scales.

    Parameters
    ----------
    title : str
        What was done.
    unit : str
        What the sizes count.
    lines : sequence of (str, Curve)
        The first is ours.

    Returns
    -------
    str
        An SVG.
    """
    width, height = 420, 240
    xs = [math.log10(size) for _, curve in lines for size in curve.sizes]
    ys = [math.log10(second) for _, curve in lines for second in curve.seconds]
    x0, x1 = min(xs), max(max(xs), min(xs) + 0.1)
    y0, y1 = math.floor(min(ys)), max(math.ceil(max(ys)), math.floor(min(ys)) + 1)

    def across(value: float) -> float:
        return LEFT + (math.log10(value) - x0) / (x1 - x0) * (width - LEFT - RIGHT)

    def up(value: float) -> float:
        return height - BOTTOM - (math.log10(value) - y0) / (y1 - y0) * (height - BOTTOM - TOP)

    marks = []
    for power in range(y0, y1 + 1):
        y = up(10.0**power)
        marks.append(
            f'<line class="tick" x1="{LEFT}" x2="{width - RIGHT}" y1="{y:.0f}" y2="{y:.0f}"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{in_words(10.0**power)}</text>'
        )
    sizes = lines[0][1].sizes
    places = ((0, "middle"), (len(sizes) // 2, "middle"), (-1, "end"))
    labels = [(sizes[place], anchor) for place, anchor in places]
    marks += [
        f'<text x="{min(across(size) + 8 * (anchor == "end"), width):.0f}" '
        f'y="{height - BOTTOM + 16}" text-anchor="{anchor}">{short(size)}</text>'
        for size, anchor in labels
    ]
    drawn = []
    for place, (name, curve) in enumerate(lines):
        kind = "ours" if place == 0 else "theirs"
        points = [(across(x), up(y)) for x, y in zip(curve.sizes, curve.seconds, strict=True)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points)
        drawn.append(
            f'<g class="{kind}"><title>{escape(name)}</title><polyline points="{path}"/>{dots}</g>'
        )
    said = "; ".join(
        f"{name}: {in_words(curve.seconds[-1])} at the largest" for name, curve in lines
    )
    return (
        f'<svg class="curves" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(f"{title}: time against size. {said}.")}">{"".join(marks)}'
        f'<text x="{(width + LEFT) // 2}" y="{height - 4}" text-anchor="middle">'
        f"{escape(unit)}</text>"
        f"{''.join(drawn)}</svg>"
    )


def short(size: float) -> str:
    """Write a size with few letters.

    Examples
    --------
    >>> short(36_864), short(128_000), short(1e6), short(4)
    ('37 k', '130 k', '1 M', '4')
    """
    for factor, letter in ((1e6, "M"), (1e3, "k")):
        if size >= factor:
            return f"{float(f'{size / factor:.2g}'):g} {letter}"
    return f"{size:g}"
