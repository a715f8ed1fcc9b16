"""Pictures, spoiled: noise in every pixel, or clutter all around.

How well does a method do when there is more of what means nothing? Here that is a knob.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiguille.parameters import check_random_state, check_real

__all__ = ["in_clutter", "with_noise"]

Floats = NDArray[np.float64]


def with_noise(images: NDArray[Any], noise: float, random_state: Any = 0) -> Floats:
    """Add to each pixel of each picture a random number of its own.

    Parameters
    ----------
    images : ndarray of any shape
        Grey levels.
    noise : float
        Standard deviation of the random numbers, in grey levels. Their mean is 0.
    random_state : None, int or RandomState
        For the same number, more noise is the same noise, larger.

    Returns
    -------
    ndarray of the same shape, float64
        Grey levels, some of them below 0 or above 255: nothing is cut off.

    Raises
    ------
    ValueError
        If the noise is negative.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(with_noise(np.zeros((2, 100, 100)), noise=20.0).std()))
    20
    """
    added = generator_for(random_state).standard_normal(images.shape)
    return images.astype(np.float64) + check_real("noise", noise) * added


def in_clutter(images: NDArray[Any], height: int, width: int, random_state: Any = 0) -> Floats:
    """Put each picture in the middle of a larger one, full of things that mean nothing.

    Parameters
    ----------
    images : ndarray of shape (n_photos, old_height, old_width)
        Grey levels.
    height, width : int
        Size of the larger pictures, at least that of the given ones.
    random_state : None, int or RandomState
        Another number, another clutter. Each picture has a clutter of its own.

    Returns
    -------
    ndarray of shape (n_photos, height, width), float64
        Grey levels. The clutter has those of soft spots, about eight pixels wide.

    Raises
    ------
    ValueError
        If the pictures do not fit into the larger ones.

    Examples
    --------
    >>> import numpy as np
    >>> in_clutter(np.zeros((2, 3, 3)), 5, 9).shape
    (2, 5, 9)
    """
    n_photos, old_height, old_width = images.shape
    top, left = (height - old_height) // 2, (width - old_width) // 2
    if top < 0 or left < 0:
        raise ValueError(
            f"pictures of {old_height} x {old_width} do not fit into {height} x {width}; ask for "
            f"larger ones"
        )
    coarse = (n_photos, height // 8 + 2, width // 8 + 2)
    spots = generator_for(random_state).normal(128.0, 50.0, coarse)
    down, across = soft_steps(height, coarse[1]), soft_steps(width, coarse[2])
    wide = down @ spots @ across.T
    wide[:, top : top + old_height, left : left + old_width] = images
    return wide


def soft_steps(fine: int, coarse: int) -> Floats:
    """Give the weights, shape (fine, coarse), that draw a line between points 8 pixels apart."""
    where = np.arange(fine)[:, np.newaxis] / 8.0
    return np.clip(1.0 - np.abs(where - np.arange(coarse)), 0.0, None)


def seed_of(random_state: Any) -> int:
    """Give the number where the drawing starts; another one each time for None."""
    if isinstance(random_state, int | np.integer):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


def generator_for(random_state: Any) -> np.random.Generator:
    """Give a new generator of random numbers that starts where it was told."""
    return np.random.default_rng(seed_of(random_state))
