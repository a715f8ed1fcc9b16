"""The figures of the course: handed over once, legible on a light page and on a dark one.

A chapter draws with :func:`axes`, :func:`face_grid` or :func:`face_wall` and hands the figure to
:func:`show`, with one sentence that says what one sees. In a notebook, or where there is a screen,
it is shown there. Who runs chapters for the site collects them with :func:`shown` and writes each
twice with :func:`save_both`.

Three colours of a figure depend on the page: text, lesser text and grid. :func:`recolour` changes
these and nothing else, because the colours of the data are chosen to be seen on both.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.backends.registry import BackendFilter, backend_registry
from matplotlib.colors import ListedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "COLOURS",
    "GREY",
    "axes",
    "bars",
    "face_grid",
    "face_wall",
    "part_maps",
    "recolour",
    "save_both",
    "show",
    "shown",
]

# blue, orange, green, purple, red: in the middle between black and white
COLOURS = ("#3b82d6", "#d9730d", "#2a9d5c", "#a463d6", "#e0475b")
MARKERS = ("o", "s", "^", "D", "v")  # for those who cannot tell the colours
GREY = "#808890"

# text, lesser text, grid: on a light page and on a dark one
LIGHT = ("#1f2328", "#57606a", "#d0d7de")
DARK = ("#f0f3f6", "#b1bac4", "#454c56")

WIDTH = 7.0  # inches

STYLE: dict[Any, Any] = {
    "axes.edgecolor": LIGHT[1],
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.labelcolor": LIGHT[0],
    "axes.labelsize": 13,
    "axes.prop_cycle": cycler(color=COLOURS) + cycler(marker=MARKERS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": LIGHT[0],
    "axes.titlesize": 13,
    "figure.figsize": (WIDTH, 3.8),
    "figure.labelsize": 13,
    "font.size": 12,
    "grid.color": LIGHT[2],
    "grid.linewidth": 0.8,
    "legend.fontsize": 12,
    "legend.frameon": False,
    "lines.linewidth": 2.5,
    "lines.markersize": 7,
    "text.color": LIGHT[0],
    "xtick.color": LIGHT[1],
    "xtick.labelcolor": LIGHT[0],
    "xtick.labelsize": 12,
    "ytick.color": LIGHT[1],
    "ytick.labelcolor": LIGHT[0],
    "ytick.labelsize": 12,
}
plt.rcParams.update(STYLE)


class Shown(NamedTuple):
    """A figure that was handed over.

    Attributes
    ----------
    figure : Figure
        What to show.
    caption : str
        What one sees there, as a sentence.
    exhibit : mapping
        What `course.exhibits` says of it: which exhibit it is a part of, and how the reader
        moves through that. Empty for an ordinary figure.
    """

    figure: Figure
    caption: str
    exhibit: Mapping[str, Any] = {}


_shown: list[Shown] = []


def show(fig: Figure, caption: str, exhibit: Mapping[str, Any] | None = None) -> None:
    """Hand over a figure: for the page, the notebook or the screen.

    Parameters
    ----------
    fig : Figure
        What to show.
    caption : str
        What one sees there, as a sentence: it stands below the figure, and in its place for those
        who cannot see it.
    exhibit : mapping, optional
        Of which exhibit it is a part: see `course.exhibits`.
    """
    _shown.append(Shown(fig, caption, exhibit or {}))
    paper = backend_registry.list_builtin(BackendFilter.NON_INTERACTIVE)  # type: ignore[no-untyped-call]
    if plt.get_backend().lower() in paper:
        plt.close(fig)  # nobody is there to look; the figure itself can still be saved
    else:
        plt.show()


def shown() -> list[Shown]:
    """Give the figures and captions handed to :func:`show` since the last call.

    Returns
    -------
    list of Shown
        In the order in which they were shown.
    """
    given = list(_shown)
    _shown.clear()
    return given


def save_both(fig: Figure, stem: Path) -> tuple[Path, Path]:
    """Write a figure twice, on a transparent ground: for a light page and for a dark one.

    Parameters
    ----------
    fig : Figure
        What to write. It is left in its light colours.
    stem : Path
        Where to, without ending: ``figures/1`` becomes ``figures/1.png`` and
        ``figures/1-dark.png``. Folders are made as needed.

    Returns
    -------
    (Path, Path)
        The light file and the dark one.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    light, dark = stem.with_name(f"{stem.name}.png"), stem.with_name(f"{stem.name}-dark.png")
    for path, is_dark in ((dark, True), (light, False)):
        recolour(fig, is_dark)
        fig.savefig(
            path, dpi=150, transparent=True, bbox_inches="tight", metadata={"Software": None}
        )
    return light, dark


