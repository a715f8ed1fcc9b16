"""Samples drawn at random, for which it is known what there is to find.

`clouds` draws points, `faces` photos of people who do not exist, and `pictures` spoils any pictures
with noise and clutter.
"""

from aiguille.datasets.clouds import make_blobs, make_moons
from aiguille.datasets.faces import make_faces
from aiguille.datasets.pictures import in_clutter, with_noise

__all__ = ["in_clutter", "make_blobs", "make_faces", "make_moons", "with_noise"]
