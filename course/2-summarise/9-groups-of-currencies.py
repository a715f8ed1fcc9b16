# %% [markdown]
# # Groups of currencies
#
# After this page you can group things by how they move together, draw them as a map, and say which
# of the groups would be there again with other data.
#
# ## A question with a real picture
#
# The talk asks which countries go with which major currency, and how one could know: "the
# correlation of the exchange rates gives a measure of affinity" (G. Varoquaux, PyCon FR 2010, our
# translation). The European Central Bank writes down each working day what one euro is worth. Here
# are four currencies since 2011.

# %%
import numpy as np
from aiguille.cluster import AffinityPropagation, leaves_order, linkage_tree
from aiguille.covariance import GraphicalLassoCV
from aiguille.graph import Graph, connected_components

from course.exhibits import slider, switch
from course.figures import axes, show
from course.maps import draw_map, matrix, places
from course.rates import NAMES, PEGGED, rates, weekly_moves
from course.remember import memory

table = rates()
now = weekly_moves(table, "2011-01-01", str(table.days[-1]))
# %%
fig, ax = axes("year", "worth in euro, 100 at the start")
inside = table.days >= now.weeks[0]
for name in ("USD", "HKD", "AUD", "NZD"):
    worth = 1 / table.values[inside, table.currencies.index(name)]
    ax.plot(table.days[inside], 100 * worth / worth[0], label=NAMES[name], marker="", linewidth=1.5)
ax.legend(loc="lower left", ncols=2)
show(fig, "What four currencies were worth in euro: two pairs, each of which moves together.")
print(f"{len(now.weeks)} weeks to {now.weeks[-1]}, {len(now.currencies)} currencies.")
print("Left out, for they are tied to the euro or became it:", *PEGGED)

# %% [markdown]
# You see two pairs without any method. Which pairs are there among all currencies?
#
# ## The simple idea: correlate the rates
#
# The *correlation* of two series says how far they move together: 1 in step, 0 not at all, -1 one
# against the other. What it gets right: it does not matter how large a rate is. Where it breaks:
# all these rates are in **euro**. When the euro falls, all others rise, and everything is
# correlated with everything.

# %%
inside = (table.days >= now.weeks[0]) & (table.days <= now.weeks[-1])
columns = [table.currencies.index(name) for name in now.currencies]
logs = np.log(table.values[inside][:, columns])
raw = np.corrcoef(np.diff(logs[::5], axis=0).T)
alike = np.corrcoef(now.values.T)
pairs = np.triu_indices(len(alike), 1)
for what, found in (("in euro", raw), ("against the mean of all", alike)):
    print(f"{what}: the middle correlation of two currencies is {np.median(found[pairs]):.2f}")

# %% [markdown]
# So we take the mean move of all currencies out of each week. What is left is each currency against
# the others. We also take weeks rather than days: the exchanges of the world close at different
# hours.
#
# ## The better idea: let things vote
#
# *Affinity propagation* needs no number of groups. Each currency looks for an *example* to stand for
# it, and the currencies send each other messages about who would be a good one, until nobody
# changes the mind.
#
# ??? guess "Which of these go with the US dollar?"
#     - Canada, its neighbour. They trade more than any two others.
#     - Most of Asia. Far away, but their banks look at the dollar.
#     - Nobody: each currency is free.


# %%
def grouped(alike):
    return AffinityPropagation(affinity="precomputed", random_state=0).fit(alike)


def members(model, names):
    for group, example in enumerate(model.cluster_centers_indices_):
        yield names[example], [names[place] for place in np.flatnonzero(model.labels_ == group)]


groups = grouped(alike)
for example, some in members(groups, now.currencies):
    print(f"{example}:", ", ".join(NAMES.get(name, name) for name in some))

# %% [markdown]
# ## A map, then and now
#
# A map puts alike ones near each other. Lines join the pairs with a correlation over 0.4. The talk
# is of 2010: turn the switch, and see what has changed since.


# %%
def currency_map(moves):
    alike = np.corrcoef(moves.values.T)
    links = [(i, j, alike[i, j]) for i, j in zip(*np.triu_indices(len(alike), 1), strict=True)
             if alike[i, j] > 0.4]  # fmt: skip
    return draw_map(moves.currencies, places(alike), grouped(alike).labels_, links)


then = weekly_moves(table, "1999-01-01", "2010-12-31")
switch("1999 to 2010 (off), 2011 to now (on)", currency_map(then), currency_map(now),
       "A map of currencies: near ones move together, and a colour is a group.")  # fmt: skip

# %% [markdown]
# ## Which groups can be believed?
#
# **The misconception: the method found a group, so there is one.** It always finds groups, in noise
# as well. So ask: would the group be there, had other weeks been drawn? We cut the years into blocks
# of eight weeks, draw blocks with replacement, and group again. That is called to *resample*. Do it
# 200 times, and count how often two currencies stay together.


