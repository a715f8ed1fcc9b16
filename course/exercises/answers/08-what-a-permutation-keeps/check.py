"""What exercise 8 expects of a permutation test."""

import numpy as np

from course.exercises.looking import number
from course.exercises.speaking import Wrong, choice

CHAPTER = 7
HINTS = (
    "Take three photos and three names on pieces of paper, and shuffle the names. What can you "
    "still tell without knowing who is who?",
    "The photos are not touched: what can be said of photos alone stays. The names are only "
    "moved: what can be said of names alone stays, too.",
    "c. And of 20 ways to deal the names, the real one included, one did as well as the real one: "
    "itself.",
)
MINE = {}


def check(mine, rng):
    """Shuffle real names, and show what has stayed."""
    choice(mine.ANSWER, reasons(rng), "c")
    p = number(mine.P_VALUE, "P_VALUE")
    if abs(p - 1 / 20) > 1e-4:
        raise Wrong("ANSWER is right. " + why_not(p))


def reasons(rng):
    """Say what each answer overlooks, with a shuffle of our own."""
    names = np.repeat(["Ada", "Ben", "Cleo"], rng.integers(2, 6, 3))
    shuffled = rng.permutation(names)
    photos = rng.integers(0, 256, (len(names), 2))
    counted = ", ".join(f"{who} {np.sum(shuffled == who)}" for who in np.unique(names))
    near = int(np.abs(photos[1:] - photos[0]).sum(axis=1).argmin()) + 1
    return {
        "a": f"We shuffled {len(names)} names and counted: {counted}. It was so before, too. "
        "Names change places, and none is lost or added. That matters: chance stays the same.",
        "b": f"The mean of one pixel over our {len(names)} photos is {photos[:, 0].mean():.1f}, "
        "before and after: no photo was touched, only the names moved.",
        "c": "Just so: all that is true of photos alone, or of names alone, stays. What links them "
        "is gone, and that is what a method must learn from. What it still scores is chance.",
        "d": f"In our drawing photo {near} looks most like photo 0. Shuffle the names and it "
        "still does: likeness is between photos, and no photo was touched.",
    }


def why_not(p):
    """Say why people report that."""
    if p == 0:
        return (
            "P_VALUE = 0 would say that chance can *never* do it. 19 shuffles cannot show that: "
            "with more of them one might. Count the real names among the ways to deal names."
        )
    if abs(p - 1 / 19) < 1e-3:
        return (
            f"P_VALUE = {p:.4f} is nearly right: there are 19 shuffles, but the real names are one "
            "more way to deal, so there are 20 ways in all."
        )
    if abs(p - 0.41) < 1e-3 or abs(p - 0.62) < 1e-3:
        return f"{p} is a score. The p-value counts ways to deal names: so many of so many."
    if abs(p - 0.41 / 0.62) < 1e-2 or abs(p - 0.21) < 1e-3:
        return "The p-value does not compare how large the scores are: it only counts."
    return (
        f"P_VALUE = {p:.4g} is too {'high' if p > 0.05 else 'low'}. Of the 20 ways to deal names, "
        "the real one included, how many scored at least 0.62? Divide that by 20."
    )
