"""What exercise 14 expects of one merge of Ward's method."""

import numpy as np

from course.exercises.looking import alike, array
from course.exercises.speaking import Wrong

CHAPTER = 11
HINTS = (
    "Two parts, in order. cost(): two clusters of 100 pixels, one level apart, when they merge put "
    "200 pixels half a level off; two single pixels only two. So sizes matter. cheapest(): of two "
    "clusters that do not touch, the cost does not matter, however low.",
    "The formula of the cost stands in the text above: a fraction made of the sizes, times "
    "square. cheapest() must ask cost(), and of whom? Whoever may merge is in edges already.",
    "return size_a * size_b / (size_a + size_b) * square, and pairs = edges",
)
MINE = {}


def check(mine, rng):
    """Compare the cost with sums of squares of pixels, then look for the cheapest pair."""
    for _ in range(3):
        look_at_cost(mine, rng)
    for _ in range(5):
        look_at_pair(mine, *neighbours(rng))


def look_at_cost(mine, rng):
    """Merge two clusters of pixels, and see by how much the sum of squares grows."""
    a = rng.normal(0, 1, (int(rng.integers(1, 5)), 3)) + 3
    b = rng.normal(0, 1, (int(rng.integers(5, 9)), 3))
    apart, together = spread(a) + spread(b), spread(np.vstack([a, b]))
    means, sizes = (a.mean(axis=0), b.mean(axis=0)), (len(a), len(b))
    found = array(mine.cost(means[0], sizes[0], means[1], sizes[1]), (), "cost()")
    expected = together - apart
    if not alike(found, expected):
        raise Wrong(
            f"Clusters of {sizes[0]} and {sizes[1]} pixels. Sum of squares before: {apart:.3f}, "
            f"after they merge: {together:.3f}. So the cost is {expected:.3f}; yours is "
            f"{float(found):.3f}. " + why_not(float(found), means, sizes)
        )


def spread(pixels):
    """Sum the squared distances of pixels to their mean."""
    return float(((pixels - pixels.mean(axis=0)) ** 2).sum())


def why_not(found, means, sizes):
    """Say which formula gives what came."""
    square = float(np.sum((means[0] - means[1]) ** 2))
    a, b = sizes
    if alike(found, square):
        return "That is the squared distance of the means: the sizes do not come in."
    if alike(found, (a + b) / 2 * square):
        return (
            "With the mean of the sizes, a single pixel could hardly join a large cluster. In "
            "truth it costs little: the large one's mean hardly moves."
        )
    if alike(found, (a + b) / (a * b) * square):
        return "The fraction stands on its head: then large clusters would merge for nothing."
    if alike(found, a * b / (a + b) * square**0.5):
        return "That takes the distance of the means; it must be squared."
    if alike(found, a * b * square):
        return "The product of the sizes must be divided by their sum."
    if alike(found, 2 * a * b / (a + b) * square):
        return "That is twice the growth."
    return "It is size_a * size_b / (size_a + size_b), times the squared distance."


def neighbours(rng):
    """Draw clusters in a ring, until each mistake would choose another pair."""
    while True:
        n = int(rng.integers(6, 9))
        means, sizes = rng.normal(0, 10, (n, 3)), rng.integers(1, 40, n)
        edges = [(i, i + 1) for i in range(n - 1)] + [(0, n - 1)]
        everyone = [(i, j) for i in range(n) for j in range(i + 1, n)]
        first = [
            min(edges, key=lambda pair: cost_of(means, sizes, pair)),
            min(everyone, key=lambda pair: cost_of(means, sizes, pair)),
            min(edges, key=lambda pair: cost_of(means, np.ones(n), pair)),
            max(edges, key=lambda pair: cost_of(means, sizes, pair)),
        ]
        if len(set(first)) == len(first):
            return means, sizes, edges, first


def cost_of(means, sizes, pair):
    """Give the cost of a merge."""
    i, j = pair
    a, b = sizes[i], sizes[j]
    return a * b / (a + b) * np.sum((means[i] - means[j]) ** 2)


def look_at_pair(mine, means, sizes, edges, first):
    """See that the cheapest pair of neighbours is found."""
    given = list(edges)
    found = mine.cheapest(means.copy(), sizes.copy(), given)
    if found is None or np.shape(found) != (2,):
        raise Wrong(f"cheapest() should give a pair (i, j) of edges; yours gives {found}.")
    found = tuple(sorted(int(i) for i in found))
    expected, everyone, sizeless, dearest = first
    if found != expected:
        raise Wrong(
            f"Expected the pair {expected}, which costs {cost_of(means, sizes, expected):.1f}; "
            f"got {found}, which costs {cost_of(means, sizes, found):.1f}. "
            + {
                everyone: "Of all pairs it is the cheapest, but the two are no neighbours: they "
                f"are not in edges, {edges}.",
                sizeless: "Its means are nearest, but it holds more pixels. Does cheapest() use "
                "cost(), with the sizes?",
                dearest: "Of all neighbours that is the dearest pair.",
            }.get(found, "Look for the lowest cost(means[i], sizes[i], means[j], sizes[j]).")
        )
    if given != edges:
        raise Wrong("The pair is right, but your function has changed the edges it was given.")
