"""Find the race.

Four threads name photos, and count their mistakes in one Tally. Sometimes a mistake is missing from
the count, and never in the test.

add() reads the old count, adds one, and writes the new count. Between reading and writing another
thread may come in (pause() stands for that moment: in a large program it is somewhere). Then both
have read the same old count, both write the same new one, and one mistake is lost. That is a race.

Mend it with a lock: while one thread is inside of

    with lock:
        ...

all others wait in front of it, if it is the same lock. Which lines belong inside, and to whom does
the lock belong?

What to return: nothing; but counts must hold each mistake.
"""

import threading
import time


def pause():
    """Let other threads have a turn."""
    time.sleep(0)


class Tally:
    """Counts the mistakes for each person."""

    def __init__(self):
        self.counts = {}

    def add(self, person):
        """Count one more mistake."""
        lock = threading.Lock()
        with lock:
            before = self.counts.get(person, 0)
            pause()
            self.counts[person] = before + 1
