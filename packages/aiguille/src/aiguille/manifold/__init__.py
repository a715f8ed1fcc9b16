"""Maps: few coordinates such that what is alike, or near, lies together.

Multidimensional scaling draws a map from a table of distances: read `classical`, then
`majorization` and `mds`. Laplacian eigenmaps keep only who is near whom: read `eigenmaps`.
"""

from aiguille.laplacian import spectral_embedding
from aiguille.manifold.classical import ClassicalMDS, classical_mds
from aiguille.manifold.eigenmaps import SpectralEmbedding
from aiguille.manifold.majorization import isotonic, smacof
from aiguille.manifold.mds import MDS

__all__ = [
    "MDS",
    "ClassicalMDS",
    "SpectralEmbedding",
    "classical_mds",
    "isotonic",
    "smacof",
    "spectral_embedding",
]
