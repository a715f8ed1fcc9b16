"""Fewer numbers for each sample: where it lies along the directions in which samples differ most.

Read `axes` (one decomposition of a matrix, in three ways; the quickest is in `randomized`), then
`pca`, then `incremental`, which sees the samples part by part. `components` is what both do with
the directions once they have them; `gaussian` makes a distribution of them, and asks how many
of them there are.
"""

from aiguille.decomposition.axes import principal_axes
from aiguille.decomposition.incremental import IncrementalPCA
from aiguille.decomposition.pca import PCA
from aiguille.decomposition.randomized import randomized_svd

__all__ = ["PCA", "IncrementalPCA", "principal_axes", "randomized_svd"]
