"""Groups of samples, or of features, that belong together."""

from aiguille.cluster.kmeans import KMeans

__all__ = ["KMeans"]
