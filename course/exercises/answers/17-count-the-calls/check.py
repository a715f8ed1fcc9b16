"""What exercise 17 expects: the calls of two nested loops, counted."""

from course.exercises.looking import number
from course.exercises.speaking import Wrong

CHAPTER = 13
HINTS = (
    "Begin inside: how many calls are there in one round of the outer loop? Do not overlook the "
    "one near the end.",
    "One round has KS x INNER calls, and one more. As to laziness: on what do the distances "
    "depend? On which photos they are between. Does k say anything about that?",
    "OUTER x (KS x INNER + 1) calls. When k does not matter, OUTER x (INNER + 1) runs.",
)
MINE = {}


def check(mine, rng):
    """Run the loops, and count."""
    outer, ks, inner = mine.OUTER, mine.KS, mine.INNER
    called = calls(outer, ks, inner)
    answer = number(mine.CALLS, "CALLS")
    if answer != len(called):
        raise Wrong(why_not(answer, len(called), outer, ks, inner))
    answer = number(mine.RUNS, "RUNS")
    if answer != len(set(called)):
        raise Wrong("CALLS is right. " + why_not_run(answer, len(set(called)), outer, ks, inner))


def calls(outer, ks, inner):
    """List the calls, each by the photos that it is about."""
    called = []
    for fold in range(outer):
        for _k in range(ks):
            called += [(fold, part) for part in range(inner)]
        called.append((fold, "all"))
    return called


def why_not(answer, expected, outer, ks, inner):
    """Say which calls were overlooked."""
    begin = f"CALLS = {answer:g} is too {'high' if answer > expected else 'low'}. "
    if answer == outer * ks * inner:
        return begin + (
            f"These are the calls of the inner loops. After them, each of the {outer} outer rounds "
            "calls once more, to judge."
        )
    if answer == outer * ks * inner + 1:
        return begin + f"The last call stands inside the outer loop: it comes {outer} times."
    if answer == outer + ks + inner or answer == outer + ks * inner:
        return begin + "Loops inside loops multiply: each round of the outer one has all the inner."
    if answer == outer * ks * (inner + 1):
        return begin + (
            "You count the last call once for each k. It stands after the loop over ks, not in it: "
            "see how far it is indented."
        )
    return begin + f"One round of the outer loop has {ks} times {inner} calls, and one more."


def why_not_run(answer, expected, outer, ks, inner):
    """Say what was overlooked about laziness."""
    begin = f"RUNS = {answer:g} is too {'high' if answer > expected else 'low'}. "
    if answer == outer * ks * inner + outer:
        return begin + (
            "You think that nothing comes twice. But distances are between photos, and k is not "
            "among the arguments: the second k asks for what the first one had."
        )
    if answer == inner + 1:
        return begin + (
            "The inner folds are cut from the training set, and that is another one in each of "
            f"the {outer} outer rounds."
        )
    if answer == outer * inner:
        return begin + "Each outer round also judges, on photos that come nowhere else."
    if answer == 1:
        return begin + "The function is one, but its arguments differ: each new pair must be run."
    return begin + "Count the *different* arguments: which photos, against which?"
