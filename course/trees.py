"""The top of a tree of merges, as a picture: which groups became one, and what that cost.

A tree of ``n`` leaves is the array ``children`` of shape (n - 1, 2): row ``i`` names the two nodes
that became node ``n + i``. Nodes below ``n`` are the samples, such as pixels. Thousands of them
cannot be drawn, and need not be: the last merges tell the story.
"""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course.figures import COLOURS, WIDTH

__all__ = ["top_order", "tree_top"]

Indices = NDArray[np.intp]


def top_order(children: Indices, n_groups: int) -> list[int]:
    """Put the groups of a cut in the order in which a drawn tree has them, without crossings.

    Parameters
    ----------
    children : ndarray of shape (n - 1, 2)
        The tree.
    n_groups : int
        Where it is cut.

    Returns
    -------
    list of int
        The numbers that `aiguille.cluster.cut_tree` gives to the groups.

    Examples
    --------
    >>> top_order(np.array([[0, 2], [1, 3], [4, 5]]), 3)  # node 4 is 0 and 2; 1 and 3 are alone
    [2, 0, 1]
    """
    n = len(children) + 1
    first_merge = 2 * n - n_groups  # the nodes from here on are made of groups
    waiting, nodes = [2 * n - 2], []
    while waiting:
        node = waiting.pop()
        if node < first_merge:
            nodes.append(node)
        else:
            waiting += [int(child) for child in children[node - n][::-1]]
    number = {node: place for place, node in enumerate(sorted(nodes))}  # as cut_tree counts
    return [number[node] for node in nodes]


def tree_top(
    children: Indices, distances: NDArray[Any], pictures: Sequence[NDArray[Any]], ylabel: str
) -> Figure:
    """Draw the last merges of a tree, with a picture below each group.

    Parameters
    ----------
    children : ndarray of shape (n - 1, 2)
        The tree.
    distances : ndarray of shape (n - 1,)
        What each merge cost: its height.
    pictures : sequence of ndarray of shape (height, width) or (height, width, 3)
        One for each group that `aiguille.cluster.cut_tree` makes of it, from 0 to 255.
    ylabel : str
        What the height means.

    Returns
    -------
    Figure
        Ready to be shown.
    """
    n, n_groups = len(children) + 1, len(pictures)
    order = top_order(children, n_groups)
    fig = plt.figure(figsize=(WIDTH, 2.6 + WIDTH / n_groups), layout="constrained")
    grid = fig.add_gridspec(2, n_groups, height_ratios=(2.6, WIDTH / n_groups))
    ax = fig.add_subplot(grid[0, :])
    nodes = groups_below(children, n_groups)
    at = {nodes[group]: (float(place), 0.0) for place, group in enumerate(order)}
    for merge in range(n - n_groups, n - 1):
        (left, low), (right, high) = (at[int(child)] for child in children[merge])
        top = float(distances[merge])
        ax.plot([left, left, right, right], [low, top, top, high], marker="", color=COLOURS[0])
        at[n + merge] = ((left + right) / 2, top)
    ax.set_xlim(-0.5, n_groups - 0.5)
    ax.set_ylim(0)
    ax.set_xticks([])
    ax.set_ylabel(ylabel)
    ax.grid(visible=False, axis="x")
    for place, group in enumerate(order):
        below = fig.add_subplot(grid[1, place])
        small = np.clip(pictures[group], 0, 255).astype(np.uint8)
        below.imshow(small, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        below.set_axis_off()
    return fig


def groups_below(children: Indices, n_groups: int) -> list[int]:
    """Give the nodes that are the groups of a cut, in the order of their numbers.

    Examples
    --------
    >>> groups_below(np.array([[0, 2], [1, 3], [4, 5]]), 3)
    [1, 3, 4]
    """
    n = len(children) + 1
    last = children[n - n_groups :].ravel()
    return sorted({int(node) for node in last if node < 2 * n - n_groups})
