"""Images as graphs of pixels, and as sets of patches.

`grid_to_graph` and `img_to_graph` join each pixel to the next one along each axis.
`extract_patches_2d` shows an image through a small window, at all of its places or at
some; `reconstruct_from_patches_2d` puts the patches back, and averages where they overlap.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.graph import Graph
from aiguille.parameters import check_random_state, check_real, check_whole

__all__ = [
    "extract_patches_2d",
    "grid_to_graph",
    "img_to_graph",
    "reconstruct_from_patches_2d",
]


def grid_to_graph(
    n_x: int, n_y: int, n_z: int = 1, *, mask: NDArray[np.bool_] | None = None
) -> Graph:
    """Join the neighbours on a grid; each pixel is joined to itself on the diagonal.

    Parameters
    ----------
    n_x, n_y, n_z : int
        The lengths of the axes.
    mask : array-like of bool of n_x * n_y * n_z entries, optional
        Which pixels there are; the others are left out and not numbered.

    Returns
    -------
    Graph
        Without weights, ones on the diagonal.

    Examples
    --------
    >>> grid_to_graph(2, 2).edges.tolist()
    [[0, 1], [2, 3], [0, 2], [1, 3]]
    """
    shape = (check_whole("n_x", n_x), check_whole("n_y", n_y), check_whole("n_z", n_z))
    edges, n_nodes, _ = grid_edges(shape, mask)
    return Graph(edges, n_nodes, diagonal=np.ones(n_nodes, dtype=np.int64))


def img_to_graph(img: ArrayLike, *, mask: NDArray[np.bool_] | None = None) -> Graph:
    """Join neighbouring pixels; an edge weighs as much as their values differ.

    Parameters
    ----------
    img : array-like of shape (n_x, n_y) or (n_x, n_y, n_z)
        Whole numbers are taken for float64, floats stay of their kind.
    mask : array-like of bool of the same shape, optional
        Which pixels there are.

    Returns
    -------
    Graph
        With the pixels' values on its diagonal.

    Examples
    --------
    >>> graph = img_to_graph([[1.0, 4.0], [1.0, 2.0]])
    >>> graph.weights
    array([3., 1., 0., 2.])
    """
    pixels = as_floats(img)
    if pixels.ndim not in (2, 3):
        raise ValueError(f"img has shape {pixels.shape}: give an array of two or three axes.")
    edges, n_nodes, inside = grid_edges(np.atleast_3d(pixels).shape, mask)
    values = pixels.ravel() if inside is None else pixels.ravel()[inside]
    weights = np.abs(values[edges[:, 0]] - values[edges[:, 1]])
    return Graph(edges, n_nodes, weights, values.copy())


def grid_edges(
    shape: tuple[int, ...], mask: NDArray[np.bool_] | None
) -> tuple[NDArray[np.intp], int, NDArray[np.bool_] | None]:
    """Give the edges of a grid, the number of its nodes, and which pixels these are."""
    nodes = np.arange(int(np.prod(shape))).reshape(shape)
    pairs = [
        (nodes[:, :, :-1], nodes[:, :, 1:]),
        (nodes[:, :-1], nodes[:, 1:]),
        (nodes[:-1], nodes[1:]),
    ]
    edges = np.vstack([np.column_stack([low.ravel(), high.ravel()]) for low, high in pairs])
    if mask is None:
        return edges, nodes.size, None
    inside = np.asarray(mask).astype(bool).ravel()
    if inside.size != nodes.size:
        raise ValueError(
            f"mask has {inside.size} entries where the grid {shape} has {nodes.size}: "
            "give one for each pixel."
        )
    edges = edges[inside[edges].all(axis=1)]
    number = np.cumsum(inside) - 1
    return number[edges], int(inside.sum()), inside


def as_floats(image: ArrayLike) -> NDArray[Any]:
    """Give whole numbers as float64: differences of unsigned ones would wrap around."""
    pixels = np.asarray(image)
    if pixels.dtype.kind not in "biuf":
        raise ValueError(f"an image holds numbers, got dtype {pixels.dtype}.")
    return pixels if pixels.dtype.kind == "f" else pixels.astype(np.float64)


def extract_patches_2d(
    image: ArrayLike,
    patch_size: tuple[int, int],
    *,
    max_patches: int | float | None = None,
    random_state: Any = None,
) -> NDArray[Any]:
    """Look at an image through a small window.

    Parameters
    ----------
    image : array-like of shape (height, width) or (height, width, n_channels)
    patch_size : tuple of int
        The height and width of a patch.
    max_patches : int or float, optional
        How many patches to draw, or which share of all between 0 and 1; all by default,
        row by row.
    random_state : int, RandomState or None
        Where to draw them.

    Returns
    -------
    ndarray of shape (n_patches, patch_height, patch_width) or (..., n_channels)
        Of the image's dtype.

    Raises
    ------
    ValueError
        If a patch is larger than the image.

    Examples
    --------
    >>> extract_patches_2d(np.arange(6).reshape(2, 3), (2, 2)).tolist()
    [[[0, 1], [3, 4]], [[1, 2], [4, 5]]]
    """
    pixels = np.asarray(image)
    if pixels.ndim not in (2, 3):
        raise ValueError(f"image has shape {pixels.shape}: give two axes, or three with channels.")
    places = window_places(pixels.shape, patch_size)
    windows = np.lib.stride_tricks.sliding_window_view(pixels, patch_size, axis=(0, 1))
    if pixels.ndim == 3:
        windows = np.moveaxis(windows, 2, -1)
    if max_patches is None:
        chosen = windows.reshape(-1, *windows.shape[2:])
    else:
        random = check_random_state(random_state)
        n_patches = number_of_patches(max_patches, places[0] * places[1])
        rows = random.randint(places[0], size=n_patches)
        columns = random.randint(places[1], size=n_patches)
        chosen = windows[rows, columns]
    one_channel = chosen.ndim == 4 and chosen.shape[-1] == 1
    return np.array(chosen[..., 0] if one_channel else chosen)


def reconstruct_from_patches_2d(patches: ArrayLike, image_size: tuple[int, ...]) -> NDArray[Any]:
    """Put all patches of an image back, row by row, and average where they overlap.

    Parameters
    ----------
    patches : array-like of shape (n_patches, patch_height, patch_width) or (..., n_channels)
        As `extract_patches_2d` gives all of them.
    image_size : tuple of int
        (height, width) or (height, width, n_channels).

    Returns
    -------
    ndarray of shape image_size, float64

    Examples
    --------
    >>> image = np.arange(12.0).reshape(3, 4)
    >>> patches = extract_patches_2d(image, (2, 2))
    >>> bool((reconstruct_from_patches_2d(patches, (3, 4)) == image).all())
    True
    """
    given = np.asarray(patches)
    if given.ndim != len(image_size) + 1:
        raise ValueError(
            f"patches of shape {given.shape} do not make an image of size {image_size}."
        )
    height, width = given.shape[1:3]
    rows, columns = window_places(image_size, (height, width))
    if len(given) != rows * columns:
        raise ValueError(
            f"{len(given)} patches where an image of size {image_size} has {rows * columns}: "
            "give all of them."
        )
    grid = given.reshape(rows, columns, *given.shape[1:])
    # One step for each row and each column of a patch, not for each patch: first the rows of all
    # patches that lie upon each other are added up, each in one piece, then the columns.
    strips = np.zeros((image_size[0], columns, *given.shape[2:]))
    for y in range(height):
        strips[y : y + rows] += grid[:, :, y]
    image = np.zeros(image_size)
    for x in range(width):
        image[:, x : x + columns] += strips[:, :, x]
    counts = np.outer(overlaps(image_size[0], height), overlaps(image_size[1], width))
    image /= counts.reshape(counts.shape + (1,) * (image.ndim - 2))
    return image


def overlaps(length: int, window: int) -> NDArray[np.intp]:
    """Count the windows that cover each place of an axis."""
    place = np.arange(length)
    return np.minimum(place, length - window) - np.maximum(place - window + 1, 0) + 1


def window_places(shape: tuple[int, ...], patch_size: tuple[int, int]) -> tuple[int, int]:
    """Count the places of a patch in an image, along both axes."""
    for name, patch, whole in zip(("Height", "Width"), patch_size, shape, strict=False):
        check_whole(f"{name.lower()} of the patch", patch)
        if patch > whole:
            raise ValueError(
                f"{name} of the patch should be less than the {name.lower()} of the image: "
                f"{patch} is more than {whole}."
            )
    return shape[0] - patch_size[0] + 1, shape[1] - patch_size[1] + 1


def number_of_patches(max_patches: int | float, n_places: int) -> int:
    """Give how many patches a number or a share of all asks for."""
    if isinstance(max_patches, float | np.floating):
        return int(check_real("max_patches", max_patches, high=1.0, open_low=True) * n_places)
    return min(check_whole("max_patches", max_patches), n_places)
