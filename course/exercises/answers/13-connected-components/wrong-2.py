"""Connected components.

A picture is a graph: pixels, and edges between neighbours. Cut some edges, and it falls into parts.
Which pixel is in which part?

Each node points to a *parent*, at first to itself. Whoever points to itself is the head of a part.
An edge (i, j) says that both are in one part. So the head of one must point to the head of the
other: the higher number to the lower one. head(i) walks from a node to the head of its part.

1. In the loop over the edges, the node j itself is made to point to i. That tears it from the part
   that it was in. Join the two *heads* instead.
2. At the end the label of each node is its parent; it shall be its head.

What to return: how many parts there are, and the part of each node. The numbering is done.
"""

import numpy as np


def connected_components(graph):
    """Tell the parts of a graph apart; it has graph.n_nodes and graph.edges (rows i, j, i < j)."""
    parent = list(range(graph.n_nodes))

    def head(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]  # a short cut for those who come later
            i = parent[i]
        return i

    for i, j in graph.edges.tolist():
        a, b = head(i), head(j)
        parent[max(a, b)] = min(a, b)

    heads = [parent[i] for i in range(graph.n_nodes)]
    lowest, labels = np.unique(heads, return_inverse=True)
    return len(lowest), labels
