"""Nearest mean.

A typical face is the mean of a person's known photos. To name a new photo, take the person whose
typical face is nearest.

fit() is to keep one mean photo for each name, in the order of classes_; now it keeps the mean of
all photos, the same for everybody. predict() is to give each new photo the name of the nearest
mean; now it gives everybody the first name.

What to return: predict() gives an array with one name for each photo. (fit() ends with return
self, as it does now. That allows fit(X, y).predict(X).)
"""

import numpy as np
from aiguille.base import Classifier


class TypicalFaces(Classifier):
    """Names a photo after the nearest typical face."""

    def fit(self, X, y):
        """Learn typical faces: X has one photo in each row, y its name."""
        self.classes_ = np.unique(y)
        self.centroids_ = np.array([X[y == name].mean(axis=0) for name in self.classes_])
        return self

    def predict(self, X):
        """Name new photos, one in each row."""
        names = []
        for photo in X:
            distances = (self.centroids_ - photo).sum(axis=1)
            names.append(self.classes_[np.argmin(distances)])
        return np.array(names)
