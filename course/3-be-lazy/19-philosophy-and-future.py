# %% [markdown]
# # Philosophy and future
#
# After this page you can say what "simple, minimal, fast, robust" cost, where each of them lives
# in the source, and what has come of the future that the talk saw.
#
# ## A question with a real picture
#
# The talk names four wishes for a lazy library: *simple, minimal, fast, robust* (G. Varoquaux,
# PyCon FR 2010; his words are in French). They pull in different directions. Our two libraries lie
# on your disk as text, so we can ask them what each wish cost.
#
# ??? guess "How many lines of faineant are there, comments and docstrings left out?"
#     - Some 500. Memory and Parallel, an afternoon each: that is what a first version takes.
#     - Some 2,000. Two classes, and what they need.
#     - More than 5,000. Simple to use is not simple to build.

# %%
import tempfile

import aiguille
import faineant
import numpy

from course import source
from course.figures import axes, show

code = {}
for package in (aiguille, faineant):
    texts = {n: f.read_text("utf-8") for n, f in source.files_of(package).items()}
    code[package] = {name: source.lines_of_code(text) for name, text in texts.items()}
    print(f"{package.__name__}: {sum(code[package].values()):,} lines in {len(texts)} files.")

# %%
wishes = {
    "simple:\nyour program stays": "calls cached plain fingerprint bytecode byvalue watch",
    "minimal:\nno dependency": "pack unpack wire locks signing units words progress",
    "fast:\nlarge data, all cores": "digest tree deep batches ahead engines workers recent",
    "robust:\nerrors, crashes, others": "store claims files failures starting limit ledger",
}
parts = {}
for file, lines in code[faineant].items():
    part = file.partition("/")[0]  # what lies in a folder counts together
    parts[part] = parts.get(part, 0) + lines
cost = {wish: sum(parts[name] for name in names.split()) for wish, names in wishes.items()}

# %%
dearest, second = sorted(cost, key=cost.get, reverse=True)[:2]
shown, following = (wish.partition(":")[0] for wish in (dearest, second))
print(f"The dearest wish is {shown}: {cost[dearest]:,} lines. Then comes {following}.")
rest = sum(parts.values()) - sum(cost.values())
print(f"{rest:,} lines are under none of the four: the loop itself, the command line and more.")
fig, ax = axes("lines of code", height=3.2)
ax.bar_label(ax.barh(list(cost), list(cost.values())), padding=3)
ax.margins(x=0.12)
ax.grid(visible=False, axis="y")
ax.invert_yaxis()
show(fig, "What each of the four wishes costs in faineant, in lines of code.")

# %% [markdown]
# Not one of the four is free. Above the bars stands which one is the dearest, and how many lines are
# under no wish of their own. Many lines were paid for by a program that went wrong.
#
# ## Simple
#
# *Do not change your programs, learn no new paradigm.* The simple idea is a cache that compares the
# **text** of a function. What it gets right: you change the function, and it is computed again.
# Where it breaks: you change a **helper** that the function calls. Its own text is the same, so the
# old result comes back, and it is wrong. The better idea: look at what Python really runs, and at
# all that it uses.

# %%
with tempfile.TemporaryDirectory() as folder:
    memory = faineant.Memory(folder, verbose=0)

    def scaled(number):
        return 2 * number

    study = memory.cache(lambda number: scaled(number) + 1)
    before = study(20)

    def scaled(number):  # noqa: F811 - somebody mends the helper
        return 3 * number

    print("before the helper was mended:", before, "- after:", study(20))

# %% [markdown]
# It cost us `fingerprint.py` and `bytecode.py`: they follow every name that a function uses. And it
# cost `byvalue/`, which takes the functions of your program to the workers as they are. You write one
# line, `memory.cache`.
#
# ## Minimal
#
# *No dependency, few features.* What is on your disk for it?

