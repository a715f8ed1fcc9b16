"""Groups of samples, or of features, that belong together."""

from aiguille.cluster.agglomerative import AgglomerativeClustering, FeatureAgglomeration
from aiguille.cluster.linkage import linkage_tree
from aiguille.cluster.trees import cut_tree, leaves_order
from aiguille.cluster.ward import ward_tree

__all__ = [
    "AgglomerativeClustering",
    "FeatureAgglomeration",
    "cut_tree",
    "leaves_order",
    "linkage_tree",
    "ward_tree",
]
