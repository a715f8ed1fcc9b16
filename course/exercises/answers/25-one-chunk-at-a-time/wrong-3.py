"""One chunk at a time.

There are more photos than the memory holds. They come in chunks: one chunk is read, then it is
gone. chunks gives them, each an array of shape (some photos, n_pixels); some chunks are shorter
than others, and one may be empty. Compute the mean and the variance of each pixel over all photos,
while only one chunk is in memory.

Keep three things: count (how many photos so far), mean (theirs), and squares (the sum of their
squared distances from mean). When a chunk of n photos comes, whose mean is step away from ours:

    the mean moves by       step * n / (count + n)
    the squares grow by     those inside of the chunk, and step**2 * count * n / (count + n)

The lines below are a first try, and wrong: they take the mean of the chunks' means, as if all
chunks were equally long, and forget that chunks differ from each other.

What to return: mean and variance (squares / count), each of shape (n_pixels,).
"""

import numpy as np


def mean_and_variance(chunks):
    """Give the mean and the variance of each pixel; chunks can be gone through once."""
    count, total, squares = 0, 0.0, 0.0
    for chunk in chunks:
        count += len(chunk)
        total = total + chunk.sum(axis=0)
        squares = squares + np.sum(chunk**2, axis=0)
    mean = total / count
    return mean, squares / count - mean**2
