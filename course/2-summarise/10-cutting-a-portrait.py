# %% [markdown]
# # Cutting a portrait
#
# After this page you can cut a picture into regions, say what a neighbour is good for, and read a
# tree of merges.
#
# **Further.** This page is off the short path. It shows on one picture what the next page does on
# all faces.
#
# ## A question with a real picture
#
# The talk cuts a portrait into 4, 8, 16 and 32 regions (G. Varoquaux, PyCon FR 2010). Ours is of
# the astronaut Eileen Collins, by NASA. How would you cut it into eight?

# %%
import time

import numpy as np
from aiguille.cluster import AgglomerativeClustering, KMeans, ReNA, cut_tree, ward_tree
from aiguille.graph import connected_components
from aiguille.image import grid_to_graph

from course.exhibits import slider, switch
from course.figures import axes, show
from course.portrait import filled, pictures, portrait

# %%
picture = portrait(96)
shape, colours = picture.shape, picture.reshape(-1, 3).astype(float)
touching = grid_to_graph(*shape[:2])
means = KMeans(8, random_state=0).fit(colours).labels_
rng = np.random.default_rng(0)
loud = {"the portrait": picture, "8 colours": filled(colours, means).reshape(shape)}
show(pictures(loud, 2), "The portrait, and the same with eight colours.")

# %% [markdown]
# ## The simple idea: group the colours
#
# *k-means* puts pixels of like colour together, wherever they are. What it gets right: with eight
# colours one still knows her. Where it breaks: these are no **regions**. A group is scattered over
# the whole picture, a bit here and a bit there. How many pieces are there? Ask the graph of
# neighbours.
#
# ## The better idea: only neighbours may merge
#
# Begin with each pixel alone. Merge the two *neighbours* whose merging costs least, that is, adds
# least to the squared differences inside the groups. Again and again, until all is one: that is
# *Ward's method*, with a graph of who touches whom. The merges are a tree, and one tree has every
# number of regions in it.
#
# ??? guess "k-means makes 8 groups of colours. In how many pieces do they lie?"
#     - 8. One for each group.
#     - Some dozens. There are eyes, hands and a flag.
#     - Hundreds. Nobody told the pixels to stay together.


# %%
def pieces(labels):
    same = labels[touching.edges[:, 0]] == labels[touching.edges[:, 1]]
    return connected_components(type(touching)(touching.edges[same], len(labels)))[0]


children, _ = ward_tree(colours, touching.edges)
cuts = {k: cut_tree(children, k) for k in (4, 8, 16, 32, 64)}
print(f"k-means: {pieces(means)} pieces. Ward with neighbours: {pieces(cuts[8])}.")
views = {f"{k}": pictures({"": filled(colours, cut).reshape(shape)}, 2) for k, cut in cuts.items()}
slider("regions", views, "The portrait in regions, each in its mean colour.")

# %% [markdown]
# **The misconception: more regions are a different cut.** They are the same cut, gone on: each region
# of the 8 is one or more of the 16. That is what a tree means. Turn the switch to see where the
# colours alone would have put the pixels.

# %%
ward = pictures({"": filled(colours, cuts[32]).reshape(shape)}, 2)
free = KMeans(32, random_state=0).fit(colours).labels_
switch("forget who touches whom", ward, pictures({"": filled(colours, free).reshape(shape)}, 2),
       "Thirty-two regions by Ward's method, or thirty-two groups of colours by k-means.")  # fmt: skip

# %% [markdown]
# ## What it costs
#
# Ward's method looks at one merge after the other. *ReNA* is quicker: each pixel joins its nearest
# neighbour, all at once, and after a few rounds little is left. Its regions are rougher. How do the
# times grow with the picture?

# %%
sides, ways = (16, 32, 64), {"Ward": AgglomerativeClustering, "ReNA": ReNA}
# %%
fig, ax = axes("pixels", "seconds", height=3.2)
for word, way in ways.items():
    seconds = []
    for side in sides:
        small = portrait(side)
        model, rows = way(32, connectivity=grid_to_graph(*small.shape[:2])), small.reshape(-1, 3)
        begun = time.perf_counter()
        model.fit(1.0 * (rows if word == "Ward" else rows.T))
        seconds.append(time.perf_counter() - begun)
    ax.loglog([side**2 for side in sides], seconds, label=word)
    print(f"{word}: {seconds[-1]:.2f} s for the largest, on this machine")
ax.legend()
show(fig, "Time to cut a portrait into 32 regions, against its number of pixels.")

# %% [markdown]
# **Further still.** *Spectral clustering* asks where to cut so that least is cut through. It sees the
# whole picture at once: `SpectralClustering` of `aiguille.cluster` takes the graph that
# `img_to_graph` makes.
#
# ## What to try
#
# - A picture of your own: `python -m course run 10 --portrait PICTURE`.
# - Regions by grey level alone: `colours.mean(axis=1, keepdims=True)`.
# - `linkage="single"` in place of Ward. Why is nearly everything one region?
#
# ## Three questions
#
# ??? question "What does the graph of neighbours add to Ward's method?"
#     - [ ] Better colours. Colours fit best without it.
#     - [x] Regions that hang together, and less to look at for each merge.
#     - [ ] Fewer regions. Their number is your choice.
#
# ??? question "You have cut the tree at 16 regions and want 12. What has to be computed?"
#     - [ ] The tree, anew. It has all numbers in it.
#     - [x] Nothing but the cut.
#     - [ ] Four more merges of pixels. They are in the tree already.
#
# ??? question "When would you take k-means on colours all the same?"
#     - [x] To print the picture with few inks: where a pixel is does not matter then.
#     - [ ] To find the face. It is in many pieces.
#     - [ ] When the picture is large. ReNA is made for that.
#
# ## Exercises
#
# - [A step of k-means](../exercises.md#12): `python -m course check 12`
# - [Connected components](../exercises.md#13): `python -m course check 13`
#
# ## What to take home
#
# - Say who may be together before you ask who is alike.
# - One tree, every number of regions.
#
# ## Sources
#
# - The portrait: Eileen Collins, by NASA; public domain.
# - J. H. Ward (1963), *JASA* 58(301). A. Hoyos-Idrobo, G. Varoquaux, J. Kahn & B. Thirion (2019),
#   "Recursive nearest agglomeration", *IEEE PAMI* 41(3).
#
# Next page: [Parcels of faces](11-parcels-of-faces.md).