def recolour(fig: Figure, dark: bool) -> Figure:
    """Give text, lesser text and grid the colours for a light or a dark page.

    Parameters
    ----------
    fig : Figure
        Changed in place.
    dark : bool
        Which page it is for.

    Returns
    -------
    Figure
        The same figure.
    """
    old, new = (LIGHT, DARK) if dark else (DARK, LIGHT)
    change = dict(zip(old, new, strict=True))
    text, lesser, grid = new
    for ax in fig.axes:
        for axis in (ax.xaxis, ax.yaxis):
            # also for ticks that matplotlib makes later, when it draws
            axis.set_tick_params(color=lesser, labelcolor=text, grid_color=grid)
    for artist in fig.findobj():
        for part in ("color", "edgecolor", "facecolor"):
            change_colour(artist, part, change)
    return fig


def change_colour(artist: Any, part: str, change: dict[str, str]) -> None:
    """Change one colour of an artist, if it has it and if the page decides about it."""
    get, put = getattr(artist, f"get_{part}", None), getattr(artist, f"set_{part}", None)
    if get is None or put is None:
        return
    colour = get()
    if isinstance(colour, np.ndarray) and colour.ndim == 2:  # a collection has a colour for each
        if len(colour) != 1:
            return
        colour = colour[0]
    new = change.get(to_hex(colour))
    if new is not None and artist.get_alpha() != 0:
        put(new)


def axes(
    xlabel: str = "", ylabel: str = "", rows: int = 1, height: float = 3.8, percent: str = ""
) -> tuple[Figure, Any]:
    """Make a figure to draw lines and bars in, as wide as the page.

    Parameters
    ----------
    xlabel, ylabel : str
        What the axes mean, with units.
    rows : int
        How many drawings, one below the other.
    height : float
        Of each row, in inches.
    percent : {"", "x", "y", "xy"}
        Which axes to label in percent: 0.05 reads 5%. Upwards they begin at 0.

    Returns
    -------
    (Figure, Axes or ndarray of Axes)
        One ``Axes`` if there is one row, else an array of them.
    """
    fig, drawn = plt.subplots(rows, 1, figsize=(WIDTH, height * rows), layout="constrained")
    each: list[Axes] = list(np.atleast_1d(drawn))
    for ax in each:
        ax.set_xlabel(xlabel)
        ax.set_ylabel(ylabel)
        if "x" in percent:
            ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        if "y" in percent:
            ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
            # A share is told by its height: no matter what is drawn, begin at 0 and not below.
            ax.axhline(0, linewidth=0).sticky_edges.y.append(0)
    return fig, drawn


def bars(
    groups: Sequence[str], series: dict[str, Sequence[float]], chance: float | None = None
) -> Figure:
    """Compare error rates: groups of bars, each with its number above it.

    Parameters
    ----------
    groups : sequence of str
        What stands below each group.
    series : dict of str to sequence of float
        What each colour means, and its error rate in each group, from 0 to 1.
    chance : float, optional
        The error rate of chance: a line across.

    Returns
    -------
    Figure
        Ready to be shown.
    """
    fig, ax = axes(ylabel="error", percent="y")
    width = 0.8 / len(series)
    places = np.arange(len(groups))
    for number, (name, errors) in enumerate(series.items()):
        place = places + (number - (len(series) - 1) / 2) * width
        drawn = ax.bar(place, errors, 0.92 * width, label=name, color=COLOURS[number])
        ax.bar_label(drawn, [f"{error:.1%}" for error in errors], padding=2)
    if chance is not None:
        ax.axhline(chance, color=GREY, linestyle="--", label="chance")
    ax.set_xticks(places, groups)
    ax.grid(visible=False, axis="x")
    ax.margins(y=0.12)
    fig.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=len(series) + 1)
    return fig


