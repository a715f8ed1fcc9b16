"""What exercise 13 expects of connected components."""

import numpy as np
from aiguille.graph import Graph, connected_components

from course.exercises.looking import array
from course.exercises.speaking import Wrong

CHAPTER = 10
HINTS = (
    "Edges 0-2, then 1-2: when the second one comes, 2 points to 0. If it now points to 1 "
    "instead, who remembers that 0 and 2 belong together?",
    "Let a = head(i) and b = head(j). The higher of the two shall point to the lower one: max(a, "
    "b) and min(a, b). And the parent of a node need not be its head: walk on.",
    "parent[max(a, b)] = min(a, b) in the loop; at the end heads = [head(i) for i in "
    "range(graph.n_nodes)].",
)
MINE = {"aiguille.graph.connected_components": "connected_components"}


def check(mine, rng):
    """Compare on small graphs that can be drawn, then on a larger one."""
    look(mine, [[0, 1], [2, 3]], 4, "two pairs")
    look(mine, [[0, 1]], 4, "one pair, and two nodes alone")
    look(mine, [[0, 2], [1, 2]], 3, "a chain that is met from both ends")
    look(mine, [[0, 1], [1, 2], [0, 2]], 3, "a ring")
    look(mine, [[2, 3], [1, 2], [0, 1]], 4, "a chain, its last edge first")
    look(mine, np.zeros((0, 2), dtype=int), 3, "no edge at all")
    for _ in range(5):
        n = int(rng.integers(8, 14))
        pairs = np.array([(i, j) for i in range(n) for j in range(i + 1, n)])
        look(mine, rng.permutation(pairs)[: int(rng.integers(n // 2, n))], n, "edges at random")


def look(mine, edges, n_nodes, what):
    """Compare the parts of one graph with ours."""
    graph = Graph(np.array(edges).reshape(-1, 2), n_nodes)
    count, labels = connected_components(graph)
    answer = mine.connected_components(graph)
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise Wrong("connected_components() should return two things: how many parts, and labels.")
    found = array(answer[1], (n_nodes,), "labels")
    told = f"connected_components() of {what}: nodes 0 to {n_nodes - 1}, edges "
    told += f"{graph.edges.tolist()}. "
    drawing = picture(labels, found)
    for i, j in graph.edges:
        if found[i] != found[j]:
            raise Wrong(
                f"{told}Nodes {i} and {j} have an edge, and must be in one part; yours are in "
                f"{found[i]} and {found[j]}. {why_torn(answer[0], count)}",
                drawing,
            )
    if len(np.unique(found)) < count:
        raise Wrong(f"{told}Expected {count} parts, got {len(np.unique(found))}.", drawing)
    if not same_parts(found, labels):
        raise Wrong(f"{told}A walk along edges leads from one of your parts to another.", drawing)
    if answer[0] != count:
        raise Wrong(told + why_not_so_many(answer[0], count, n_nodes, len(graph.edges)), drawing)
    if not np.array_equal(found, labels):
        raise Wrong(
            f"{told}The parts are right, but they are numbered {found.tolist()}; expected is "
            f"{labels.tolist()}, in the order of their first nodes.",
        )


def same_parts(found, labels):
    """Tell whether two labellings mean the same parts."""
    return len(set(zip(found.tolist(), labels.tolist(), strict=True))) == len(set(labels.tolist()))


def why_torn(said, count):
    """Say what tears a part."""
    return (
        "A node that is made to point elsewhere leaves its part; and at the end its parent need "
        "not yet be the head. Join heads, and label by heads."
        if said != count
        else "Label each node by its head."
    )


def why_not_so_many(said, count, n_nodes, n_edges):
    """Say why people count so."""
    begin = f"The number of parts is {count}, you say {said}. "
    if said == n_nodes - n_edges:
        return begin + (
            "Nodes minus edges is right only while no edge joins what is joined already: in a "
            "ring the last edge joins nothing."
        )
    if said == n_edges:
        return begin + "That is the number of edges."
    return begin + "Nodes without any edge are parts of their own, too. Count the different heads."


def picture(labels, found):
    """Show the parts beside ours."""
    nodes = " ".join(f"{n:>2}" for n in range(len(labels)))
    ours = " ".join(f"{n:>2}" for n in labels)
    theirs = " ".join(f"{n:>2}" for n in found)
    return f"node      {nodes}\nexpected  {ours}\nyours     {theirs}"
