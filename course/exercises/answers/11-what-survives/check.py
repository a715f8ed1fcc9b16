"""What exercise 11 expects: the claim that holds in 80% of the drawings."""

import numpy as np

from course.exercises.speaking import Wrong, choice

CHAPTER = 9
HINTS = (
    "Take each claim and ask: in which share of the drawings is it true, all of it?",
    "A group of three holds only where all its pairs hold. And a claim may also say that two do "
    "*not* go together: then it is true in all the other drawings.",
    "Together in 14% of the drawings is apart in 86%.",
)
MINE = {}


def check(mine, rng):
    """Compute in how many drawings each claim holds, and say it."""
    try:
        choice(mine.ANSWER, reasons(mine.TOGETHER, rng), "d")
    except Wrong as wrong:
        raise Wrong(wrong.message.replace(" is not it.", " is not the ANSWER.")) from None


def reasons(together, rng):
    """Say of each claim how often it holds."""
    three = {pair: together[pair] for pair in [("AUD", "CAD"), ("AUD", "NZD"), ("CAD", "NZD")]}
    weakest = min(three, key=three.get)
    pound, real = together["GBP", "USD"], together["BRL", "MXN"]
    apart = 1 - together["JPY", "NOK"]
    lucky = np.mean(rng.random((2000, 5)) < real, axis=1)
    return {
        "a": f"All three are together at most as often as their weakest pair, "
        f"{' and '.join(weakest)}: in {three[weakest]:.0%} of the drawings. Two strong links do "
        "not make a triangle.",
        "b": f"Most frequent is not frequent: the two are together in {pound:.0%} of the drawings, "
        f"and apart in {1 - pound:.0%}. That is nearly a coin.",
        "c": f"{real:.0%} is less than 80%, even if only just. A border that moves when one would "
        f"like it to is none. (With five drawings only, all five would agree in "
        f"{np.mean(lucky == 1):.0%} of cases: one needs many, and a border set before.)",
        "d": f"They are together in {1 - apart:.0%} of the drawings, and so apart in {apart:.0%}. "
        "That two things do not go together is a finding, too.",
    }
