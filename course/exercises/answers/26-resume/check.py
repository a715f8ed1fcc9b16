"""What exercise 26 expects of a loop that goes on where it stopped."""

import json
import tempfile
from pathlib import Path

from course.exercises.speaking import Wrong, same

CHAPTER = 17
HINTS = (
    "known holds what an earlier run has written down. Which question do you ask before the work "
    "for a name begins?",
    "if name not in known: work, and write the notes. Both belong inside of the loop, below the "
    "question. Do not catch errors: they may stop the loop, for nothing is lost any more.",
    "if name not in known: known[name] = work(name), and, indented as far, "
    "notes.write_text(json.dumps(known))",
)
MINE = {}


class Work:
    """Does the work, notes for what, and fails once at a certain name."""

    def __init__(self, results, fails_at=None):
        self.results, self.fails_at, self.done = results, fails_at, []

    def __call__(self, name):
        """Give the result for a name."""
        if name == self.fails_at:
            raise RuntimeError("the power failed")
        self.done.append(name)
        return self.results[name]


def check(mine, rng):
    """Stop in the middle, call again, and again with more names."""
    names = rng.permutation(["ada", "ben", "cleo", "dan", "eve", "finn", "gus"]).tolist()
    results = {name: round(float(rng.uniform(1, 9)), 2) for name in names}
    results[names[0]] = 0
    stop = int(rng.integers(2, 5))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        notes = Path(folder, "notes.json")
        first = Work(results, fails_at=names[stop])
        look_at_stop(mine, first, names[:6], notes, stop)
        look_at_going_on(mine, results, names[:6], notes, stop)
        look_at_others(mine, results, names, notes, rng)
        look_at_first_time(mine, results, names, Path(folder, "new.json"))


def look_at_stop(mine, work, names, notes, stop):
    """Let the work fail, and see that the error comes out and that nothing is lost."""
    try:
        mine.results_of(work, names, notes)
    except RuntimeError as error:
        if "the power failed" not in str(error):
            raise
    except KeyError as error:
        raise Wrong(
            f"work() failed at {names[stop]!r}, and results_of() went on: it caught the error, "
            f"and then missed the result (KeyError: {error}). Let errors come out."
        ) from error
    else:
        raise Wrong(
            f"work() failed at {names[stop]!r}, and results_of() kept the error to itself: nobody "
            "would know. Let errors come out; what was done before is in the notes."
        )
    if stop < len(names) and work.done != names[:stop]:
        raise Wrong(
            f"work() failed at {names[stop]!r}, and results_of() had worked on {work.done}; "
            f"expected {names[:stop]}, one after the other, and nothing after the error."
        )


def look_at_going_on(mine, results, names, notes, stop):
    """Call again, and see that only the rest is worked on."""
    kept = json.loads(notes.read_text()) if notes.exists() else {}
    lost = [name for name in names[:stop] if name not in kept]
    if lost:
        raise Wrong(
            f"The power failed during {names[stop]!r}, when {names[:stop]} were done. In the notes "
            f"results_of() has left {sorted(kept)}: {hours(lost)} of work lost. Write the notes "
            "after each result, not after the loop."
        )
    early = [name for name in kept if name not in names[:stop]]
    if early:
        raise Wrong(
            f"The notes hold {early}, whose work was never done: results_of() writes before it "
            "works. After a stop it would believe them."
        )
    work = Work(results)
    found = mine.results_of(work, names, notes)
    again = [name for name in work.done if name in names[:stop]]
    if again:
        zero = " Its result is 0, which is a result: ask whether the name is in known."
        raise Wrong(
            f"Called again after the stop, results_of() worked on {again} once more, which "
            f"{'was' if len(again) == 1 else 'were'} in the notes."
            + (zero if again == names[:1] else " Ask first whether the name is in known.")
        )
    same(work.done, names[stop:], "What results_of() works on, called again after the stop")
    same(found, [results[name] for name in names], "The results, after the loop has gone on")


def look_at_others(mine, results, names, notes, rng):
    """Call with another list, longer and in another order."""
    other = rng.permutation(names).tolist()
    while other[-1] == names[-1]:
        other = rng.permutation(names).tolist()
    work = Work(results)
    try:
        found = mine.results_of(work, other, notes)
    except KeyError as error:
        found = f"nothing, but KeyError: {error}"
    if work.done != names[-1:]:
        raise Wrong(
            f"Called with {other}, of which only {names[-1]!r} is new, results_of() worked on "
            f"{work.done}. How *many* are known does not say *which*: look for each name."
        )
    same(found, [results[name] for name in other], "The results for a list in another order")


def look_at_first_time(mine, results, names, notes):
    """Call where there are no notes yet."""
    found = mine.results_of(Work(results), list(names), notes)
    same(found, [results[name] for name in names], "The results of a first run")


def hours(lost):
    """Count what is lost."""
    return f"{len(lost)} hour{'s' * (len(lost) != 1)}"
