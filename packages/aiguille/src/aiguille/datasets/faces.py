"""A haystack made to measure: synthetic faces.

On real photos nobody knows how much of the noise is noise. Here we do, because we put it in. A
face is drawn from smooth shapes (an oval, hair, eyes, brows, nose, mouth) and a soft pattern that
belongs to one person alone. Then come light and pose, which belong to a sitting, and at the end
noise, which belongs to nothing. **These pictures are synthetic**: good for understanding a method,
no evidence of how it does on people.

Read `make_faces`, then `portrait`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiguille.datasets.pictures import seed_of, with_noise
from aiguille.parameters import check_real, check_whole

__all__ = ["make_faces"]

Floats = NDArray[np.float64]


def make_faces(
    n_people: int = 100,
    n_photos: int = 10,
    *,
    noise: float = 0.0,
    n_sittings: int | None = None,
    image_shape: tuple[int, int] = (56, 46),
    random_state: Any = None,
    return_sittings: bool = False,
) -> Any:
    """Draw synthetic photos of people who do not exist.

    Parameters
    ----------
    n_people, n_photos : int
        How many people, and how many photos of each.
    noise : float
        Standard deviation, in grey levels, of the noise in each pixel. Levels are then cut to 0
        to 255, as a camera does.
    n_sittings : int, optional
        In so many sittings each person was photographed: light and pose belong to the sitting,
        and photos of one sitting differ by a small movement only, like frames of a film. Without
        it, each photo has a light and a pose of its own.
    image_shape : tuple of (height, width)
        Of a photo, in pixels.
    random_state : None, int or RandomState
        Where the drawing starts: another number, other people.
    return_sittings : bool
        Whether to give the sitting of each photo too.

    Returns
    -------
    X : ndarray of shape (n_people * n_photos, height * width)
        Whole grey levels from 0 (black) to 255 (white), one photo in each row:
        ``X.reshape(-1, *image_shape)`` are the pictures. The photos of a person follow each
        other.
    y : ndarray of int of shape (n_people * n_photos,)
        Who is on each photo, counted from 0.
    sittings : ndarray of int of shape (n_people * n_photos,)
        With ``return_sittings``: in which of the person's sittings it was taken.

    Raises
    ------
    ValueError
        If there would be no photo, more sittings than photos, or negative noise.

    Examples
    --------
    >>> X, y, sittings = make_faces(3, 4, n_sittings=2, random_state=0, return_sittings=True)
    >>> X.shape, y.tolist()
    ((12, 2576), [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    >>> sittings.tolist()
    [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1]
    """
    check_whole("n_people", n_people)
    check_whole("n_photos", n_photos)
    if n_sittings is not None:
        check_whole("n_sittings", n_sittings, at_most=n_photos)
    for name, side in zip(("height", "width"), image_shape, strict=True):
        check_whole(f"image_shape's {name}", side)
    check_real("noise", noise)
    seed = seed_of(random_state)
    random = np.random.default_rng(seed)
    sitting = np.arange(n_photos) * (n_sittings or n_photos) // n_photos
    movement = 1.0 if n_sittings else 0.0
    images = []
    for _ in range(n_people):
        person = Person.drawn(random)
        settings = [Setting.drawn(random) for _ in range(n_sittings or n_photos)]
        moments = [settings[s].moved(random, movement) for s in sitting]
        images += [portrait(person, moment, image_shape) for moment in moments]
    clean = np.stack(images).reshape(len(images), -1)
    noisy = with_noise(clean, noise, seed + 1) if noise else clean
    X = np.clip(np.rint(noisy), 0.0, 255.0)
    y = np.repeat(np.arange(n_people), n_photos)
    return (X, y, np.tile(sitting, n_people)) if return_sittings else (X, y)


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
