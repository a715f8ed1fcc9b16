# %% [markdown]
# # Always the same thing
#
# After this page you can say which steps of a study are computed again and again, count them, and
# write the study so that the order of its steps need not be written down.
#
# "We always compute the same thing", says the talk: "nested loops with successive transformations,
# computations with other parameters" (G. Varoquaux, PyCon FR 2010, our translation).
#
# ## A question with a real picture
#
# A study of faces goes in steps, as that of part two does: make the photos noisy, shrink them, name them. Below is one photo
# on its way. We want the error for each strength of noise, each size, and each number of
# neighbours `k`.

# %%
import time
from collections import Counter
from functools import lru_cache

from aiguille.datasets import with_noise
from aiguille.model_selection import cross_val_score
from aiguille.neighbors import KNeighborsClassifier

from course import data
from course.exhibits import draw_first
from course.figures import GREY, axes, face_grid, show

faces = data.faces()
photos = data.resized(faces.images, 56, 46)

# %%
calls = Counter()


def noisy(noise):
    calls["make noisy"] += 1
    return with_noise(photos, noise)


def small(noise, side):
    calls["shrink"] += 1
    return data.resized(noisy(noise), side, side)


# %%
def error(noise, side, k):
    calls["name"] += 1
    rows = small(noise, side).reshape(len(photos), -1)
    return 1 - cross_val_score(KNeighborsClassifier(k), rows, faces.names, cv=faces.folds).mean()


steps = [photos[0], noisy(100)[0], small(100, 16)[0]]
show(face_grid(steps, ["a photo", "made noisy", "shrunk"], columns=3), "One photo on its way.")

# %% [markdown]
# ## The simple idea: nested loops
#
# Three functions, and three loops around them. What it gets right: it is short, and each line says
# what it does. Where it breaks: think of how often each photo is made noisy.
#
# ??? guess "Three noises, three sizes, four `k`. How often does the program make the photos noisy?"
#     - 3 times. There are only three strengths of noise.
#     - 9 times. Once for each size, too.
#     - 36 times. Each of the 36 errors begins from the start.

# %%
noises, sides, neighbours = (0, 50, 100), (8, 16, 28), (1, 3, 5, 7)
calls.clear()
begun = time.perf_counter()
errors = [error(noise, side, k) for noise in noises for side in sides for k in neighbours]
seconds = time.perf_counter() - begun
for step, count in calls.items():
    print(f"{step}: {count} times")
made = len(errors) - len(noises)
print(f"{made} times, the noisy photos were there already. {seconds:.1f} s in all.")

# %% [markdown]
# **The misconception: a loop computes what it needs.** It computes what it says, whether or not
# the same was computed a moment ago.
#
# It grows fast. Each new parameter multiplies everything that comes before it. Suppose a study
# has loops over 4 values each, one inside the other, and its first step needs no parameter at all.

# %%
depth = [1, 2, 3, 4, 5, 6]
draw_first(
    "How often is the first step computed, when there are 1, 2, ... 6 loops over 4 values each?",
    depth,
    [4**loops for loops in depth],
    xlabel="loops",
    ylabel="times computed",
    y_range=(0, 4096),
    caption="Each loop multiplies: with six loops, 4,096 times, for one and the same result.",
)

# %% [markdown]
# ## Better: keep the results in variables
#
# One can move the steps between the loops: make noisy, then for each size shrink, then for each `k`
# name. Then each step runs as often as needed. But now the order of the loops carries the
# knowledge. Exchange two loops, and it is gone. Add a step, and everything moves.
#
# ## Better: a graph of steps
#
# Some tools ask you to write the study as a *data-flow graph*: each step is a box, and arrows say
# what it needs. An engine then runs each box once. Here is a small one, for the photos.

# %%
graph = {("photos",): (lambda: photos, [])}
for noise in noises:
    graph["noisy", noise] = (lambda p, n=noise: with_noise(p, n), [("photos",)])
    for side in sides:
        shrink = lambda p, s=side: data.resized(p, s, s)
        graph["small", noise, side] = (shrink, [("noisy", noise)])


