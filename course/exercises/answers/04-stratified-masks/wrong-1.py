"""Masks of stratified folds.

Deal photos into folds, as one deals cards, so that each fold gets its share of *everybody*. Then
hand out masks: for each fold, which photos to learn from, and which to test on.

Two of the lines below are wrong.

1. The dealing: now all photos of a person lie in fold 0. The first photo of a person shall go to
   fold 0, the next one to fold 1, and so on; after the last fold comes fold 0 again.
2. The masks: each pair is (train, test). Look where the first one is True, and where the second.

What to return: a list with one pair (train, test) for each fold. Each is an array of True and
False, as long as names.
"""

import numpy as np


def stratified_masks(names, n_folds):
    """Cut photos so that each fold has a share of everybody; names tells who is on each photo."""
    fold = np.zeros(len(names), dtype=int)
    for person in np.unique(names):
        own = np.flatnonzero(names == person)  # the numbers of the person's photos
        fold[own] = own * n_folds // len(names)
    return [(fold != n, fold == n) for n in range(n_folds)]