# %%
sizes = {p.__name__: source.megabytes(p) for p in (numpy, aiguille, faineant)}
fig, ax = axes("megabytes (each step ten times as much)", height=2.4)
ax.bar_label(ax.barh(list(sizes), list(sizes.values())), fmt="%.1f MB", padding=3)
ax.set_xscale("log")
ax.set_xlim(0.1, 1000)
ax.grid(visible=False, axis="y")
show(fig, "What numpy and our two packages take on disk.")

# %% [markdown]
# It cost us everything that a library would have given. We wrote a file format, a wire between
# processes and a progress bar. And it cost *you* features: `aiguille` has some forty estimators,
# scikit-learn some two hundred. Where you need another one, use theirs: ours work beside them.
#
# ## Fast
#
# *Large data, parallel computing.* `digest.py` tells what a value is: a number of fixed length,
# equal for equal values, a *digest*. For large arrays it is a tree of digests, over all cores. `pack.py` maps
# large results into memory rather than reading them. `ahead.py` and `batches.py` send short tasks
# together. Each came from a measurement: [How fast the needle is](../reference/estimators-speed.md)
# and the page of [`Memory`](../reference/memory.md) have the tables, with what we lose as well.
#
# ## Robust
#
# *Tolerant to errors, debuggable.* Results are written whole or not at all. A damaged file is found
# before it is used. Nobody but you can put a result into your cache: each entry is *signed*, with a
# key of yours. Two processes that want the same result compute it once.
#
# **The misconception: robust means that nothing fails.** It means that a failure costs little and is
# told. [When things go wrong](17-when-things-go-wrong.md) shows it.
#
# ## The talk's future, and what came of it
#
# | in 2010 | what came of it here | still open |
# |---|---|---|
# | a better link of parallel and memory | what `Memory` knows is sent to no worker (`remembered.py`) | results that stay with the worker that made them |
# | better stores | one file for each result, mapped, signed (`store.py`, `pack.py`) | a store that many machines share fast |
# | two levels of cache, memory and disk | `memory.cache(level="memory")` (`recent.py`) | to choose the level by itself |
# | to follow what runs | a *ledger*, a table of what ran and how long (`ledger.py`) | a picture of it |
#
# And two things that the talk did not foresee. Libraries became large: the talk's own two are now
# used everywhere, and are a hundred times what they were. And caches became a way in: whoever can
# write into a folder of pickles can run programs as you.
#
# ## What to try
#
# - Which file of `aiguille` is the longest? `max(code[aiguille], key=code[aiguille].get)` says it.
# - Change a comment in `scaled` instead of its number. What does `study` do?
# - Read one file. `aiguille/neighbors` is a good one to begin with.
#
# ## Three questions
#
# ??? question "Why does faineant use no library, not even numpy?"
#     - [ ] Libraries are slow. Most are faster than what one writes.
#     - [x] It can be put into any program without asking what else that program has. No versions can clash.
#     - [ ] It was not possible in 2010. It was, and the talk's libraries did use numpy.
#
# ??? question "A cache looks at the text of a function alone. When does it give a wrong result?"
#     - [ ] When the arguments change. Arguments are part of the key.
#     - [x] When a helper changes that the function calls. The text of the function stays the same.
#     - [ ] When a comment changes. Then it computes once too often, which is only slow.
#
# ??? question "What do you give up with a minimal library?"
#     - [ ] Speed. The tables say otherwise, for most of what it does.
#     - [ ] Correctness. The same tests, and the same results.
#     - [x] Features: it does few things.
#
# ## Exercises
#
# This page has none of its own. If you left one out, `python -m course progress` knows which.
#
# ## What to take home
#
# - Simple to use is not simple to build.
# - A wish costs something, and somebody pays: the maker once, or each user again and again.
# - Keep the engine, the algorithms and the data apart. That idea of the talk has aged well.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010.
# - [The talk, slide by slide](../reference/the-talk.md), and where each lives now.
#
# Next page: [How it works](20-how-it-works.md).
