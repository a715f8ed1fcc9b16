# %% [markdown]
# # Groups of currencies
#
# After this page you can group things by how they move together, draw them as a map, and say which
# of the groups would be there again with other data.
#
# ## A question with a real picture
#
# The talk shows countries that go with a major currency, and says how one can know: "the
# correlation of the exchange rates gives a measure of affinity" (G. Varoquaux, PyCon FR 2010, our
# translation). Each working day the European Central Bank writes down how much of other currencies
# one euro buys. Here are four of them, turned round: what they were worth in euro.

# %%
import numpy as np
from aiguille.cluster import AffinityPropagation, AgglomerativeClustering
from aiguille.covariance import GraphicalLassoCV

from course.exhibits import slider, switch
from course.figures import axes, show
from course.maps import draw_map, matrix, places
from course.rates import COUNTRIES, CURRENCIES, rates, weekly_moves
from course.remember import memory

table = rates()
# %%
now = weekly_moves(table, "2011-01-01", str(table.days[-1]))
then = weekly_moves(table, "1999-01-01", "2010-12-31")
fig, ax = axes("year", "worth in euro, 100 at the start")
ends = np.isin(table.days, now.weeks)
for name, width in (("USD", 5), ("HKD", 1.5), ("AUD", 1.5), ("NZD", 1.5)):
    worth = 1 / table.values[ends, table.currencies.index(name)]
    ax.plot(now.weeks, 100 * worth / worth[0], label=CURRENCIES[name], marker="", linewidth=width)
fig.legend(loc="outside upper center", ncols=2)
show(fig, "What four currencies were worth in euro: two pairs, each of which moves together.")
print(f"{len(now.weeks)} weeks to {now.weeks[-1]}, {len(now.currencies)} currencies.")
out = [CURRENCIES[name] for name in table.currencies if name not in now.currencies]
print(f"Left out: {', '.join(out)}.")

# %% [markdown]
# You see two pairs without any method. Which pairs are there among all currencies?
#
# Left out are two kinds. Some are tied to the euro, or were given up for it: such a rate hardly
# moves, and what moves is no news of that country. (Hong Kong's dollar is tied too, but to the US
# dollar. That is the kind of thing we want to find, so it stays.) The others have no rate on some of
# the days.
#
# ## The simple idea: correlate the rates
#
# The *correlation* of two series says how far they move together: 1 in step, 0 not at all, -1 one
# against the other. What it gets right: a large rate counts no more than a small one. Where it
# breaks: all these rates are in **euro**. When the euro falls, all others rise, and everything seems
# to go with everything.

# %%
inside = table.values[np.isin(table.days, now.weeks)]
logs = np.log(inside[:, [table.currencies.index(name) for name in now.currencies]])
with np.errstate(invalid="ignore"):  # a rate that never moves has no correlation
    raw, alike = np.corrcoef(np.diff(logs, axis=0).T), np.corrcoef(now.values.T)
pairs = np.triu_indices(len(alike), 1)
for what, found in (("in euro", raw), ("against the mean of all", alike)):
    print(f"{what}: half of all pairs have a correlation over {np.nanmedian(found[pairs]):.2f}")

# %% [markdown]
# So we take the mean move of all currencies out of each week. What is left is each currency against
# the others. And we take weeks rather than days, because the exchanges of the world close at
# different hours.
#
# ## The better idea: let them vote
#
# *Affinity propagation* need not be told how many groups there are. Each currency looks for an
# example to stand for it. They send each other messages about who would be a good one, until nobody
# changes their mind. Those with the same example are a group. (`damping=0.8`: each message is four
# fifths what it was before, lest all change their minds together, back and forth for ever.)
#
# ??? guess "Whom will the group of the US dollar hold?"
#     - Canada and Mexico. They trade with the United States more than with anybody else.
#     - Much of Asia. It is far away, but its central banks look at the dollar.
#     - Nobody. The major currencies are free to move against each other.


# %%
def grouped(alike):
    return AffinityPropagation(affinity="precomputed", damping=0.8, random_state=0).fit(alike)


groups = grouped(alike)
for number, example in enumerate(groups.cluster_centers_indices_):
    countries = [COUNTRIES[now.currencies[i]] for i in np.flatnonzero(groups.labels_ == number)]
    print(f"With the {CURRENCIES[now.currencies[example]]}: {', '.join(countries)}.")

# %% [markdown]
# With the US dollar goes much of Asia. Canada and Mexico do not, for all their trade.
#
# ## A map, then and now
#
# A map puts alike ones near each other. Lines join pairs with a correlation over 0.4, colours are
# groups. The talk is of 2010: turn the switch, and see what has changed since.


# %%
def currency_map(moves, linked, title=""):
    names, alike = moves.currencies, np.corrcoef(moves.values.T)
    where = places(alike, left=names.index("USD"), top=names.index("AUD"))
    labels, links = grouped(alike).labels_, np.argwhere(np.triu(linked, 1))
    return draw_map(names, where, labels, links, title, first=("USD", "SEK", "AUD", "ZAR"))


maps = [currency_map(moves, np.corrcoef(moves.values.T) > 0.4, when)
        for when, moves in (("1999 to 2010", then), ("2011 to now", now))]  # fmt: skip
switch("see the years since 2011", *maps, "Currencies that are near each other move together.")
for when, moves in (("1999 to 2010", then), ("2011 to now", now)):
    labels, dollar = grouped(np.corrcoef(moves.values.T)).labels_, moves.currencies.index("USD")
    print(f"{when}, group of the dollar:", *np.array(moves.currencies)[labels == labels[dollar]])

