"""Groups of samples, or of features, that belong together."""

from aiguille.cluster.affinity import AffinityPropagation, affinity_propagation
from aiguille.cluster.rena import ReNA, recursive_nearest_agglomeration

__all__ = [
    "AffinityPropagation",
    "ReNA",
    "affinity_propagation",
    "recursive_nearest_agglomeration",
]