@lru_cache(None)
def pulled(box):
    function, needs = graph[box]
    return function(*map(pulled, needs))


# %%
rows = [[box for box in graph if box[0] == kind] for kind in ("photos", "noisy", "small")]
same = all((pulled(box) == small(*box[1:])).all() for box in rows[2])
print(f"{len(graph)} boxes, {pulled.cache_info().misses} steps computed, the same photos: {same}")
places = {box: ((i + 0.5) / len(row), box[0]) for row in rows for i, box in enumerate(row)}
fig, ax = axes(height=3)
for box, (_, needs) in graph.items():
    for need in needs:
        ax.plot(*zip(places[need], places[box], strict=True), color=GREY, marker="o")
ax.invert_yaxis()
ax.set_xticks([])
show(fig, "The study as a graph: the photos, three strengths of noise, nine sets of small photos.")

# %% [markdown]
# It is right: each box is computed once. What does it cost you? The names of the steps have become tuples of texts. The program
# no longer calls functions: it builds a machine that calls them. An error comes from the engine, not
# from your line. And `n=noise` is there because of a trap: without it all boxes would use the last
# noise.
#
# ## The idea of the talk: plain functions that remember
#
# A function **call** already says what it needs: its arguments. So leave the loops, leave the
# functions, and let each function remember what it gave. One line above each, and the program is
# the first one again.

# %%
remembering = lru_cache(None)
noisy, small = remembering(noisy), remembering(small)
calls.clear()
begun = time.perf_counter()
again = [error(noise, side, k) for noise in noises for side in sides for k in neighbours]
print(dict(calls), f"- {time.perf_counter() - begun:.1f} s, the same errors: {again == errors}")
fig, ax = axes(ylabel="times computed", height=3)
ways = {"plain loops": len(errors), "functions\nthat remember": calls["make noisy"]}
ax.bar_label(ax.bar(list(ways), list(ways.values())), padding=2)
show(
    fig, "How often the photos are made noisy: with plain loops, and with functions that remember."
)

# %% [markdown]
# | | nested loops | a graph | functions that remember |
# |---|---|---|---|
# | each step once | no | yes | yes |
# | lines of its own | 0 | an engine, a box for each step | one for each slow step |
# | new words to learn | 0 | box, arrow, engine, run | 1: remember |
# | an error says | your line | the engine's | your line |
#
# `lru_cache` comes with Python. It forgets everything when the program ends, it cannot take an array
# as an argument, and it does not see that a function was changed. The next page mends the three.
#
# ## What to try
#
# - Exchange the loops over `noise` and `k`. Which counts change, without and with memory?
# - Call `pulled(("small", 50, 8))` twice. Then misspell the name: what does the error tell you?
# - Give the cached `noisy` an array instead of a number.
#
# ## Three questions
#
# ??? question "You add a fifth `k`. How many photos have to be made noisy with functions that remember?"
#     - [ ] All of them, once for the new `k`. The noise does not depend on `k`.
#     - [x] None: all noisy photos are there.
#     - [ ] One more for each size. Sizes come after the noise.
#
# ??? question "What may a function do that remembers?"
#     - [ ] Whatever it likes. What it does beside its result happens only the first time.
#     - [x] Give a result that depends on its arguments alone. Then the first result is good for all calls.
#     - [ ] Only work with numbers. Arrays and tables are as good.
#
# ??? question "Why is an error from a graph hard to read?"
#     - [ ] Graphs make more errors. They make as many.
#     - [x] It comes from the engine, which runs your step when it wants to. Your line is far from it.
#     - [ ] Its text is longer. Longer would not matter.
#
# ## Exercises
#
# - [Count the calls](../exercises.md#17): `python -m course check 17`
# - [A cache with a dict](../exercises.md#18): `python -m course check 18`
#
# ## What to take home
#
# - Count before you make anything faster.
# - Each parameter multiplies what comes before it.
# - A call says what it needs. That is enough to remember it.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "we always compute the same thing",
#   "data flow programming".
#
# Next page: [Memory](14-memory.md).
