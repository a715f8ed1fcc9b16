"""What exercise 16 expects of paired differences."""

import numpy as np

from course.exercises.looking import alike, array
from course.exercises.speaking import Wrong

CHAPTER = 12
HINTS = (
    "The hardness of a fold is in both errors. What becomes of it when you subtract one from the "
    "other? And of whose spread is the uncertainty made then?",
    "differences = errors_b - errors_a, one number a fold; all the rest is computed from these "
    "alone. A list cannot be subtracted from a list, an array can: np.asarray(errors_b).",
    "mean = differences.mean(); uncertainty = differences.std(ddof=1) / np.sqrt(len(differences))",
)
MINE = {}


def check(mine, rng):
    """Compare two methods on folds that are hard or easy for both."""
    n = int(rng.integers(5, 11))
    hard = rng.uniform(0.05, 0.4, n)
    errors_a = hard + rng.normal(0, 0.01, n)
    errors_b = hard + 0.03 + rng.normal(0, 0.01, n)
    kept = errors_a.copy(), errors_b.copy()
    look(mine.compare(errors_a, errors_b), errors_a, errors_b)
    if not (np.array_equal(kept[0], errors_a) and np.array_equal(kept[1], errors_b)):
        raise Wrong("The numbers are right, but compare() has changed the errors it was given.")
    try:
        answer = mine.compare(errors_a.tolist(), errors_b.tolist())
    except TypeError as error:
        raise Wrong(
            "With arrays it works; with two lists Python says: "
            f"{error}. Begin with np.asarray(errors_b) - np.asarray(errors_a)."
        ) from error
    look(answer, errors_a, errors_b)


def look(answer, a, b):
    """See that mean and uncertainty are those of the differences."""
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise Wrong("compare() should return two numbers: return mean, uncertainty.")
    mean = float(array(answer[0], (), "the mean"))
    found = float(array(answer[1], (), "the uncertainty"))
    differences = b - a
    if not alike(mean, differences.mean()):
        begin = f"The mean: expected {differences.mean():+.4f}, got {mean:+.4f}. "
        if alike(mean, -differences.mean()):
            begin += "The sign is turned: by how much b does *worse* is b minus a."
        elif alike(mean, np.abs(differences).mean()):
            begin += (
                "Without abs(): where b does better, the difference is negative, and counts so."
            )
        raise Wrong(begin, picture(a, b))
    n = len(a)
    expected = differences.std(ddof=1) / np.sqrt(n)
    if not alike(found, expected):
        begin = f"The uncertainty: expected {expected:.5f}, got {found:.5f}. "
        raise Wrong(begin + why_not(found, differences, a, b), picture(a, b))


def why_not(found, differences, a, b):
    """Say which uncertainty that is."""
    n = len(a)
    for ddof in (0, 1):
        apart = np.sqrt((a.var(ddof=ddof) + b.var(ddof=ddof)) / n)
        if alike(found, apart):
            return (
                "You took the spread of a and that of b. But most of it is the hardness of the "
                "folds, which is the same for both: subtract first, fold by fold, then it is gone."
            )
    if alike(found, differences.std() / np.sqrt(n)):
        return (
            f"You divided the squares by {n}, which is too hopeful: the mean was computed from the "
            f"same {n} numbers. With ddof=1 it is {n - 1}."
        )
    if alike(found, differences.std(ddof=1)) or alike(found, differences.std()):
        return (
            f"That says how far one fold is off. The mean of {n} folds is surer: divide by the "
            f"root of {n}."
        )
    if alike(found, differences.std(ddof=1) / n):
        return f"You divided by {n}; the uncertainty of a mean falls with the root of {n} only."
    return "It is the standard deviation of the differences, with ddof=1, divided by the root of n."


def picture(a, b):
    """Show the folds."""
    rows = {"a": a, "b": b, "b - a": b - a}
    head = "fold    " + " ".join(f"{n:>6}" for n in range(len(a)))
    lines = [f"{name:<8}" + " ".join(f"{x:6.3f}" for x in row) for name, row in rows.items()]
    return "\n".join([head, *lines])
