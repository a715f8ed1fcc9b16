"""Pictures that answer: the reader moves a slider, turns a switch, or draws a curve first.

All pictures are made when the chapter runs; the page needs no server. Where there is no script,
in a notebook and in the terminal, they are figures like others: one for each value.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course.figures import axes, show

__all__ = ["draw_first", "slider", "switch"]


def slider(label: str, pictures: Mapping[str, Figure], caption: str) -> None:
    """Show figures of which the reader sees one at a time, and moves from one to the next.

    Parameters
    ----------
    label : str
        What the slider changes, such as ``"noise (grey levels)"``.
    pictures : mapping of str to Figure
        What each position is called, such as ``"50"``, and what one sees there; in order.
    caption : str
        What to look at, as a sentence.
    """
    together("slider", label, pictures, caption)


def switch(label: str, off: Figure, on: Figure, caption: str) -> None:
    """Show a figure that becomes another one when the reader turns a switch.

    Parameters
    ----------
    label : str
        What the switch does, such as ``"cheat: choose the columns on all samples"``.
    off, on : Figure
        What one sees before and after.
    caption : str
        What to look at, as a sentence.
    """
    together("switch", label, {"off": off, "on": on}, caption)


def together(kind: str, label: str, pictures: Mapping[str, Figure], caption: str) -> None:
    """Hand over the figures of one exhibit."""
    if len(pictures) < 2:
        raise ValueError(f"{label!r} has {len(pictures)} pictures to choose from; give 2 or more")
    for place, (value, figure) in enumerate(pictures.items()):
        part = {"kind": kind, "label": label, "value": str(value), "caption": caption}
        last = place == len(pictures) - 1
        show(figure, f"{label}: {value}. {caption}", {**part, "place": place, "last": last})


def draw_first(
    question: str,
    x: Sequence[float],
    y: Sequence[float],
    *,
    xlabel: str,
    ylabel: str,
    caption: str,
    y_range: tuple[float, float],
    log: bool = False,
    percent: bool = False,
) -> None:
    """Let the reader draw a curve before the true one appears.

    Parameters
    ----------
    question : str
        What to draw.
    x, y : sequence of float of shape (n_points,)
        The true curve.
    xlabel, ylabel : str
        What the axes mean, with units.
    caption : str
        What the true curve shows, as a sentence.
    y_range : (float, float)
        The lowest and the highest value that can be drawn.
    log : bool
        Whether the axis of `x` is logarithmic.
    percent : bool
        Whether `y` is a share, from 0 to 1, told in percent.
    """
    if len(x) != len(y) or len(x) < 3:
        raise ValueError(f"x has {len(x)} points and y has {len(y)}; give 3 or more of each")
    if not np.isfinite([*x, *y]).all() or (np.diff(x) <= 0).any():
        raise ValueError("a curve to draw goes from left to right: give finite x in rising order")
    if log and x[0] <= 0:
        raise ValueError(f"x begins at {x[0]}, where no logarithmic axis goes; begin above 0")
    if not y_range[0] < y_range[1]:
        raise ValueError(f"y_range is {y_range}; give the lowest value, then the highest")
    figure, ax = axes(xlabel, ylabel, percent="y" if percent else "")
    ax.plot(x, y)
    ax.set_ylim(*y_range)
    if log:
        ax.set_xscale("log")
    truth = {"x": [float(v) for v in x], "y": [float(v) for v in y], "range": list(y_range)}
    words = {"question": question, "xlabel": xlabel, "ylabel": ylabel}
    drawn = {**truth, **words, "log": log, "percent": percent}
    part = {"kind": "draw", "label": question, "caption": caption, "draw": drawn}
    show(figure, caption, {**part, "value": "the truth", "place": 0, "last": True})
