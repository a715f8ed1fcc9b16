"""Maps of things that are alike: points, links between them, and names that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from aiguille.manifold import MDS
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course.figures import COLOURS, GREY, WIDTH

__all__ = ["draw_map", "matrix", "places", "pushed_apart"]


def places(alike: NDArray[np.float64]) -> NDArray[np.float64]:
    """Find a place for each thing, so that alike ones are near.

    Parameters
    ----------
    alike : ndarray of shape (n, n)
        Correlations: 1 for the same, 0 for nothing in common.

    Returns
    -------
    ndarray of shape (n, 2)
        Places in the square from -1 to 1.
    """
    apart = np.sqrt(np.maximum(0, 2 * (1 - alike)))
    found = MDS(
        metric="precomputed", n_init=4, max_iter=1000, eps=1e-4, random_state=0
    ).fit_transform(apart)
    found = found - found.mean(axis=0)
    _, _, axes = np.linalg.svd(found, full_matrices=False)
    found = found @ axes.T  # the long way across
    return np.asarray(found / np.abs(found).max())


def draw_map(
    names: Sequence[str],
    where: NDArray[np.float64],
    groups: NDArray[np.int_],
    links: Iterable[tuple[int, int, float]],
    height: float = 5.0,
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
    links : iterable of (int, int, float)
        Two things, and how strong the line between them is, from 0 to 1.
    height : float
        In inches.

    Returns
    -------
    Figure
        Ready to be shown.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    ax.set_axis_off()
    for one, other, strength in links:
        x, y = where[[one, other]].T
        ax.plot(x, y, color=GREY, linewidth=4 * strength, alpha=0.7, marker="", zorder=1)
    for group in np.unique(groups):
        x, y = where[groups == group].T
        colour, marker = COLOURS[group % len(COLOURS)], "os^Dv"[group % 5]
        ax.scatter(x, y, s=60, color=colour, marker=marker, zorder=2)
    ax.set_xlim(-1.25, 1.25)
    spread = max(0.3, float(np.abs(where[:, 1]).max()))
    ax.set_ylim(-1.15 * spread, 1.15 * spread)
    fig.canvas.draw()
    size = ax.get_window_extent().size / [2.5, 2.3 * spread]  # pixels for each unit
    pixel = fig.dpi / 72
    boxes = np.array([[7.4 * len(name) * pixel, 15 * pixel] for name in names]) / size
    for name, spot in zip(names, pushed_apart(where, boxes), strict=True):
        ax.text(*spot, name, ha="center", va="center", fontsize=11, zorder=3)
    return fig


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
    spots = points + [0, 1] * boxes * 0.9  # above the point, to begin with
    half = (boxes[:, None] + boxes) / 2
    own = np.eye(len(points), dtype=bool)
    dots = np.full(2, 0.35) * boxes.min(axis=0)
    for _ in range(rounds):
        gaps = spots[:, None] - spots
        overlap = np.where(own[..., None], 0, half - np.abs(gaps))
        hits = (overlap > 0).all(axis=2)
        near = spots[:, None] - points  # names keep clear of all points as well
        over = boxes[:, None] / 2 + dots - np.abs(near)
        covers = (over > 0).all(axis=2)
        if not hits.any() and not covers.any():
            break
        push = np.zeros_like(spots)
        push[:, 1] += (np.where(gaps[..., 1] >= 0, 1, -1) * overlap[..., 1] * hits).sum(axis=1) / 2
        push[:, 1] += (np.where(near[..., 1] >= 0, 1, -1) * over[..., 1] * covers).sum(axis=1) / 2
        push[:, 0] += (np.sign(gaps[..., 0]) * overlap[..., 0] * hits).sum(axis=1) / 8
        spots = spots + 0.5 * push
    return np.asarray(spots)


def matrix(
    shares: NDArray[np.float64], names: Sequence[str], order: NDArray[np.int_], label: str
) -> Figure:
    """Show a table of shares as colours, with the names at its side, in some order.

    Parameters
    ----------
    shares : ndarray of shape (n, n)
        From 0 to 1.
    names : sequence of str of length n
        What the rows and columns are.
    order : ndarray of shape (n,), int
        Which comes first.
    label : str
        What the colours mean.

    Returns
    -------
    Figure
        Ready to be shown.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 6.2), layout="constrained")
    drawn = ax.imshow(shares[np.ix_(order, order)], cmap="viridis", vmin=0, vmax=1)
    ax.grid(visible=False)
    ordered = [names[place] for place in order]
    ax.set_yticks(range(len(names)), ordered, fontsize=10)
    ax.set_xticks(range(len(names)), ordered, fontsize=10, rotation=90)
    bar = fig.colorbar(drawn, ax=ax, shrink=0.8, format=lambda share, _: f"{share:.0%}")
    bar.set_label(label)
    return fig
