"""Groups of samples, or of features, that belong together.

Read `kmeans` (groups around means; its parts are `seeding`, `lloyd`, `cells` and `guesses`) and
`minibatch` (the same from a few samples at a time); then `ward` and `linkage` (trees of
clusters), `structured` (trees of clusters that touch), `trees` (how to cut them), and
`agglomerative`, whose estimators stand on these; `rena` (neighbours that find each other, in
linear time); `affinity` (samples that speak for others); and `spectral` (graphs of samples cut
into pieces).
"""

from aiguille.cluster.affinity import AffinityPropagation, affinity_propagation
from aiguille.cluster.agglomerative import AgglomerativeClustering, FeatureAgglomeration
from aiguille.cluster.kmeans import KMeans
from aiguille.cluster.linkage import linkage_tree
from aiguille.cluster.minibatch import MiniBatchKMeans
from aiguille.cluster.rena import ReNA, recursive_nearest_agglomeration
from aiguille.cluster.spectral import SpectralClustering, spectral_clustering
from aiguille.cluster.trees import cut_tree, leaves_order
from aiguille.cluster.ward import ward_tree

__all__ = [
    "AffinityPropagation",
    "AgglomerativeClustering",
    "FeatureAgglomeration",
    "KMeans",
    "MiniBatchKMeans",
    "ReNA",
    "SpectralClustering",
    "affinity_propagation",
    "cut_tree",
    "leaves_order",
    "linkage_tree",
    "recursive_nearest_agglomeration",
    "spectral_clustering",
    "ward_tree",
]
