"""Name, number or look up a sample by those that are like it.

Read `search` (who is near) with `radius` (who is within one), then `voting` (how much each
neighbour counts), then `classification` (the nearest vote, or a typical face stands for all) and
`regression` (the mean of the nearest). `graphs` keeps who is near whom without the zeros;
`sharing` is what makes a nested search over ``k`` cheap.
"""

from aiguille.neighbors.classification import KNeighborsClassifier, NearestCentroid
from aiguille.neighbors.graphs import NeighborsGraph
from aiguille.neighbors.regression import KNeighborsRegressor
from aiguille.neighbors.search import NearestNeighbors, kneighbors_graph, radius_neighbors_graph

__all__ = [
    "KNeighborsClassifier",
    "KNeighborsRegressor",
    "NearestCentroid",
    "NearestNeighbors",
    "NeighborsGraph",
    "kneighbors_graph",
    "radius_neighbors_graph",
]
