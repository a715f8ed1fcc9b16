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
show(picture_grid([image, *map(painted, colours.values())], titles), "The portrait in few colours.")

# %% [markdown]
# What k-means gets right: it is quick, and a few colours come near to the picture. Where it breaks:
# it does not know where a pixel *is*. One colour may lie in many places. Let us count the *regions*:
# a region is a group of pixels in one piece. Two pixels hang together if a path leads from one to
# the other, over neighbours of the same group.
#
# ??? guess "The portrait is painted with 8 colours. Of how many regions does the picture consist?"
#     - 8. One for each colour. But skin is on a face, and on a cheek behind a collar.
#     - About 50. Some colours come back here and there.
#     - Several hundred. Wherever a shadow begins, a colour ends.

# %%
neighbours = grid_to_graph(*size)


def n_regions(labels):
    """Count the pieces that hang together."""
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
@memory.cache
def four_cuts(pixels, size, k):
    """Cut a picture into k groups, in four ways."""
    graph = grid_to_graph(*size)
    step = np.sum((pixels[graph.edges[:, 0]] - pixels[graph.edges[:, 1]]) ** 2, axis=1)
    springs = Graph(graph.edges, len(pixels), np.exp(-step / (step.mean() + 1e-9)) + 1e-3)
    spectral = SpectralClustering(k, affinity="precomputed", assign_labels="cluster_qr")
    return {
        "k-means": KMeans(k, random_state=0).fit(pixels).labels_,
        "Ward": cut_tree(ward_tree(pixels, graph.edges)[0], k),
        "ReNA": ReNA(k, connectivity=graph).fit(pixels.T).labels_,
        "spectral": spectral.set_params(random_state=0).fit_predict(springs),
    }


# %%
figures = {}
for k in (4, 8, 16, 32):
    cuts = four_cuts(pixels, size, k)
    figures[str(k)] = picture_grid(list(map(painted, cuts.values())), list(cuts), 2, width=0.65)
    off = [f"{kind} {abs(painted(c).ravel() - pixels.ravel()).mean():.1f}" for kind, c in cuts.items()]
    print(f"{k:2} groups, levels off: {', '.join(off)}; k-means has {n_regions(cuts['k-means'])} regions.")
slider("groups of pixels", figures, "The portrait in so many groups, cut in four ways.")
