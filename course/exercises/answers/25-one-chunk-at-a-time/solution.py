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
    count, mean, squares = 0, 0.0, 0.0
    for chunk in chunks:
        n = len(chunk)
        if n == 0:
            continue
        step = chunk.mean(axis=0) - mean
        inside = np.sum((chunk - chunk.mean(axis=0)) ** 2, axis=0)
        squares = squares + inside + step**2 * count * n / (count + n)
        mean = mean + step * n / (count + n)
        count += n
    return mean, squares / count
