"""One merge of Ward's.

Ward's method begins with each pixel alone, and merges the two neighbours whose merging costs least,
again and again. The cost: how much the squares of the distances to the mean, summed over all pixels
of a cluster, grow when two clusters become one. It can be had from the means and the sizes alone:

    size_a * size_b / (size_a + size_b)  times the squared distance of the two means

1. cost() has another fraction. Make it the one above.
2. cheapest() looks at all pairs. On a picture only neighbours may merge: only pairs in edges.

What to return: cost() gives a number; cheapest() gives the pair (i, j) of edges that costs least.
"""

import numpy as np


def cost(mean_a, size_a, mean_b, size_b):
    """Say by how much the sum of squares grows when two clusters become one."""
    square = np.sum((mean_a - mean_b) ** 2)
    return size_a * size_b / (size_a + size_b) * square


def cheapest(means, sizes, edges):
    """Give the pair of neighbours that costs least; edges is a list of pairs (i, j)."""

    def cost_of(pair):
        i, j = pair
        return np.sum((means[i] - means[j]) ** 2)

    pairs = edges
    return min(pairs, key=cost_of)
