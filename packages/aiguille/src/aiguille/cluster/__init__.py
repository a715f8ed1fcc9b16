"""Groups of samples, or of features, that belong together."""

from aiguille.cluster.rena import ReNA, recursive_nearest_agglomeration

__all__ = ["ReNA", "recursive_nearest_agglomeration"]
