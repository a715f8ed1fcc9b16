"""What exercise 5 expects of somebody who looks for leaks."""

import numpy as np
from aiguille.neighbors import KNeighborsClassifier

from course.exercises.speaking import Wrong, choice

CHAPTER = 4
HINTS = (
    "For each proposal, take one test frame, and look for the training frame that is most like "
    "it. How much time lies between the two?",
    "On a new morning the light is another one, and everybody has slept. Which test frames are "
    "as far from the training frames as that?",
    "The honest one keeps each day whole, on one side of the cut. The twins are where a frame and "
    "the next one of the same film are dealt to different sides, on both days.",
)
MINE = {}

NOT_HONEST = {
    "a": "Frames follow each other in a fraction of a second. Dealt and shuffled, nearly every "
    "test frame has a twin in the training set, so remembering is enough.",
    "b": "",
    "c": "The last frames of a film look like those just before them: same day, same light, same "
    "hair. It shuffles nothing, and still it tests on the morning that it knows.",
    "d": "The cut is honest, but the second day has helped to choose. The lowest of many errors is "
    "low by luck, too: judge on frames that chose nothing.",
}
NOT_TWINS = {
    "a": "",
    "b": "No frame of a day is on both sides here: all training frames are from another day than "
    "all test frames.",
    "c": "It cuts each film in two pieces, so only at the cut do neighbours stand on both sides. "
    "And it never tests on the second day.",
    "d": "Its mistake is another one: the cut keeps days apart, but the test has helped to choose.",
}


def check(mine, rng):
    """Look at the choices; where a leak is taken for honest, show what it would have reported."""
    try:
        choice(mine.HONEST, NOT_HONEST, "b")
    except Wrong as wrong:
        raise Wrong(named(wrong, "HONEST"), leak(rng) if chosen(mine.HONEST) else "") from None
    try:
        choice(mine.TWINS, NOT_TWINS, "a")
    except Wrong as wrong:
        raise Wrong(f"HONEST is right. {named(wrong, 'TWINS')}") from None


def chosen(answer):
    """Tell whether a letter was chosen whose error can be measured."""
    return str(answer).strip().lower() in ("a", "c")


def named(wrong, name):
    """Say which of the two questions it is."""
    if "ANSWER" in wrong.message:
        return wrong.message.replace("ANSWER", name)
    return f"{name}: {wrong.message}"


def leak(rng):
    """Film 20 people on two days, and measure what three of the proposals report."""
    people = np.repeat(np.arange(20), 50)
    faces = rng.normal(0, 1, (20, 12))
    days = [faces + rng.normal(0, 1.5, faces.shape) for _ in range(2)]
    X = np.concatenate([day[people] + drift(rng) for day in days])
    y = np.concatenate([people, people])
    day = np.repeat([0, 1], len(people))
    frame = np.tile(np.arange(50), 40)
    fold = rng.permutation(len(y)) % 5
    reported = {
        "a": np.mean([error(X, y, fold != n, fold == n) for n in range(5)]),
        "b": np.mean([error(X, y, day != n, day == n) for n in range(2)]),
        "c": error(X, y, (day == 0) & (frame < 40), (day == 0) & (frame >= 40)),
    }
    lines = [f"{name}  reports an error of {share:4.0%}" for name, share in reported.items()]
    return "\n".join(["drawn just now, on two days of noise:", *lines])


def drift(rng):
    """Let each film change a little from frame to frame."""
    steps = rng.normal(0, 0.1, (20, 50, 12))
    return np.cumsum(steps, axis=1).reshape(-1, 12)


def error(X, y, train, test):
    """Give the share of wrong names of one neighbour."""
    return float(
        np.mean(KNeighborsClassifier(1).fit(X[train], y[train]).predict(X[test]) != y[test])
    )
