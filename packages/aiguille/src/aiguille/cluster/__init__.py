"""Groups of samples, or of features, that belong together.

Read `kmeans` (groups around means), then `ward` and `linkage` (trees of clusters),
`structured` (trees of clusters that touch), `trees` (how to cut them), and `agglomerative`,
whose estimators stand on these.
"""

from aiguille.cluster.agglomerative import AgglomerativeClustering, FeatureAgglomeration
from aiguille.cluster.kmeans import KMeans
from aiguille.cluster.linkage import linkage_tree
from aiguille.cluster.trees import cut_tree, leaves_order
from aiguille.cluster.ward import ward_tree

__all__ = [
    "AgglomerativeClustering",
    "FeatureAgglomeration",
    "KMeans",
    "cut_tree",
    "leaves_order",
    "linkage_tree",
    "ward_tree",
]
