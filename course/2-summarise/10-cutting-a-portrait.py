# %% [markdown]
# # Cutting a portrait
#
# After this page you can cut a picture into 4, 8, 16 or 32 regions, read the tree of merges behind
# them, and say what four methods cost and give.
#
# **Further.** It shows on one picture, slowly, what [the next page](11-parcels-of-faces.md) does
# with all faces; on the 90-minute path you may skip it.
#
# ## Where would you cut?
#
# The talk cut a famous portrait, "Lena", into 4, 8, 16 and 32 groups of pixels. That picture is
# retired. Ours is NASA's portrait of the astronaut Eileen Collins. The simple idea: put pixels of
# like colour into one group. *K-means* does that. Begin with k colours. Give each pixel to the
# nearest of them, move each colour to the mean of its pixels, and repeat until nothing moves.

# %%
import time

import numpy as np
from aiguille.cluster import KMeans, ReNA, SpectralClustering, cut_tree, ward_tree
from aiguille.graph import Graph, connected_components
from aiguille.image import grid_to_graph

from course.exhibits import slider
from course.figures import axes, show
from course.portrait import picture_grid, portrait
from course.remember import memory
from course.trees import tree_top

# %%
image, title, credit = portrait(128)
size, pixels = image.shape[:2], image.reshape(-1, 3).astype(float)
print(f"{title}: {len(pixels):,} pixels. Credit: {credit}.")


def painted(labels):
    """Give each pixel the mean colour of its group."""
    sums = [np.bincount(labels, channel) for channel in pixels.T]
    return (np.transpose(sums) / np.bincount(labels)[:, np.newaxis])[labels].reshape(*size, 3)


colours = {k: KMeans(k, random_state=0).fit(pixels).labels_ for k in (4, 8, 16)}
titles = ["the portrait", *(f"{k} colours" for k in colours)]
show(picture_grid([image, *map(painted, colours.values())], titles, width=0.7), "In few colours.")

# %% [markdown]
# What k-means gets right: it is quick, and a few colours come near to the picture. Where it breaks:
# it does not know where a pixel lies, and one colour may lie in many places. Let us count the
# *regions*: groups of pixels in one piece. Two pixels are in one region if a path leads from one to
# the other, over neighbours of the same group.
#
# ??? guess "The portrait is painted with 8 colours. How many regions has the picture?"
#     - Eight. One for each colour, if colours lie in one place.
#     - About fifty. Some colours come back here and there.
#     - Hundreds. Wherever a shadow begins, a colour ends.

# %%
neighbours = grid_to_graph(*size)


def n_regions(labels):
    """Count the pieces: pixels that a path connects."""
    start, end = neighbours.edges.T
    alike = neighbours.edges[labels[start] == labels[end]]
    return connected_components(Graph(alike, len(labels)))[0]


for k, labels in colours.items():
    print(f"{k:2} colours lie in {n_regions(labels):4} regions.")

# %% [markdown]
# ## The better idea: only neighbours may merge
#
# Turn it round. Begin with every pixel as a region of its own. Merge two regions, again and again,
# but only two that touch. Which two? Those whose merge makes the picture worse by least: that is
# **Ward**'s rule. Now every region is in one piece, whatever you do.
#
# Two more methods stand beside it. **ReNA** is in a hurry: each round, *every* region merges with
# its nearest neighbour. **Spectral** clustering thinks of pixels as balls, with springs between
# neighbours, strong where colours agree. It shakes the whole net, and looks what swings together.


# %%
def spectral(rows, graph, k):
    step = np.sum((rows[graph.edges[:, 0]] - rows[graph.edges[:, 1]]) ** 2, axis=1)
    springs = Graph(graph.edges, len(rows), np.exp(-step / (step.mean() + 1e-9)) + 1e-3)
    model = SpectralClustering(k, affinity="precomputed", assign_labels="cluster_qr")
    return model.set_params(random_state=0).fit_predict(springs)


ways = {
    "k-means": lambda rows, graph, k: KMeans(k, random_state=0).fit(rows).labels_,
    "Ward": lambda rows, graph, k: cut_tree(ward_tree(rows, graph.edges)[0], k),
    "ReNA": lambda rows, graph, k: ReNA(k, connectivity=graph).fit(rows.T).labels_,
    "spectral": spectral,
}


# %%
@memory.cache
def four_cuts(pixels, size, k):
    return {kind: way(pixels, grid_to_graph(*size), k) for kind, way in ways.items()}


figures = {}
for k in (4, 8, 16, 32):
    cuts = four_cuts(pixels, size, k)
    drawn = {kind: painted(labels) for kind, labels in cuts.items()}
    figures[str(k)] = picture_grid(list(drawn.values()), list(drawn), columns=2, width=0.55)
    off = [f"{kind} {abs(picture - image).mean():.1f}" for kind, picture in drawn.items()]
    pieces = n_regions(cuts["k-means"])
    print(f"{k:2} groups, levels off: {', '.join(off)}; k-means: {pieces} regions")
slider("groups of pixels", figures, "The portrait in so many groups, cut in four ways.")

