"""A haystack made to measure: synthetic faces, and noise for any pictures.

On real photos nobody knows how much of the noise is noise. Here we do, because we put it in. A
face is drawn from smooth shapes (an oval, hair, eyes, brows, nose, mouth) and a soft pattern that
belongs to one person alone. Then come light and pose, which belong to a sitting, and at the end
noise, which belongs to nothing. **These pictures are synthetic**: good for understanding a method,
no evidence of how it does on people.

Read :func:`synthetic_faces`, then :func:`portrait`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course.data import Faces

__all__ = ["in_clutter", "synthetic_faces", "with_noise"]

Floats = NDArray[np.float64]


def synthetic_faces(
    people: int = 100,
    photos: int = 10,
    noise: float = 0.0,
    sittings: int | None = None,
    size: tuple[int, int] = (56, 46),
    seed: int = 0,
) -> Faces:
    """Draw synthetic photos of people who do not exist.

    Parameters
    ----------
    people, photos : int
        How many people, and how many photos of each.
    noise : float
        Standard deviation, in grey levels, of the noise in each pixel. Levels are then cut to 0
        to 255, as a camera does.
    sittings : int, optional
        In so many sittings each person was photographed: light and pose belong to the sitting,
        and photos of one sitting differ by a small movement only, like frames of a film. Without
        it, each photo has a light and a pose of its own.
    size : (height, width)
        Of a photo, in pixels.
    seed : int
        Another seed, other people.

    Returns
    -------
    Faces
        Its ``sittings`` tells the sitting of each photo, counted from 0, if they were asked for.

    Raises
    ------
    ValueError
        If there would be no photo, or fewer photos than sittings.

    Examples
    --------
    >>> crowd = synthetic_faces(people=3, photos=4, sittings=2)
    >>> crowd.images.shape, crowd.sittings.tolist()
    ((12, 56, 46), [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1])
    """
    if people < 1 or photos < 1 or not 1 <= (sittings or 1) <= photos:
        raise ValueError(
            f"people={people}, photos={photos}, sittings={sittings} cannot be drawn; ask for at "
            f"least one person and one photo, and for no more sittings than photos"
        )
    sitting = np.arange(photos) * (sittings or photos) // photos
    movement = 1.0 if sittings else 0.0
    random = np.random.default_rng(seed)
    images = []
    for _ in range(people):
        person = Person.drawn(random)
        settings = [Setting.drawn(random) for _ in range(sittings or photos)]
        images += [portrait(person, settings[s].moved(random, movement), size) for s in sitting]
    clean = np.stack(images)
    noisy = with_noise(clean, noise, seed + 1) if noise else clean
    return Faces(
        images=np.clip(np.rint(noisy), 0, 255).astype(np.uint8),
        names=np.repeat([f"nobody {i + 1}" for i in range(people)], photos),
        title=f"{people} synthetic faces",
        credit="synthetic: drawn by course/faces_generator.py",
        sittings=np.tile(sitting, people) if sittings else None,
    )


def with_noise(images: NDArray[Any], noise: float, seed: int = 0) -> Floats:
    """Add to each pixel of each picture a random number of its own.

    Parameters
    ----------
    images : ndarray of any shape
        Grey levels.
    noise : float
        Standard deviation of the random numbers, in grey levels. Their mean is 0.
    seed : int
        For the same seed, more noise is the same noise, larger.

    Returns
    -------
    ndarray of the same shape, float64
        Grey levels, some of them below 0 or above 255: nothing is cut off.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(with_noise(np.zeros((2, 100, 100)), noise=20.0).std()))
    20
    """
    return images.astype(np.float64) + noise * np.random.default_rng(seed).standard_normal(
        images.shape
    )


def in_clutter(images: NDArray[Any], height: int, width: int, seed: int = 0) -> Floats:
    """Put each picture in the middle of a larger one, full of things that mean nothing.

    Parameters
    ----------
    images : ndarray of shape (n_photos, old_height, old_width)
        Grey levels.
    height, width : int
        Size of the larger pictures, at least that of the given ones.
    seed : int
        Another seed, another clutter. Each picture has a clutter of its own.

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
    spots = np.random.default_rng(seed).normal(128.0, 50.0, coarse)
    down, across = soft_steps(height, coarse[1]), soft_steps(width, coarse[2])
    wide = down @ spots @ across.T
    wide[:, top : top + old_height, left : left + old_width] = images
    return wide


def soft_steps(fine: int, coarse: int) -> Floats:
    """Give the weights, shape (fine, coarse), that draw a line between points 8 pixels apart."""
    where = np.arange(fine)[:, np.newaxis] / 8.0
    return np.clip(1.0 - np.abs(where - np.arange(coarse)), 0.0, None)


