"""What exercise 27 expects: lines in an order in which they work."""

import re

import numpy as np
from aiguille.model_selection import StratifiedKFold, cross_val_score
from aiguille.neighbors import KNeighborsClassifier

from course.exercises.looking import alike
from course.exercises.speaking import Wrong

CHAPTER = 18
HINTS = (
    "For each line ask which names it uses, and which line makes them. That line comes earlier.",
    "Three lines are indented: they stand in the loop, below its line. Choose, learn, judge. Of "
    "the others two come before the loop, and one after it.",
    "First f and c, in any order; then the loop, e, with a, g and d in it; b at the end.",
)
MINE = {}


class Memory:
    """Remembers for ever, and counts what is run."""

    def __init__(self):
        self.known, self.runs = {}, 0

    def cache(self, function):
        """Give a function that runs once for the same arguments."""

        def remembered(k, X, names):
            key = (k, X.tobytes(), tuple(names))
            if key not in self.known:
                self.runs += 1
                self.known[key] = function(k, X, names)
            return self.known[key]

        return remembered


class Scores:
    """Computes scores, and counts them."""

    def __init__(self):
        self.runs = 0

    def __call__(self, k, X, names):
        """Score k neighbours in two folds."""
        self.runs += 1
        e = KNeighborsClassifier(n_neighbors=k)
        return float(cross_val_score(e, X, names, cv=StratifiedKFold(2)).mean())


def check(mine, rng):
    """Run the lines in the order given, twice, and look at what came out."""
    order = letters(mine.ORDER, mine.LINES)
    lines = [mine.LINES[letter] for letter in order]
    X = rng.normal(0, 1, (32, 3)) + np.repeat(rng.normal(0, 1, (4, 3)), 8, axis=0)
    names = np.repeat(["Ada", "Ben", "Cleo", "Dan"], 8)
    memory, scores = Memory(), Scores()
    ks = [1, 2, 3]
    space = {"np": np, "X": X, "names": names, "ks": ks, "memory": memory}
    space |= {"folds": StratifiedKFold(2), "KNeighborsClassifier": KNeighborsClassifier}
    found = run(order, lines, space | {"score": scores})
    expected = error_of(X, names, ks)
    if not alike(found, expected):
        raise Wrong(
            f"ORDER runs, but gives an error of {found:.4f}; expected {expected:.4f}. "
            + why_not(order),
            numbered(order, lines),
        )
    first = scores.runs
    run(order, lines, space | {"score": scores})
    if scores.runs > first:
        raise Wrong(
            f"ORDER gives the right error. But run again, it computed {scores.runs - first} scores "
            "anew, as many as the first time: line c makes score() lazy, and comes when all have "
            "been computed already. It must stand before the loop.",
            numbered(order, lines),
        )


def letters(order, lines):
    """See that each line is there once."""
    if order is None:
        raise Wrong('ORDER is None: write the letters of the lines there, as in ORDER = "badc..."')
    found = re.findall(r"[a-z]", "".join(order).lower())
    missing = sorted(set(lines) - set(found))
    if missing:
        raise Wrong(
            f"ORDER has no {', '.join(missing)}: each of the {len(lines)} lines comes once."
        )
    strange = sorted(set(found) - set(lines))
    if strange or len(found) != len(lines):
        twice = sorted({letter for letter in found if found.count(letter) > 1})
        raise Wrong(f"ORDER has {', '.join(strange or twice)} too often: each line comes once.")
    return found


def run(order, lines, space):
    """Run the lines, and say in the reader's terms what stops them."""
    program = "\n".join(lines)
    try:
        exec(compile(program, "the lines", "exec"), space)
    except IndentationError as error:
        raise Wrong(indented(order, error), numbered(order, lines)) from None
    except NameError as error:
        raise Wrong(unmade(order, lines, error), numbered(order, lines)) from None
    return float(space["error"])


def indented(order, error):
    """Say which line is indented where it cannot be."""
    letter = order[min(error.lineno or 1, len(order)) - 1]
    if letter in "agd":
        return (
            f"In ORDER, line {letter} is indented, so it must stand in the loop: below line e, "
            "and before any line that is not indented."
        )
    return (
        f"In ORDER, line {letter} comes where the loop of line e expects a line inside of it: "
        "the indented ones follow e at once."
    )


def unmade(order, lines, error):
    """Say which line uses a name that no line above has made."""
    name = getattr(error, "name", None) or str(error).split("'")[1]
    made = re.compile(rf"^\s*(?:for .*)?\b{name}\b.*(?: = | in )")
    maker = next(
        (letter for letter, line in zip(order, lines, strict=True) if made.match(line)), ""
    )
    users = [
        letter
        for letter, line in zip(order, lines, strict=True)
        if re.search(rf"\b{name}\b", line) and letter != maker
    ]
    before = f"; line {maker} makes it, and must come earlier" if maker else ""
    return f"In ORDER, line {users[0]} uses {name}, which no line above it has made{before}."


def why_not(order):
    """Say what is wrong with an order that runs."""
    if order.index("b") < order.index("e"):
        return "Line b divides the count before the loop has counted anything."
    if order.index("f") > order.index("e"):
        return "Line f sets the count to 0 after the loop has counted."
    return "In the loop: first choose (a), then learn (g), then judge (d)."


def numbered(order, lines):
    """Show the program."""
    return "\n".join(f"{letter}  {line}" for letter, line in zip(order, lines, strict=True))


def error_of(X, names, ks):
    """Give the error of the study, in our own lines."""
    wrong, score = 0, Scores()
    for train, test in StratifiedKFold(2).masks(X, names):
        best = max(ks, key=lambda k: score(k, X[train], names[train]))
        e = KNeighborsClassifier(best).fit(X[train], names[train])
        wrong += np.sum(e.predict(X[test]) != names[test])
    return wrong / len(names)
