"""Parcels, and back.

A parcel is a group of pixels that touch. labels says for each pixel in which parcel it is: 0, 1, 2
... A photo is summarised by one number a parcel, the mean of its pixels. And to look at such a
photo, each pixel shows the number of its parcel.

1. parcel_means() must give, for each photo and parcel, the mean of the pixels in that parcel. The
   line below gives their sum.
2. paint() must give photos again. The line below repeats numbers as if the pixels lay parcel by
   parcel. They do not: labels says where they are.

What to return: parcel_means() an array of shape (n_photos, n_parcels); paint() one of shape
(n_photos, n_pixels).
"""

import numpy as np


def parcel_means(photos, labels):
    """Summarise photos, of shape (n_photos, n_pixels), by one number a parcel."""
    n_parcels = labels.max() + 1
    means = np.empty((len(photos), n_parcels))
    for parcel in range(n_parcels):
        means[:, parcel] = photos[:, labels == parcel].mean(axis=1)
    return means


def paint(means, labels):
    """Show each pixel in the grey of its parcel."""
    return means[:, labels]
