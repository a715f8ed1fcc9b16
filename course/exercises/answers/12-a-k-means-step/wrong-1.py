"""A step of k-means.

k-means puts pixels into groups of like colours. It begins with some means, and takes this step
again and again: each pixel goes to the nearest mean; then each mean moves into the middle of its
pixels.

Two things are missing, or wrong:

1. labels: the number of the nearest mean of each pixel. squares holds the squared distance of each
   pixel (row) to each mean (column). The line below looks for the farthest mean.
2. A mean whose group is empty must stay where it is. The mean of nothing is not a number.

What to return: labels, of shape (n_pixels,), and the moved means, of the shape of means. Do not
write into means: it belongs to the caller.
"""

import numpy as np


def step(pixels, means):
    """Send each pixel to the nearest mean, then move each mean into the middle of its pixels."""
    squares = ((pixels[:, np.newaxis] - means) ** 2).sum(axis=2)
    labels = squares.argmin(axis=1)
    moved = means.copy()
    for group in range(len(means)):
        moved[group] = pixels[labels == group].mean(axis=0)
    return labels, moved
