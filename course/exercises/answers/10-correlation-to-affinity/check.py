"""What exercise 10 expects of affinities between currencies."""

import numpy as np

from course.exercises.looking import alike, array, untouched
from course.exercises.speaking import Wrong

CHAPTER = 9
HINTS = (
    "In order: a row of the table is a week, a column is a currency. So the mean of step 2 is one "
    "number for each row; the series of step 3 are columns; and in step 4 a correlation of 1, in "
    "step, must stay large, and -1 must stay -1.",
    "mean(axis=1, keepdims=True) gives one number a row, as a column that can be subtracted. "
    "rowvar=False tells np.corrcoef that the series stand in the columns.",
    "own = changes - changes.mean(axis=1, keepdims=True); correlation = np.corrcoef(own, "
    "rowvar=False); and the affinity is the correlation as it is.",
)
MINE = {}

EURO = (
    "Step 2. The move of the euro is still in all of them. Take from each week its mean over the "
    "*currencies*: axis=1."
)
WEEKS = "Step 3. There np.corrcoef takes rows as series, and yours are columns."
COVARIANCE = "Step 3. That is the covariance; a correlation lies between -1 and 1: np.corrcoef."
DISTANCE = "Step 4. That is a distance, small for what is alike; an affinity is large for it."
SIGN = "Step 4. Currencies that move against each other have an affinity of -1: leave the sign."
LAST_STEPS = (
    (lambda found: found, ""),
    (lambda found: 1 - found, DISTANCE),
    (lambda found: -found, DISTANCE),
    (lambda found: 1 - np.abs(found), DISTANCE),
    (np.abs, SIGN),
    (np.square, SIGN),
    (lambda found: np.clip(found, 0, None), SIGN),
    (lambda found: (1 + found) / 2, SIGN),
)


def check(mine, rng):
    """Compare with our steps, on new rates of two groups of currencies."""
    rates = rates_of(rng)
    before = rates.copy()
    n = rates.shape[1]
    found = mine.affinities(rates)
    shape = np.shape(found)
    changes = np.diff(np.log(rates), axis=0)
    if shape == (len(rates) - 1,) * 2:
        slips = several_slips(found, changes)
        if slips not in ("", WEEKS):
            raise Wrong(slips)
        raise Wrong(
            f"Expected a table of {n} x {n} currencies, got one of {shape[0]} x {shape[0]}: it "
            "says how alike *weeks* are. np.corrcoef takes rows as series; yours are columns."
        )
    found = array(found, (n, n), "the affinities")
    expected = correlation_of(changes, 1)
    if not alike(found, expected):
        raise Wrong(why_not(found, expected, changes, rates), picture(found, expected))
    untouched(before, rates, "the rates")


def rates_of(rng):
    """Draw rates that move with the euro, and in two groups against each other."""
    n_weeks = int(rng.integers(60, 90))
    group = np.array([1, 1, 1, -1, -1, -1])
    moves = rng.normal(0, 1, (n_weeks, 1)) + rng.normal(0, 0.7, (n_weeks, 1)) * group
    moves += rng.normal(0, 0.4, (n_weeks, 6)) + rng.uniform(-0.3, 0.3, 6)
    return rng.uniform(0.5, 20, 6) * np.exp(np.cumsum(moves / 100, axis=0))


def correlation_of(changes, axis):
    """Take a mean away, and correlate the columns."""
    own = changes - changes.mean(axis=axis, keepdims=True)
    return np.corrcoef(own, rowvar=False)


def why_not(found, expected, changes, rates):
    """Say which step gives what came."""
    raw = correlation_of(changes, 0)
    if alike(found, raw) or alike(found, np.abs(raw)):
        return (
            f"All look alike: the mean affinity is {off_diagonal(found):+.2f}, expected "
            f"{off_diagonal(expected):+.2f}. The move of the euro is still in all of them. In step "
            "2 the mean is over the *currencies* of each week: axis=1, and not axis=0."
        )
    if alike(found, np.abs(expected)):
        return (
            "With abs(), currencies that move *against* each other look as alike as those that "
            "move in step. Leave the sign as it is."
        )
    if alike(found, np.clip(expected, 0, None)):
        return "You cut negative correlations off: then 0 and -1 look the same. Leave the sign."
    if alike(found, 1 - expected):
        return (
            "That is a distance, small for what is alike. An affinity is large for what is alike."
        )
    if alike(found, np.corrcoef(rates, rowvar=False)):
        return "That compares the rates themselves; compare how they *change* from week to week."
    return several_slips(found, changes) or (
        "These are not the affinities of the four steps. If yours are near 1 everywhere, look at "
        "step 2; if a sign is lost or turned, at step 4."
    )


def several_slips(found, changes):
    """Look for mistakes that together give what came; tell the first, and how many there are."""
    scale = np.abs(found).max() or 1
    for axis, second in ((1, ""), (0, EURO), (None, EURO)):
        own = changes if axis is None else changes - changes.mean(axis=axis, keepdims=True)
        tables = (np.corrcoef(own.T), ""), (np.corrcoef(own), WEEKS), (np.cov(own.T), COVARIANCE)
        for table, third in tables:
            for last, fourth in LAST_STEPS:
                wrong = [step for step in (second, third, fourth) if step]
                if wrong and alike(found / scale, last(table) / scale):
                    if len(wrong) == 1:
                        return wrong[0]
                    return f"{len(wrong)} steps are wrong. The first is s{wrong[0][1:]}"
    return ""


def off_diagonal(table):
    """Give the mean affinity of two different currencies."""
    return table[~np.eye(len(table), dtype=bool)].mean()


def picture(found, expected):
    """Show the first rows of both tables."""
    rows = [f"{'expected':<32}yours"]
    for ours, theirs in zip(expected[:4], found[:4], strict=True):
        left, right = (" ".join(f"{value:5.2f}" for value in row[:4]) for row in (ours, theirs))
        rows.append(f"{left} ...     {right} ...")
    return "\n".join(rows)
