"""Maps of things that are alike: points, links between them, and names that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from aiguille.cluster import leaves_order, linkage_tree
from aiguille.manifold import MDS
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.ticker import PercentFormatter
from matplotlib.transforms import Transform
from numpy.typing import NDArray

from course.figures import COLOURS, GREY, MARKERS, WIDTH

__all__ = ["draw_map", "matrix", "places", "pushed_apart"]

HEIGHT = 7.4  # of a map, in inches: on a telephone it is half as large
LETTERS = 16  # of a name, in points
LIGHT_GROUND, DARK_GROUND = "#ffffff", "#1e2129"  # of the pages


def places(
    alike: NDArray[np.float64], left: int | None = None, top: int | None = None
) -> NDArray[np.float64]:
    """Find a place for each thing, so that alike ones are near.

    A map that is turned or seen in a mirror has the same distances. So who draws two maps says
    what is to be on the left and what in the upper half of both.

    Parameters
    ----------
    alike : ndarray of shape (n, n)
        Correlations: 1 for the same, 0 for nothing in common.
    left, top : int, optional
        The number of the thing at the very left of the middle, and of one in the upper half.

    Returns
    -------
    ndarray of shape (n, 2)
        Places in the square from -1 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> alike = np.array([[1.0, 0.9, 0.1], [0.9, 1.0, 0.1], [0.1, 0.1, 1.0]])
    >>> first, second, third = places(alike, left=0)
    >>> bool(first[0] < third[0] and second[0] < third[0])
    True
    """
    model = MDS(metric="precomputed", n_init=24, max_iter=1000, eps=1e-5, random_state=0)
    found = model.fit_transform(np.maximum(0, 1 - alike))
    found = found - found.mean(axis=0)
    if left is not None:
        x, y = -found[left] / np.linalg.norm(found[left])
        found = found @ np.array([[x, -y], [y, x]])
    if top is not None and found[top, 1] < 0:
        found = found * [1, -1]
    return np.asarray(found / np.abs(found).max())


def draw_map(
    names: Sequence[str],
    where: NDArray[np.float64],
    groups: NDArray[np.int_],
    links: Iterable[tuple[int, int]],
    title: str = "",
    first: Sequence[str] = (),
) -> Figure:
    """Draw a map: a point and a name for each thing, a line for each link.

    Parameters
    ----------
    names : sequence of str of length n
        What stands beside each point.
    where : ndarray of shape (n, 2)
        As `places` gives them.
    groups : ndarray of shape (n,), int
        Things of one group have one colour and one kind of point.
    links : iterable of (int, int)
        Pairs of things between which there is a line.
    title : str
        What stands above it.
    first : sequence of str
        Names whose groups have the first colours, so that the colours of two maps agree.

    Returns
    -------
    Figure
        Ready to be shown.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, HEIGHT), layout="constrained")
    ax.set_axis_off()
    ax.set_title(title, fontsize=LETTERS)
    for link in links:
        x, y = where[list(link)].T  # hard edges: dozens of soft ones make a large picture
        ax.plot(x, y, color=GREY, linewidth=1.0, marker="", zorder=1, antialiased=False)
    for rank, group in enumerate(in_order(groups, names, first)):
        colour, marker = COLOURS[rank % len(COLOURS)], MARKERS[rank % len(MARKERS)]
        x, y = where[groups == group].T
        ax.scatter(x, y, s=70, color=colour, marker=marker, zorder=2)
    low, high = where.min(axis=0), where.max(axis=0)
    margin = (high - low) * [0.09, 0.06]  # room for the names at the rim
    ax.set_xlim(low[0] - margin[0], high[0] + margin[0])
    ax.set_ylim(low[1] - margin[1], high[1] + 2 * margin[1])
    fig.canvas.draw()
    frame = ax.get_window_extent()
    scale = (high - low + [2, 3] * margin) / [frame.width, frame.height]  # of a pixel
    texts = [ax.text(0, 0, name, ha="center", va="center", fontsize=LETTERS) for name in names]
    boxes = np.array([[e.width, e.height] for e in (t.get_window_extent() for t in texts)])
    spots = pushed_apart(where / scale, boxes + 2)
    for text, spot in zip(texts, spots * scale, strict=True):
        text.set_position((float(spot[0]), float(spot[1])))
        text.set_path_effects([Halo()])
    return fig


