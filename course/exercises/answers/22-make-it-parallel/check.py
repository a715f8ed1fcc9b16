"""What exercise 22 expects of a loop made parallel."""

import threading
import time

import numpy as np
from faineant import Parallel

from course.exercises.looking import alike
from course.exercises.speaking import Wrong

CHAPTER = 15
HINTS = (
    "Compare the two lines in the task letter by letter. What is inside of the brackets after "
    "delayed, and what is in the next ones?",
    "delayed gets the function alone, without calling it; the arguments come behind. And the "
    "engine gets all the calls of the loop in one go, not one at a time.",
    "return parallel(delayed(error_of)(photos, k) for k in ks)",
)
MINE = {}


class Engine:
    """Runs calls in a strange order, and notes which loops it was given."""

    def __init__(self, rng):
        self.rng, self.loops = rng, []

    def __call__(self, tasks):
        """Run calls, and give their results in order."""
        tasks = list(tasks)
        self.loops.append(tasks)
        results = [None] * len(tasks)
        for n in self.rng.permutation(len(tasks)):
            function, args, kwargs = self.call(tasks[n])
            results[n] = function(*args, **kwargs)
        return results

    def call(self, task):
        """See that something is a call to be made."""
        if isinstance(task, tuple) and len(task) == 3 and callable(task[0]):
            return task
        if isinstance(task, int | float | np.number):
            raise Wrong(
                f"all_errors() gave the engine the number {task:.3f}, a result. The error was "
                "computed before the engine saw it, one after the other. Give it the call, not "
                "the result: delayed(error_of)(photos, k)."
            )
        if isinstance(task, tuple):
            number = task[0] if task else "nothing"
            raise Wrong(
                f"all_errors() asked the engine to call {number}, which is no function. With "
                "delayed(error_of(photos, k)) the error is computed at once; write "
                "delayed(error_of)(photos, k)."
            )
        raise Wrong(
            "all_errors() gave the engine a delayed function that got no arguments. In "
            "delayed(error_of(photos, k)) the error is computed first, at once, and a number is "
            "delayed. The first brackets are for the function alone: delayed(error_of)(photos, k)."
        )


def check(mine, rng):
    """Hand in an engine of our own, then a real one."""
    photos = rng.uniform(0, 1, (4, 30))
    ks = sorted(rng.choice(np.arange(1, 40), 6, replace=False).tolist(), reverse=True)
    expected = [float(np.mean(np.abs(photos - np.round(photos * k) / k))) for k in ks]
    engine = Engine(rng)
    found = mine.all_errors(photos, list(ks), engine)
    look_at_loops(engine.loops, len(ks))
    if found is None:
        raise Wrong("all_errors() gave None: is there a return before parallel(...)?")
    if not isinstance(found, list):
        raise Wrong(f"all_errors() should give a list; yours gives a {type(found).__name__}.")
    if not alike(found, expected):
        begin = f"all_errors() gave {rounded(found)}, expected {rounded(expected)}. "
        if len(found) == len(expected) and alike(sorted(found), sorted(expected)):
            raise Wrong(begin + "They are in another order than ks.")
        raise Wrong(begin + "Is each k of ks handed to error_of()?")
    look_at_two_at_once(mine, photos, ks)


def look_at_loops(loops, n):
    """See that the engine was given all calls at once."""
    if not loops:
        raise Wrong(
            "all_errors() never called parallel: the errors are still computed one after the "
            "other. Let parallel(...) run the loop."
        )
    sizes = [len(loop) for loop in loops]
    if len(loops) > 1:
        raise Wrong(
            f"all_errors() called the engine {len(loops)} times, with {sizes} calls. Each time it "
            "waits until all of them are done, so nothing runs beside anything. Hand over all "
            f"{n} calls at once: the loop belongs inside of parallel(...)."
        )
    if sizes != [n]:
        raise Wrong(f"all_errors() gave the engine {sizes[0]} calls; there are {n} values of k.")


def look_at_two_at_once(mine, photos, ks):
    """Run it with two threads, and see that two calls run at the same time."""
    state = {"now": 0, "most": 0}
    lock = threading.Lock()

    def slow(photos, k):
        with lock:
            state["now"] += 1
            state["most"] = max(state["most"], state["now"])
        time.sleep(0.03)
        with lock:
            state["now"] -= 1
        return float(k)

    mine.error_of = slow
    found = mine.all_errors(photos, list(ks), Parallel(n_jobs=2, backend="threads"))
    if found != [float(k) for k in ks]:
        raise Wrong("all_errors() should call error_of(), whatever that computes; it did not.")
    if state["most"] < 2:
        raise Wrong("With two workers, all_errors() never had two calls run at the same time.")


def rounded(values):
    """Write numbers shortly."""
    return [round(float(value), 3) for value in values]