@dataclass(frozen=True)
class Person:
    """What stays the same on every photo of one person; lengths in half heights of the picture."""

    width: float
    length: float
    skin: float
    hair: float
    hairline: float
    eye_distance: float
    eye_height: float
    eye_size: float
    brow: float
    nose: float
    mouth_height: float
    mouth_width: float
    beard: float
    pattern: Floats  # amplitudes of slow waves over the face, shape (4, 4), in grey levels

    @classmethod
    def drawn(cls, random: np.random.Generator) -> "Person":
        """Draw somebody."""
        waves = np.arange(4)
        slow_first = 1.0 / (1.0 + waves[:, np.newaxis] + waves)
        return cls(
            width=random.normal(0.60, 0.04),
            length=random.normal(0.80, 0.04),
            skin=random.normal(165.0, 14.0),
            hair=random.uniform(25.0, 110.0),
            hairline=random.normal(-0.45, 0.09),
            eye_distance=random.normal(0.27, 0.02),
            eye_height=random.normal(-0.12, 0.03),
            eye_size=random.normal(0.075, 0.008),
            brow=random.uniform(15.0, 70.0),
            nose=random.normal(0.20, 0.03),
            mouth_height=random.normal(0.42, 0.03),
            mouth_width=random.normal(0.20, 0.03),
            beard=max(0.0, random.normal(-10.0, 30.0)),
            pattern=random.normal(0.0, 22.0, (4, 4)) * slow_first,
        )


@dataclass(frozen=True)
class Setting:
    """What belongs to the moment: where the light comes from, and how the head is held."""

    bright: float
    light: tuple[float, float]
    shift: tuple[float, float]
    turn: float
    tilt: float
    scale: float
    wall: float

    @classmethod
    def drawn(cls, random: np.random.Generator) -> "Setting":
        """Draw a light and a pose."""
        return cls(
            bright=random.normal(1.0, 0.03),
            light=(random.normal(0.0, 0.04), random.normal(0.0, 0.07)),
            shift=(random.normal(0.0, 0.013), random.normal(0.0, 0.013)),
            turn=random.normal(0.0, 0.04),
            tilt=random.normal(0.0, 0.02),
            scale=random.normal(1.0, 0.012),
            wall=random.normal(70.0, 5.0),
        )

    def moved(self, random: np.random.Generator, movement: float) -> "Setting":
        """Give the next frame of the same sitting: the head moved a little, the light stayed."""
        step = 0.006 * movement * random.standard_normal(4)
        return Setting(
            bright=self.bright,
            light=self.light,
            shift=(self.shift[0] + step[0], self.shift[1] + step[1]),
            turn=self.turn + step[2],
            tilt=self.tilt + step[3],
            scale=self.scale,
            wall=self.wall,
        )


def portrait(person: Person, setting: Setting, size: tuple[int, int]) -> Floats:
    """Draw one photo without noise, shape ``size``, in grey levels."""
    y, x = face_coordinates(setting, size)
    picture = np.full(size, setting.wall)
    hair = oval(y + 0.12, x, 1.02 * person.length, 1.18 * person.width)
    face = oval(y, x, person.length, person.width)
    picture += hair * (person.hair - picture)
    picture += face * step(y - person.hairline + 0.25 * x**2) * (person.skin - picture)
    picture += face * pattern(person.pattern, y, x)
    for side in (-1.0, 1.0):
        eye_x = x - side * person.eye_distance
        picture -= 75.0 * spot(y - person.eye_height, eye_x, person.eye_size, 0.10)
        picture -= person.brow * spot(y - person.eye_height + 0.15, eye_x, 0.035, 0.12)
        picture -= 30.0 * spot(y - person.nose, x - side * 0.06, 0.03, 0.03)
    picture += 14.0 * spot(y - 0.5 * person.nose, x, 0.16, 0.035)
    picture -= 55.0 * spot(y - person.mouth_height, x, 0.035, person.mouth_width)
    picture -= person.beard * face * step(y - 0.30)
    light = 1.0 + setting.light[0] * y + setting.light[1] * x
    return picture * setting.bright * light


def face_coordinates(setting: Setting, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Say for each pixel where in the face it lies: down and across, (0, 0) is its middle."""
    height, width = size
    down = (2.0 * np.arange(height)[:, np.newaxis] + 1.0 - height) / height
    across = (2.0 * np.arange(width) + 1.0 - width) / height
    y, x = (down - setting.shift[0]) / setting.scale, (across - setting.shift[1]) / setting.scale
    y, x = y + setting.tilt * x, x - setting.tilt * y
    return y, x + setting.turn * (1.0 - x**2 - 0.3 * y**2)  # a turned head: its middle moves most


def step(distance: Floats) -> Floats:
    """Rise softly from 0 to 1 where ``distance`` passes 0."""
    return 0.5 * (1.0 + np.tanh(distance / 0.06))


def oval(y: Floats, x: Floats, half_height: float, half_width: float) -> Floats:
    """Fill an oval with 1, with a soft edge."""
    return step(1.0 - np.hypot(y / half_height, x / half_width))


def spot(y: Floats, x: Floats, half_height: float, half_width: float) -> Floats:
    """Draw a soft spot: 1 in its middle, 0 far away."""
    return np.exp(-((y / half_height) ** 2) - (x / half_width) ** 2)


def pattern(amplitudes: Floats, y: Floats, x: Floats) -> Floats:
    """Add up slow waves over the face."""
    waves = np.arange(len(amplitudes))
    down = np.cos(np.pi * 0.5 * waves * (y[..., np.newaxis] + 1.0))
    across = np.cos(np.pi * 0.5 * waves * (x[..., np.newaxis] + 1.0))
    return np.asarray(np.einsum("yxi,ij,yxj->yx", down, amplitudes, across))
