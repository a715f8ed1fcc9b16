"""What exercise 25 expects of a mean and a variance over chunks."""

import weakref

import numpy as np

from course.exercises.looking import alike, array
from course.exercises.speaking import Wrong

CHAPTER = 16
HINTS = (
    "A long chunk must pull the mean further than a short one. step says how far the chunk's mean "
    "is from ours, and n / (count + n) how much of that way we go.",
    "The first chunk meets count = 0: then the mean moves all the way, and squares grow by what is "
    "inside of the chunk. Grow the squares before count changes.",
    "step = chunk.mean(axis=0) - mean; squares = squares + inside + step**2 * count * n / (count + "
    "n); mean = mean + step * n / (count + n); count += n",
)
MINE = {}


class Chunk(np.ndarray):
    """An array of which one can tell whether it is still held."""


def check(mine, rng):
    """Stream photos in chunks of different lengths, then some that are far from zero."""
    sizes = [3, 12, 1, 0, 7, 20]
    photos = rng.normal(0, 5, (sum(sizes), 6)) + np.repeat(rng.normal(0, 30, 6), sizes)[:, None]
    look(mine, photos, rng.permutation(sizes), "")
    far = rng.normal(0, 1, (sum(sizes), 6)) + 1e8
    look(mine, far, rng.permutation(sizes), "Pixels around 100,000,000. ")
    look(mine, photos[:9], [9], "A single chunk. ")


def look(mine, photos, sizes, where):
    """Compare with numpy, which has all photos at once."""
    held, kept = [], photos.copy()
    answer = mine.mean_and_variance(streamed(photos, sizes, held))
    if not np.array_equal(photos, kept):
        raise Wrong("mean_and_variance() has changed the photos that it was given.")
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise Wrong("mean_and_variance() should return two arrays: return mean, squares / count.")
    mean = array(answer[0], photos.shape[1:], "the mean")
    variance = array(answer[1], photos.shape[1:], "the variance")
    chunks = np.split(photos, np.cumsum(sizes)[:-1])
    chunks = [chunk for chunk in chunks if len(chunk)]
    if not alike(mean, photos.mean(axis=0), 1e-9):
        raise Wrong(where + why_not_mean(mean, photos, chunks))
    if not alike(variance, photos.var(axis=0), 1e-5):
        raise Wrong(where + why_not_variance(variance, photos, chunks))
    most = max(held)
    if most > 2:
        raise Wrong(
            f"The numbers are right, but mean_and_variance() held {most} chunks at once: all of "
            "them, in a list or in one array. Take what you need of a chunk, and let it go."
        )


def streamed(photos, sizes, held):
    """Give chunks one by one, and note how many of the old ones are still held."""
    alive, start = [], 0
    for size in sizes:
        chunk = photos[start : start + size].copy().view(Chunk)
        alive.append(weakref.ref(chunk))
        start += size
        yield chunk
        del chunk
        held.append(sum(ref() is not None for ref in alive))


def why_not_mean(found, photos, chunks):
    """Say which mean that is."""
    begin = f"mean_and_variance(): the mean of pixel 0: expected {photos[:, 0].mean():.4g}, got "
    begin += f"{found[0]:.4g}. "
    means = np.array([chunk.mean(axis=0) for chunk in chunks])
    if alike(found, means.mean(axis=0)):
        lengths = [len(chunk) for chunk in chunks]
        return begin + (
            f"That is the mean of the chunks' means. The chunks have {lengths} photos: a photo in "
            "a short chunk would count more than one in a long chunk."
        )
    if alike(found, means[-1]):
        return begin + "That is the mean of the last chunk: the earlier ones were forgotten."
    if alike(found, means.sum(axis=0)):
        return begin + "That is the sum of the chunks' means."
    return begin + "It moves by step * n / (count + n), with count as it was before the chunk."


def why_not_variance(found, photos, chunks):
    """Say which variance that is."""
    n, variance = len(photos), photos.var(axis=0)
    begin = f"mean_and_variance(): the mean is right. The variance of pixel 0: expected "
    begin += f"{variance[0]:.4g}, got {found[0]:.4g}. "
    inside = sum(chunk.var(axis=0) * len(chunk) for chunk in chunks) / n
    if alike(found, inside, 1e-5):
        return begin + (
            "That is what photos differ inside of their chunks. But the chunks' means differ, too: "
            "step**2 * count * n / (count + n) is missing."
        )
    if alike(found, variance * n / (n - 1), 1e-5):
        return begin + f"You divided by {n - 1}; the task asks for squares / count, {n} photos."
    if alike(found, variance * n, 1e-5):
        return begin + "Those are the squares; divide them by count."
    if photos.min() > 1e7:
        return begin + (
            "The mean of the squares minus the square of the mean is right on paper, but both are "
            "huge numbers with 16 digits, and what differs is in the last of them. Sum the squared "
            "distances from the mean instead."
        )
    return begin + "Is count already the new one when the squares grow? Use it as it was before."
