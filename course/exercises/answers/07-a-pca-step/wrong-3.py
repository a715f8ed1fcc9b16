"""A step of PCA.

PCA describes each photo by a few numbers. fit() looks for the directions in which the photos differ
most; transform() says how far a photo goes in each of them; inverse_transform() paints a photo from
these numbers again.

PCA is about what differs from the mean photo. The lines below have forgotten this:

1. fit() should hand the photos *minus their mean photo* to the SVD (singular value decomposition:
   it finds the directions in which the rows of a table reach farthest from zero).
2. transform() should subtract the same mean photo, the one that fit() has kept, and not another.
3. inverse_transform() should end by adding it.

What to return: transform() gives a row of n_components numbers for each photo; inverse_transform()
gives photos again.
"""

import numpy as np
from aiguille.transformers import Transformer


class FewNumbers(Transformer):
    """Describes each photo by a few numbers, and paints it from them."""

    def __init__(self, n_components=2):
        self.n_components = n_components

    def fit(self, X, y=None):
        """Find the mean photo, and the directions in which photos differ most."""
        self.mean_ = X.mean(axis=0)
        _, sizes, directions = np.linalg.svd(X - self.mean_, full_matrices=False)
        self.components_ = directions[: self.n_components]  # one direction a row
        self.explained_variance_ = sizes[: self.n_components] ** 2 / (len(X) - 1)
        return self

    def transform(self, X):
        """Describe each photo by a few numbers."""
        return (X - self.mean_) @ self.components_.T

    def inverse_transform(self, numbers):
        """Paint photos from their numbers."""
        return numbers @ self.components_