def part_maps(
    maps: dict[str, NDArray[np.int_]], parts: Sequence[str], xlabel: str, ylabel: str
) -> Figure:
    """Show to which part each photo belongs, as tables of colours, one beside the other.

    Parameters
    ----------
    maps : dict of str to ndarray of shape (n_rows, n_columns), int
        The number of a part for each photo, counted from 0, under a title.
    parts : sequence of str
        What to call the parts, at most five.
    xlabel, ylabel : str
        What the columns and the rows of the tables are.

    Returns
    -------
    Figure
        Ready to be shown.
    """
    fig, drawn = plt.subplots(
        1, len(maps), figsize=(WIDTH, 4.2), layout="constrained", squeeze=False, sharey=True
    )
    for ax, (title, table) in zip(drawn.flat, maps.items(), strict=True):
        rows, columns = table.shape
        ax.imshow(
            table,
            cmap=ListedColormap(list(COLOURS[: len(parts)])),
            vmin=-0.5,
            vmax=len(parts) - 0.5,
            aspect="auto",
            extent=(0.5, columns + 0.5, rows + 0.5, 0.5),  # count from 1
        )
        ax.set_title(title)
        ax.set_xlabel(xlabel)
        ax.grid(visible=False)
        ax.xaxis.set_major_locator(MaxNLocator(10, integer=True))
        ax.yaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10], integer=True))
    drawn.flat[0].set_ylabel(ylabel)
    patches = [
        Patch(color=colour, label=part) for colour, part in zip(COLOURS, parts, strict=False)
    ]
    fig.legend(handles=patches, loc="outside lower center", ncols=len(parts))
    return fig


def face_grid(
    images: Sequence[ArrayLike] | NDArray[Any], titles: Sequence[str] = (), columns: int = 5
) -> Figure:
    """Show pictures beside each other, each with a title above it.

    Parameters
    ----------
    images : sequence of array-like of shape (height, width)
        Grey levels; what is below 0 is black, what is above 255 is white. Pictures may differ in
        size: each is drawn as large as the others.
    titles : sequence of str
        One for each picture, or none.
    columns : int
        How many pictures stand in a row.

    Returns
    -------
    Figure
        Ready to be shown.
    """
    rows = -(-len(images) // columns)
    height, width = np.asarray(images[0]).shape
    lines = 0.22 * max((title.count("\n") + 1 for title in titles), default=0)
    fig, grid = plt.subplots(
        rows,
        columns,
        figsize=(WIDTH, rows * (WIDTH / columns * height / width + lines)),
        squeeze=False,
        layout="constrained",
    )
    for ax in grid.flat:
        ax.set_axis_off()
    for ax, image in zip(grid.flat, images, strict=False):
        ax.imshow(image, cmap="gray", vmin=0, vmax=255, aspect="auto")
    for ax, title in zip(grid.flat, titles, strict=False):
        ax.set_title(title, fontsize=12)
    return fig


def face_wall(images: NDArray[Any], columns: int = 20) -> Figure:
    """Show many pictures of one size as one wall, without titles.

    Parameters
    ----------
    images : ndarray of shape (n_photos, height, width)
        Grey levels. What does not fill a row is left out.
    columns : int
        How many pictures stand in a row.

    Returns
    -------
    Figure
        Ready to be shown.
    """
    columns = min(columns, len(images))
    rows = len(images) // columns
    height, width = images.shape[1:]
    wall = images[: rows * columns].reshape(rows, columns, height, width)
    whole = wall.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)
    fig, ax = plt.subplots(
        figsize=(WIDTH, WIDTH * whole.shape[0] / whole.shape[1]), layout="constrained"
    )
    ax.imshow(whole, cmap="gray", vmin=0, vmax=255, aspect="auto")
    ax.set_axis_off()
    return fig