class Halo(AbstractPathEffect):
    """A rim around letters in the colour of the page, so that they are read on lines and points.

    Nobody need tell it the page: dark letters stand on a light one, light letters on a dark one.
    """

    def draw_path(
        self,
        renderer: RendererBase,
        gc: GraphicsContextBase,
        tpath: Path,
        affine: Transform,
        rgbFace: Any = None,
    ) -> None:
        """Draw the rim of letters, and the letters on it."""
        ground = DARK_GROUND if np.mean(to_rgb(rgbFace)) > 0.5 else LIGHT_GROUND
        rim = withStroke(linewidth=4, foreground=ground)
        rim.draw_path(renderer, gc, tpath, affine, rgbFace)


def in_order(groups: NDArray[np.int_], names: Sequence[str], first: Sequence[str]) -> list[int]:
    """Put those groups first to which some names belong."""
    belongs = dict(zip(names, groups.tolist(), strict=True))
    wanted = [belongs[name] for name in first if name in belongs]
    return list(dict.fromkeys([*wanted, *sorted(set(groups.tolist()))]))


def pushed_apart(
    points: NDArray[np.float64], boxes: NDArray[np.float64], rounds: int = 400
) -> NDArray[np.float64]:
    """Find a place for each name, near its point, where no two names overlap.

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        Where the points are.
    boxes : ndarray of shape (n, 2)
        Width and height of the names.
    rounds : int
        How often to push, at most.

    Returns
    -------
    ndarray of shape (n, 2)
        The middle of each name.
    """
    spots = points + np.array([0.0, 0.9]) * boxes  # above the point, to begin with
    spots = spots + 1e-6 * np.arange(len(points))[:, None]  # no two in one spot
    room, clear = (boxes[:, None] + boxes) / 2, boxes[:, None] / 2 + 0.35 * boxes[:, 1].min()
    others = ~np.eye(len(points), dtype=bool)
    for _ in range(rounds):
        push = (away(spots, spots, room, others) + away(spots, points, clear)) / 2
        if not push.any():
            break
        spots = spots + push
    return spots


def away(
    spots: NDArray[np.float64],
    others: NDArray[np.float64],
    room: NDArray[np.float64],
    among: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Sum up how each spot is pushed by all others that it overlaps: mostly up and down."""
    gaps = spots[:, None] - others
    overlap = room - np.abs(gaps)
    hits = (overlap[..., 0] > 0) & (overlap[..., 1] > 0)
    if among is not None:
        hits = hits & among
    push = np.where(gaps >= 0, overlap, -overlap) * hits[..., None]
    return np.asarray((push * [0.25, 1.0]).sum(axis=1))


def matrix(shares: NDArray[np.float64], names: Sequence[str], label: str) -> Figure:
    """Show a table of shares as colours, those that go together beside each other.

    Parameters
    ----------
    shares : ndarray of shape (n, n)
        How much two things go together, from 0 to 1.
    names : sequence of str of length n
        What the rows and columns are.
    label : str
        What the colours mean.

    Returns
    -------
    Figure
        Ready to be shown.
    """
    tree, _ = linkage_tree(1 - shares, linkage="average", metric="precomputed")
    order = leaves_order(tree)
    fig, ax = plt.subplots(figsize=(WIDTH, 7.4), layout="constrained")
    drawn = ax.imshow(shares[np.ix_(order, order)], cmap="viridis", vmin=0, vmax=1)
    ax.grid(visible=False)
    ordered = [names[place] for place in order]
    ax.set_yticks(range(len(names)), ordered)
    ax.set_xticks(range(len(names)), ordered, rotation=90)
    bar = fig.colorbar(drawn, ax=ax, location="top", shrink=0.7, format=PercentFormatter(1))
    bar.set_label(label)
    return fig