# %%
@memory.cache
def stay_together(values, times=200, weeks=8):
    """Count how often two columns fall into one group when blocks of weeks are drawn anew."""
    rng, together = np.random.default_rng(0), np.zeros((values.shape[1],) * 2)
    starts = np.arange(0, len(values) - weeks + 1, weeks)
    for _ in range(times):
        drawn = rng.choice(starts, len(starts))[:, None] + np.arange(weeks)
        labels = grouped(np.corrcoef(values[drawn.ravel()].T)).labels_
        together += labels[:, None] == labels
    return together / times


together = stay_together(now.values)
order = leaves_order(linkage_tree(1 - together, linkage="average", metric="precomputed")[0])
show(matrix(together, now.currencies, order, "stay together"),
     "How often two currencies stay in one group when the weeks are drawn anew.")  # fmt: skip

# %%
where, maps = places(alike), {}
for share in (0.5, 0.65, 0.8, 0.95):
    links = [(i, j, 0.5) for i, j in zip(*pairs, strict=True) if together[i, j] >= share]
    maps[f"{share:.0%}"] = draw_map(now.currencies, where, groups.labels_, links, height=4)
slider("a link has to survive", maps, "Pairs that stay together in so many of the resampled years.")
sure = np.argwhere(np.triu(together >= 0.8, 1))
print(f"{len(sure)} of {len(pairs[0])} pairs survive 80 %; they join:")
_, found = connected_components(Graph(sure, len(together)))
for group in np.flatnonzero(np.bincount(found) > 1):
    print("  ", *(now.currencies[place] for place in np.flatnonzero(found == group)))
# %%
moves = now.values[:, :-1] / now.values[:, :-1].std(axis=0)  # the last one follows from the others
precision = GraphicalLassoCV(max_iter=200).fit(moves).precision_
scale = np.sqrt(np.diag(precision))
direct = np.triu(-precision / np.outer(scale, scale), 1)
strongest = np.argsort(direct, axis=None)[::-1][:5]
for i, j in zip(*np.unravel_index(strongest, direct.shape), strict=True):
    print(f"{now.currencies[i]}-{now.currencies[j]} {direct[i, j]:.2f}", end="  ")

# %% [markdown]
# What survives 80 % was printed above, and no more than that may be claimed. The groups of the list
# are larger. They are a picture of these weeks, and some of their members would be elsewhere in
# others.
#
# **Further.** Two currencies can be alike because both follow a third. The *graphical lasso* keeps a
# link only where two move together while all others are held. The five strongest of its links
# stand in the last line.
#
# ## What to try
#
# - Take the peg out: `weekly_moves(table, "2011-01-01", "2026-01-01", exclude=())`. Where is Denmark?
# - Take days in place of weeks, or blocks of one week. What becomes of the pairs?
# - Group noise: `grouped(np.corrcoef(np.random.randn(27, 800)))`. How many groups are there?
#
# ## Three questions
#
# ??? question "Why do we take out the mean move of all currencies?"
#     - [ ] To make the numbers smaller. Correlation does not care.
#     - [x] All rates are in euro, and its own move makes all alike.
#     - [ ] To remove noise. The mean of all is no noise: it is the euro.
#
# ??? question "Two currencies are in one group in 55 % of the resampled years. What may you say?"
#     - [ ] They belong together: it is more than half. Toss a coin, and you have that.
#     - [x] That these data do not decide it.
#     - [ ] That they do not belong together. That is not shown either.
#
# ??? question "Why do we draw blocks of weeks, and not single weeks?"
#     - [x] A calm or wild time lasts for weeks: neighbouring weeks are not independent.
#     - [ ] It is faster. It is as fast.
#     - [ ] Single weeks have too few days. A week has one move either way.
#
# ## Exercises
#
# - [Correlation to affinity](../exercises.md#10): `python -m course check 10`
# - [What survives?](../exercises.md#11): `python -m course check 11`
#
# ## What to take home
#
# - Ask what moves everything, and take it out first.
# - A method that makes groups always finds some.
# - Resample, and claim only what survives.
#
# ## Sources
#
# - European Central Bank, euro foreign exchange reference rates.
# - B. J. Frey & D. Dueck (2007), "Clustering by passing messages between data points", *Science*
#   315(5814).
# - H. R. Künsch (1989), "The jackknife and the bootstrap for general stationary observations",
#   *Annals of Statistics* 17(3): blocks.
# - J. Friedman, T. Hastie & R. Tibshirani (2008), "Sparse inverse covariance estimation with the
#   graphical lasso", *Biostatistics* 9(3).
#
# Next page: [Cutting a portrait](10-cutting-a-portrait.md).
