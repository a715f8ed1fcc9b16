"""Eigenvectors of graphs, with numpy alone.

Read `eigenvectors`, which says what makes them hard to find and chooses between two ways;
`elimination` and `iterations`, which are these ways; and `links`, the matrix of a graph.
"""

from aiguille.spectrum.eigenvectors import largest_eigenvectors
from aiguille.spectrum.elimination import eliminate, is_thick, slices_of, thin_slices
from aiguille.spectrum.iterations import block_lanczos, chebyshev_subspace
from aiguille.spectrum.links import Links, neighbour_product

__all__ = [
    "Links",
    "block_lanczos",
    "chebyshev_subspace",
    "eliminate",
    "is_thick",
    "largest_eigenvectors",
    "neighbour_product",
    "slices_of",
    "thin_slices",
]