# %% [markdown]
# Move the slider. On NASA's portrait, Ward's 4 regions are big plain things: wall, hair and suit,
# collar, face. With 32 there are lights and shadows. Read the printed lines, too: "levels off" says
# how far each picture is from the portrait, in the mean over pixels and colours. K-means is
# nearest. It may put pixels where it likes, and pays with hundreds or thousands of regions. Of the
# three that cut in one piece, Ward is nearest here, ReNA follows, and spectral is last: it looks at
# the borders of a group, and not at how its colours differ from their mean.
#
# **The misconception: a good cut finds the things in the picture.** No method here knows what hair
# is, or a suit. They know colours and neighbours. With 4 groups, hair and suit may be one; a cheek
# in two lights may be two. You see a woman, because you know women.
#
# ## The tree of merges
#
# Ward has made one merge after the other, until all was one. Here are the last of them. Below are
# the 8 regions that were left; above, who merged with whom. The height is what a merge cost.


# %%
def lit(labels, group):
    """Show one group, and grey around it."""
    return np.where((labels == group).reshape(*size, 1), image, 128)


children, costs = ward_tree(pixels, neighbours.edges)
eight = cut_tree(children, 8)
regions = [lit(eight, group) for group in range(8)]
show(tree_top(children, costs, regions, "cost of a merge"), "The last merges, and 8 regions.")

# %% [markdown]
# Cut the tree low, and there are many regions; cut it high, and there are few. No border ever moves:
# every border of the 4 regions is among those of the 8. For k-means, 4 colours and 8 colours have nothing
# to do with each other. But a tree never takes back a merge, either. A mistake at the bottom stays.
#
# ## What does it cost?
#
# A portrait is small, a scan of a brain is not. Let us measure on the machine that made this page:
# seconds for 8 groups, against the number of pixels.


# %%
def seconds(function, *given):
    """Give the shortest of five times."""
    begun = [time.process_time()]
    for _ in range(5):
        function(*given)
        begun.append(time.process_time())
    return np.diff(begun).min()


# %%
fig, ax = axes("pixels", "seconds")
sides = (32, 64, 128, 192)
inputs = [(portrait(n).image.reshape(-1, 3) / 1.0, grid_to_graph(n, n), 8) for n in sides]
print("pixels  :", *(f"{n * n:8,}  " for n in sides))
for kind, way in ways.items():
    few = inputs[:2] if kind == "spectral" else inputs
    took = [seconds(way, *given) for given in few]
    ax.loglog([n * n for n in sides[: len(took)]], took, label=kind)
    print(f"{kind:8}:", *(f"{each:8.4f} s" for each in took))
ax.legend()
show(fig, "How long four methods take, against the number of pixels, on this machine.")

# %% [markdown]
# Each picture has two to four times the pixels of the one before. Where the time grows alike, it is
# called linear: twice the pixels, twice the time. How near a method comes to that, you can read above;
# but small times wobble, so trust the large gaps only. *Ward* must keep a queue of pairs in order, and
# makes one merge at a time. *ReNA* stands far below it: each of its rounds is a few operations on
# whole arrays, and leaves at most half of the regions. *K-means* is about as quick as ReNA, but its
# groups lie in many pieces. *Spectral* passes over the whole net again and again. How long that takes
# depends much on the machine, from less than Ward to many times as long; so we timed it on the two
# small pictures only. On a portrait Ward is quick enough. On a million pixels, take ReNA.
#
# ## What to try
#
# - Your own picture: `python -m course run 10 --portrait photo.jpg`.
# - Give pixels their place as two more columns, and run k-means. What do its regions look like now?
# - Change `1e-3` in `spectral`, the least strength of a spring. What does spectral do with 0.1?
#
# ## Three questions
#
# ??? question "Ward's cut into 32 is there. How do you get the cut into 16?"
#     - [x] Do 16 more merges of the same tree. Each leaves one region fewer.
#     - [ ] Begin anew from pixels, and stop at 16. That would do the same merges again.
#     - [ ] Take the 16 largest regions. Then the pixels of the others belong nowhere.
#
# ??? question "K-means with 8 colours is nearer to the portrait than Ward with 8 regions. Why?"
#     - [ ] It runs longer. It is the quicker one here.
#     - [x] Its groups are free: they need not lie in one piece.
#     - [ ] It has seen faces. No method here has seen any other picture.
#
# ??? question "Which pairs of regions does Ward compare, when only neighbours may merge?"
#     - [ ] All pairs. With 16,384 pixels these would be 134 million at the start.
#     - [ ] The pairs of one row. Neighbours above and below count as well.
#     - [x] Those that touch: about two for each pixel at the start.
#
# ## Exercises
#
# - [A step of k-means](../exercises.md#12): `python -m course check 12`
# - [Connected components](../exercises.md#13): `python -m course check 13`
#
# ## What to take home
#
# - Groups of like colour lie in many pieces. A rule "only neighbours merge" makes regions.
# - A tree holds every number of regions at once: a cut into fewer only takes borders away.
# - Regions are a summary of colours and places. What they mean is up to you.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "form groups on an image".
# - Ward (1963), "Hierarchical grouping to optimize an objective function", Journal of the American
#   Statistical Association 58. Shi & Malik (2000), "Normalized cuts and image segmentation", IEEE
#   Transactions on Pattern Analysis and Machine Intelligence 22(8).
# - Hoyos-Idrobo et al. (2019), "Recursive nearest agglomeration (ReNA)", IEEE Transactions on Pattern
#   Analysis and Machine Intelligence 41(3).
# - The portrait: Eileen Collins, by NASA (Robert Markowitz, 1999), in the public domain.
#
# Next page: [Parcels of faces](11-parcels-of-faces.md). What one picture cannot tell, 400 can.
