"""What exercise 24 expects of somebody who asks whether it pays."""

from course.exercises.looking import number
from course.exercises.speaking import Wrong, choice

CHAPTER = 15
HINTS = (
    "For each loop, reckon how long one worker takes, and compare with what two workers cannot "
    "escape: their start, the sending, and the longest task.",
    "a: all its work is 0.2 s. b: to send all takes 9 s. d: one task alone takes 9 s.",
    "c: 10 s alone; with two, 0.3 s to start and some 5 s of work. And two workers do at most "
    "twice as much in a second as one.",
)
MINE = {}


def check(mine, rng):
    """Reckon each loop, alone and shared."""
    alone = {name: sum(seconds for seconds, _ in tasks) for name, tasks in mine.LOOPS.items()}
    shared = {name: time_of(tasks, mine) for name, tasks in mine.LOOPS.items()}
    gains = {name: alone[name] / shared[name] for name in alone}
    best = max(gains, key=gains.get)
    try:
        choice(mine.GAINS_MOST, reasons(alone, shared, gains), best)
    except Wrong as wrong:
        if "ANSWER" in wrong.message:
            raise Wrong(wrong.message.replace("ANSWER", "GAINS_MOST")) from None
        raise Wrong(f"GAINS_MOST: {wrong.message}") from None
    look_at_best(number(mine.AT_BEST, "AT_BEST"), gains[best])


def time_of(tasks, mine):
    """Reckon how long two workers take: tasks are sent one by one, each to whoever is free."""
    sending, free = mine.START, [mine.START, mine.START]
    for seconds, gigabytes in tasks:
        begin = max(sending, min(free))
        sending = begin + gigabytes * mine.SECONDS_PER_GB
        free[free.index(min(free))] = sending + seconds
    return max(free)


def reasons(alone, shared, gains):
    """Say of each loop what happens."""
    told = {
        name: f"Alone it takes {alone[name]:.1f} s, shared {shared[name]:.1f} s: "
        f"{gains[name]:.2f} times as fast. "
        for name in alone
    }
    return {
        "a": told["a"] + "A thousand tasks sounds like much, but all together they are short: the "
        "workers are hardly up when a plain loop is done.",
        "b": told["b"] + "To send a task takes longer than to do it. While one is being sent, "
        "the other worker has nothing to do.",
        "c": told["c"],
        "d": told["d"] + "Nobody can help with the one long task: while one worker is at it, the "
        "other one does all the rest, and then waits.",
    }


def look_at_best(found, gain):
    """See what was said of two workers at their best."""
    if abs(found - 2) < 0.01:
        return
    begin = f"GAINS_MOST is right. AT_BEST = {found:g} is too {'high' if found > 2 else 'low'}. "
    if abs(found - gain) < 0.05:
        raise Wrong(
            begin + "That is what loop c gains. With less to start and to send it would gain more."
        )
    if found > 2:
        raise Wrong(begin + "Each worker does one task at a time, and no faster than you alone.")
    raise Wrong(begin + "Think of long tasks, all alike, an even number, and nothing to send.")
