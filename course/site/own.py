"""The learner's own data: options of the command line, and the variables that chapters read."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import Any

__all__ = ["own_data", "own_options", "put_in_force"]

OPTIONS = {
    "--faces": "COURSE_FACES",
    "--faces-crop": "COURSE_FACES_CROP",
    "--faces-people": "COURSE_FACES_PEOPLE",
    "--faces-photos": "COURSE_FACES_PHOTOS",
    "--faces-size": "COURSE_FACES_SIZE",
    "--portrait": "COURSE_PORTRAIT",
    "--rates": "COURSE_RATES",
}


def own_options() -> argparse.ArgumentParser:
    """Describe the options that put the learner's own data into the chapters."""
    own = argparse.ArgumentParser(add_help=False)
    photos = own.add_argument_group(
        "your own photos",
        "By default the course works with the 400 AT&T photos of 40 people.",
    )
    others = own.add_argument_group("your own rates and portrait")

    def option(group: Any, name: str, metavar: str, kind: Any, text: str) -> None:
        group.add_argument(name, dest=OPTIONS[name], metavar=metavar, type=kind, help=text)

    option(photos, "--faces", "PATH", path, "a folder with a folder for each person: "
           "PERSON/photo.pgm, .png or .jpg, or GROUP/PERSON/PERSON.N.jpg")  # fmt: skip
    option(photos, "--faces-size", "HxW", size, "scale photos to H rows and W columns")
    option(photos, "--faces-crop", "T,B,L,R", crop,
           "cut off so many pixels at top, bottom, left and right, before scaling")  # fmt: skip
    option(photos, "--faces-people", "N", count, "take at most N people")
    option(photos, "--faces-photos", "N", count, "take at most N photos of each")
    option(others, "--rates", "PATH", file,
           "a newer eurofxref-hist.zip of the European Central Bank")  # fmt: skip
    option(others, "--portrait", "PATH", file, "any picture, to be cut into regions")
    return own


def put_in_force(options: argparse.Namespace) -> None:
    """Let the chapters, in this process and its children, find what was asked for."""
    for variable in OPTIONS.values():
        if getattr(options, variable, None) is not None:
            os.environ[variable] = str(getattr(options, variable))


def own_data() -> list[str]:
    """Give the options that are in force as words: the next command needs them again."""
    return [
        word
        for option, variable in OPTIONS.items()
        if os.environ.get(variable)
        for word in (option, os.environ[variable])
    ]


def path(text: str) -> str:
    """Take a path, as seen from anywhere."""
    return str(Path(text).expanduser().resolve())


def file(text: str) -> str:
    """Take the path of a file that is there."""
    if not Path(path(text)).is_file():
        raise argparse.ArgumentTypeError(f"{text!r} is no file; give the path of one")
    return path(text)


def size(text: str) -> str:
    """Take a height and a width."""
    if not re.fullmatch(r"[1-9]\d*x[1-9]\d*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not height x width in pixels, as in 112x92")
    return text


def crop(text: str) -> str:
    """Take four numbers of pixels."""
    if not re.fullmatch(r"\d+(,\d+){3}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not four numbers of pixels, as in 10,0,5,5")
    return text


def count(text: str) -> str:
    """Take a positive number."""
    if not re.fullmatch(r"[1-9]\d*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return text
