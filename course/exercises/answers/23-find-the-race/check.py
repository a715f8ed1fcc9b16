"""What exercise 23 expects of a tally that many threads share."""

import threading

from course.exercises.speaking import Wrong, same

CHAPTER = 15
HINTS = (
    "All threads must meet the same lock. What do they have in common: the call of add(), or the "
    "tally? And what must nobody else do between reading the count and writing it?",
    "Make the lock once, in __init__: self.lock = threading.Lock(). In add(), with self.lock: "
    "goes around *all* of it: reading, pause and writing.",
    "with self.lock: and below it, indented, the three lines of add() as they are.",
)
MINE = {}

WAIT = 0.05


class Meeting:
    """Stands in the place of pause(): does a second thread come in while one is here?"""

    def __init__(self):
        self.inside, self.met = 0, False
        self.changed = threading.Condition()

    def __call__(self):
        """Wait a moment for somebody else."""
        with self.changed:
            self.inside += 1
            if self.inside > 1:
                self.met = True
                self.changed.notify_all()
            self.changed.wait_for(lambda: self.met, timeout=WAIT)
            self.inside -= 1


def check(mine, rng):
    """Let two threads meet between reading and writing; then let many count."""
    tally = mine.Tally()
    times = int(rng.integers(2, 5))
    mine.pause = lambda: None
    run(mine, [lambda: tally.add("Ada")] * times, "one after the other", apart=True)
    same(
        tally.counts, {"Ada": times}, f"counts, after add() was called {times} times by one thread"
    )
    look_at_meeting(mine)
    mine.pause = lambda: None
    tally = mine.Tally()
    people = rng.choice(["Ada", "Ben", "Cleo"], 60).tolist()
    run(mine, [lambda who=who: tally.add(who) for who in people], "60 at once")
    expected = {who: people.count(who) for who in set(people)}
    same(dict(sorted(tally.counts.items())), dict(sorted(expected.items())), "counts")


def look_at_meeting(mine):
    """See whether a second thread comes in between reading and writing."""
    meeting, tally = Meeting(), mine.Tally()
    mine.pause = meeting
    run(mine, [lambda: tally.add("Ada")] * 2, "two at once")
    found = tally.counts.get("Ada", 0)
    if meeting.met or found != 2:
        raise Wrong(
            f"Two threads called add() at the same time: expected a count of 2, got {found}. "
            + why_not(mine, tally),
            picture(found),
        )


def run(mine, calls, how, apart=False):
    """Run calls in threads, and see that all of them come back."""
    errors = []

    def guarded(call):
        try:
            call()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(call,), daemon=True) for call in calls]
    for thread in threads:
        thread.start()
        if apart:
            came_back(thread, how)
    for thread in threads:
        came_back(thread, how)
    if errors:
        raise errors[0]


def came_back(thread, how):
    """Wait for a thread, but not for ever."""
    thread.join(0.7)
    if thread.is_alive():
        raise Wrong(
            f"add() was called {how}, and did not come back: it waits for a lock that nobody gives "
            "back. 'with lock:' gives it back by itself; and who holds a lock must not ask for it "
            "once more."
        )


def why_not(mine, tally):
    """Say where the lock is, if there is one."""
    owned = [name for name, value in vars(tally).items() if is_lock(value)]
    owned += [name for name, value in vars(type(tally)).items() if is_lock(value)]
    shared = [name for name, value in vars(mine).items() if is_lock(value)]
    if owned or shared:
        name = (owned + shared)[0]
        return (
            f"There is a lock that both share, {name}, but both threads were between reading and "
            "writing at once. It must be held from before the count is read until after it is "
            "written, without a gap."
        )
    if "Lock" in mine.Tally.add.__code__.co_names or "RLock" in mine.Tally.add.__code__.co_names:
        return (
            "The lock is made inside of add(), so each call has a new one, which nobody else "
            "holds, and nobody waits. Make it once for the tally, in __init__."
        )
    return "Both read the old count before one of them wrote: nothing makes the second one wait."


def is_lock(value):
    """Tell whether something is a lock."""
    return hasattr(value, "acquire") and hasattr(value, "release")


def picture(found):
    """Draw what has happened."""
    return "\n".join(
        [
            "thread 1   reads 0 ............ writes 1",
            "thread 2      reads 0 ............ writes 1",
            f"count      0                     {found}",
        ]
    )
