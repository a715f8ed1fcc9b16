# %% [markdown]
# # When things go wrong
#
# After this page you can find the task that failed, live through a worker that is killed, stop a
# long run and go on, and debug a loop that runs on several cores.
#
# **Further.** This page is off the short path. Read it before you leave a program alone for a
# night.
#
# ## A question with a real picture
#
# A long run is a chain of many small steps. Each step may fail: a photo is broken, the memory is
# full, somebody trips over the cable. How often does a run of n steps end well, if each one ends
# well 999 times in 1,000?
#
# ??? guess "A run of 1,000 steps, each of which fails once in 1,000. How often does it end well?"
#     - About 99 times in 100. That would be so for ten steps.
#     - About one time in three. It multiplies: each step is one more chance to fail.
#     - Never. One failure is expected, but expected is not certain.

# %%
import os
import tempfile
from pathlib import Path

import numpy as np
from faineant import Memory, Parallel, WorkerDiedError, delayed

from course import data
from course.figures import axes, face_grid, show

# %%
steps = np.logspace(0, 4, 60)
fig, ax = axes("steps of the run", "runs that end well", percent="y")
for failing, often in ((0.01, "1 in 100"), (0.001, "1 in 1,000"), (0.0001, "1 in 10,000")):
    ax.semilogx(steps, (1 - failing) ** steps, label=f"a step fails {often}", marker="")
ax.legend(loc="lower left")
print(f"1,000 steps that fail once in 1,000: {0.999**1000:.0%} of the runs end well.")
show(fig, "Share of runs that end well against the number of steps: it falls fast.")

# %% [markdown]
# Long runs fail. Not because you are careless: because they are long. So the question is not how
# to avoid it. It is what a failure costs you.
#
# ## The simple idea: catch everything
#
# Many programs wrap each step in `try: ... except Exception: pass`. What it gets right: the loop
# goes on. Where it breaks: nobody learns that a step is missing, and the mean at the end is a mean
# of less. **The misconception: a program that does not stop has not failed.** It has, and it hides
# it.
#
# Here are four photos. One is broken: somebody has saved nothing but zeros. To stretch a photo
# from black to white one divides by its contrast.


# %%
def stretched(photo):
    """Stretch a photo from black to white."""
    photo = photo.astype(float)
    contrast = int(photo.max() - photo.min())
    return (photo - photo.min()) * (255 / contrast)


photos = list(data.faces().images[:4])
photos[2] = np.zeros_like(photos[2])
found = Parallel(n_jobs=2, on_error="return")(delayed(stretched)(photo) for photo in photos)
for place, result in enumerate(found):
    print(place, repr(result) if isinstance(result, Exception) else "stretched")

# %% [markdown]
# ## The better idea: an error is a result
#
# Without `on_error` the first error ends the loop, keeps its type, and says which task it was: that
# is what you want while you write a program. With `on_error="return"` the error comes back **in the
# place of the result**. The other photos are done, nothing is hidden, and you decide.

# %%
blank = np.full(photos[0].shape, 128.0)
shown = [blank if isinstance(result, Exception) else result for result in found]
titles = ["failed" if isinstance(result, Exception) else "fine" for result in found]
show(face_grid(shown, titles, columns=4), "Four photos, stretched; the grey one could not be.")
error = next(result for result in found if isinstance(result, Exception))
print(*error.__notes__)

# %% [markdown]
# The note names the task, counted from 0, and what it was given.
#
# ## A worker that is killed
#
# Some failures raise nothing. A crash in compiled code, or a system that runs out of memory, kills
# the whole process. A *worker* is a process that does tasks for yours, so yours lives on. Ours
# dies on purpose below, as a crash would die: at once, with no last word.
#
# ??? guess "Two workers run six tasks. One task kills its worker. What does your program see?"
#     - Nothing, for it waits for ever. Many pools of processes have done that.
#     - An error that names the task and how its worker died. Then it can be tried again.
#     - Your program dies, too. It would, if the tasks ran in threads.