# %% [markdown]
# To 2010, Canada (CAD) and Britain (GBP) were in the group of the US dollar. Since then, Canada goes
# with Australia, and Britain with Central Europe. Much of Asia is new in it, but that is no change of
# the world: to 2010, these rates are not in the file on all days.
#
# ## Which groups can be believed?
#
# **The misconception: the method found a group, so there is one.** It always finds groups, in noise
# as well. So ask: would the group be there, had other weeks been drawn?
#
# We cannot live those years again. But we can cut them into blocks of eight weeks, draw as many
# blocks with replacement, and group again. Why blocks? A wild month lasts for weeks, and weeks that
# belong together should be drawn together. We do it 1,000 times, and count how often two
# currencies fall into one group.
#
# Then `AgglomerativeClustering` with `linkage="complete"` puts together only where *every* pair stays
# together in at least 80% of the draws. To it, two currencies are as far apart as the share of draws
# that part them; `distance_threshold` is that 20%, and a little more, for "at least".


# %%
@memory.cache
def stay_together(values, times=1000, weeks=8):
    rng, together = np.random.default_rng(0), np.zeros((values.shape[1],) * 2)
    starts = np.arange(0, len(values) - weeks + 1, weeks)
    for _ in range(times):
        drawn = rng.choice(starts, len(starts))[:, None] + np.arange(weeks)
        labels = grouped(np.corrcoef(values[drawn.ravel()].T)).labels_
        together += labels[:, None] == labels
    return together / times


# %%
sure = AgglomerativeClustering(None, distance_threshold=0.2001, linkage="complete",
                               metric="precomputed")  # fmt: skip
for when, moves in (("1999 to 2010", then), ("2011 to now", now)):
    together, names = stay_together(moves.values), np.array(moves.currencies)
    labels = sure.fit(1 - together).labels_
    some = [" ".join(names[labels == g]) for g in np.flatnonzero(np.bincount(labels) > 1)]
    print(f"{when}, in 80% of the draws: {'; '.join(some)}.")
    print(f"{when}, alone: {' '.join(names[np.bincount(labels)[labels] == 1])}.")
show(matrix(together, names, "share of the draws"), "How often two share a group since 2011.")
maps = {f"{share:.0%}": currency_map(now, together >= share)
        for share in (0.3, 0.5, 0.8, 0.95, 0.99)}  # fmt: skip
slider("a link has to survive", maps, "Pairs that stay together in that share of all draws.")

# %% [markdown]
# The lines "in 80% of the draws" are what we claim. Those *alone* had a group on the map, and in
# other weeks would be elsewhere. Since 2011, these are Norway (NOK) and Turkey (TRY), and nobody
# else. To 2010, a quarter of all drop out, Canada and Britain among them, and one group falls in two.
# So we may say with whom these two go now. That they have *left* the dollar, we may not.
#
# ## Further: who is linked directly?
#
# Two currencies can be alike because both follow a third. The graphical lasso keeps a link only
# where two move together while all others are held still. Its five strongest:

# %%
moves = now.values[:, :-1] / now.values[:, :-1].std(axis=0)  # the last one follows from the others
precision = GraphicalLassoCV(max_iter=200).fit(moves).precision_
scale = np.sqrt(np.diag(precision))
direct = np.triu(-precision / np.outer(scale, scale), 1)
for place in np.argsort(direct, axis=None)[:-6:-1]:
    i, j = np.unravel_index(place, direct.shape)
    print(f"{now.currencies[i]}-{now.currencies[j]} {direct[i, j]:.2f}", end="  ")
print()

# %% [markdown]
# ## What to try
#
# - Let those tied to the euro in: replace the line `now = ...` by
#   `now = weekly_moves(table, "2011-01-01", "2022-12-31", exclude=())`. Who sits beside Denmark (DKK)?
# - Add `step="D"` to that line, days in place of weeks, or `step="M"`, months. Which groups change?
# - Group noise. Write at the end of the file, below a line `# %%`:
#   `print(grouped(np.corrcoef(np.random.randn(27, 800))).labels_)`. How many groups are there?
#
# ## Three questions
#
# ??? question "Why do we take out the mean move of all currencies?"
#     - [ ] To make the numbers smaller. Correlation does not care how large they are.
#     - [x] All rates are in euro, and its own moves make all of them alike. They would hide the groups.
#     - [ ] To remove noise. What all share is no noise: here it is the euro.
#
# ??? question "Two currencies share a group in 55% of the draws. What may you say?"
#     - [ ] They belong together. In nearly half of the draws they did not.
#     - [x] These data do not decide it. Half of the draws say yes, half say no.
#     - [ ] They do not belong together. That is not shown either.
#
# ??? question "Why do we draw blocks of weeks, and not single weeks?"
#     - [x] Neighbouring weeks are not independent: a wild month lasts for weeks.
#     - [ ] It is faster. It takes as long.
#     - [ ] A single week has too few days. It gives one move either way.
#
# ## Exercises
#
# - [From exchange rates to affinities](../exercises.md#10): `python -m course check 10`
# - [What survives](../exercises.md#11): `python -m course check 11`
#
# ## What to take home
#
# - Ask what moves everything, and take it out first.
# - A method that makes groups always finds some.
# - Draw the data anew, and claim only what survives.
#
# ## Sources
#
# - European Central Bank, euro foreign exchange reference rates.
# - B. J. Frey & D. Dueck (2007), "Clustering by passing messages between data points", *Science*
#   315(5814).
# - H. R. Künsch (1989), "The jackknife and the bootstrap for general stationary observations",
#   *Annals of Statistics* 17(3): why blocks.
# - J. Friedman, T. Hastie & R. Tibshirani (2008), "Sparse inverse covariance estimation with the
#   graphical lasso", *Biostatistics* 9(3).
#
# Next page: [Cutting a portrait](10-cutting-a-portrait.md).