# %%
def fragile(path, number):
    """Die the first time that task 3 is run."""
    if number == 3 and not path.exists():
        path.touch()
        os._exit(3)
    return number**2


# %%
with tempfile.TemporaryDirectory() as folder:
    mark = Path(folder) / "mark"
    try:
        Parallel(n_jobs=2)(delayed(fragile)(mark, n) for n in range(6))
    except WorkerDiedError as died:
        print("The first try:", str(died).splitlines()[0])
    mark.unlink(missing_ok=True)
    again = Parallel(n_jobs=2, retries=1)(delayed(fragile)(mark, n) for n in range(6))
    print("With retries=1:", again)

# %% [markdown]
# `retries=1` runs *that task* once more, in a fresh worker. It is for accidents. A task that always
# dies is a bug, and dies again.
#
# ## An interrupted run
#
# You press Ctrl-C, or the power goes. What is lost? A result that was kept in a file is safe, if
# the file is written whole or not at all: that is called an *atomic* write. `Memory` writes so. The
# run below is stopped after five of eight steps, as Ctrl-C would stop it, and is started again.


# %%
def study(memory, stop_at=None):
    """Do eight slow steps; count those that are really computed."""
    computed = []
    for number in range(8):
        if number == stop_at:
            raise KeyboardInterrupt
        before = memory.cache_info().misses
        memory.eval(pow, number, 3)
        computed += [number] * (memory.cache_info().misses - before)
    return computed


# %%
with tempfile.TemporaryDirectory() as folder:
    try:
        study(Memory(folder, verbose=0), stop_at=5)
    except KeyboardInterrupt:
        print("Stopped after five steps. The same line again:")
    print("computed:", study(Memory(folder, verbose=0)))

# %% [markdown]
# There is no "resume" button, because none is needed. The program is a plain loop. It starts at the
# beginning each time, and what it has done before costs nothing.
#
# ## Find the bug
#
# "Debugging matters, too", says the talk (G. Varoquaux, PyCon FR 2010). Three habits help:
#
# - Set `n_jobs=1`. Then the tasks run in your own process, one after the other: a debugger stops in
#   them, and `print` prints at once. Nothing else changes.
# - Read the last lines of the error first. It has the worker's own traceback, and the task.
# - Run that one task alone: `stretched(photos[2])`. A task is a plain call.
#
# ## What to try
#
# - Break another photo: what does `found` say?
# - Leave out `on_error="return"`, and read the error from its last line upwards.
# - Put `timeout=1` into a loop with a task that sleeps for ten seconds.
#
# ## Three questions
#
# ??? question "A study of 400 photos skips the photos that raise. What is wrong with its mean?"
#     - [ ] Nothing, if only a few are skipped. It may be so, but nobody can know how many they were.
#     - [x] It is a mean of other photos than you believe. What fails is seldom a random choice.
#     - [ ] It is too slow. Skipping costs no time.
#
# ??? question "A task needs more memory than there is, and is killed each time. Does `retries=5` help?"
#     - [ ] Yes, one of the tries will work. Nothing has changed between the tries.
#     - [x] No: it is no accident. Make the task smaller, or run fewer at once.
#     - [ ] Yes, a fresh worker has more memory. All workers share that of the machine.
#
# ??? question "Why can a stopped run go on without a list of what is done?"
#     - [ ] Python keeps the variables. They are gone with the process.
#     - [x] Each result lies in a file of its own, under a name made of the call. So a call finds it.
#     - [ ] The loop remembers its last number. It begins at the beginning.
#
# ## Exercises
#
# - [A loop that goes on where it stopped](../exercises.md#26): `python -m course check 26`
#
# ## What to take home
#
# - Long runs fail. Make a failure cheap, rather than rare.
# - An error is a result: it belongs in its place, with its task's name.
# - What is written whole, or not at all, needs no repair.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "robust: tolerant to errors,
#   debuggable".
# - [Parallel](../reference/parallel.md), "When something goes wrong"; the files `failures.py` and
#   `claims.py` of `faineant`.
#
# Next page: [Both together](18-both-together.md).
