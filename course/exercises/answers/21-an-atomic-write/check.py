"""What exercise 21 expects of an atomic write."""

import os
import sys
import tempfile
from pathlib import Path

from course.exercises.speaking import Wrong

CHAPTER = 14
HINTS = (
    "Two lines: one opens the wrong file, and one is missing. When may the new file take the "
    "place of the old one: after each piece, after the last piece, or when the file is closed?",
    "When the with block is over, the file is closed, and all of it is on its way to the disk. So "
    "the missing line stands below the with block, and is indented as the word with is.",
    "with beside.open(...), and after the block beside.replace(path)",
)
MINE = {}

events: list = []
listening: list = []


def hear(event, args):
    """Note what happens to files while a check listens."""
    if not listening or event not in ("open", "os.rename", "os.remove"):
        return
    if event == "open":
        writes = bool((args[2] or 0) & (os.O_WRONLY | os.O_RDWR))
        if writes and isinstance(args[0], str | os.PathLike):
            events.append(("open", os.path.abspath(args[0]), 0))
    elif event == "os.rename":
        moved = str(args[0])
        size = os.path.getsize(moved) if os.path.exists(moved) else 0
        events.append(("rename", os.path.abspath(args[1]), size))
    else:
        events.append(("remove", os.path.abspath(args[0]), 0))


def check(mine, rng):
    """Write to a file that is there and to one that is not, and let the power fail."""
    if not hasattr(check, "hears"):
        sys.addaudithook(hear)
        check.hears = True
    words = [f"{n} " for n in rng.integers(0, 1000, int(rng.integers(4, 9)))]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        look_while_writing(mine, Path(folder, "old.txt"), words)
        look_at_failure(mine, Path(folder, "failed.txt"), words)
        new = Path(folder, "new.txt")
        mine.write_whole(new, iter(words))
        if not new.exists() or new.read_text() != "".join(words):
            raise Wrong("Where there was no old file, write_whole() did not make the new one.")


def look_while_writing(mine, path, words):
    """See that the old file is there, whole, as long as the new one is not."""
    path.write_text("the old result")
    events.clear()
    listening.append(True)
    try:
        mine.write_whole(path, watched(path, words))
    finally:
        listening.clear()
    found = path.read_text() if path.exists() else "no file at all"
    target = os.path.abspath(path)
    kinds = [(kind, size) for kind, where, size in events if where == target]
    look_at_steps(kinds, len("".join(words)))
    if found != "".join(words):
        raise Wrong(
            f"After write_whole() the file holds {found!r}; expected {''.join(words)!r}. Did the "
            "file beside take its place?"
        )
    left = sorted(p.name for p in path.parent.iterdir() if p != path)
    if left:
        raise Wrong(f"The result is there, but write_whole() left {left} lying about.")


def watched(path, words):
    """Give pieces one by one, and look at the old file before each."""
    for n, word in enumerate(words):
        found = path.read_text() if path.exists() else None
        if found is None:
            raise Wrong(
                f"When {n} of {len(words)} pieces were written, there was no file {path.name} at "
                "all: write_whole() has taken the old one away too early."
            )
        if found != "the old result":
            where = "was opened for writing, and that empties it" if not found else "had changed"
            raise Wrong(
                f"When {n} of {len(words)} pieces were written, {path.name} {where}: whoever "
                f"looks now finds {found!r}. write_whole() should write to the file beside, and "
                "leave the old one alone until all is written."
            )
        yield word


def look_at_steps(kinds, length):
    """See that the new file took the old one's place in one step, when it was complete."""
    names = [kind for kind, _ in kinds]
    if "remove" in names:
        raise Wrong(
            "write_whole() removed the old file before the new one took its place. In between "
            "there is no file at all, and the power may fail just then. replace() needs no room: "
            "it does both in one step."
        )
    if "open" in names:
        raise Wrong(
            "write_whole() wrote beside, and then opened the old file and copied into it. While "
            "it copies, the file is half. Do not copy: let the file beside take its place, with "
            "beside.replace(path)."
        )
    if "rename" in names and dict(kinds)["rename"] < length:
        raise Wrong(
            f"write_whole() let the new file take its place when only {dict(kinds)['rename']} of "
            f"{length} letters were on the disk: the others were still waiting in memory. They "
            "are written when the file is closed, at the end of the with block. Do it after that."
        )


def look_at_failure(mine, path, words):
    """Let the pieces end in an error."""
    path.write_text("the old result")

    def failing():
        yield from words[:2]
        raise OSError("the power failed")

    try:
        mine.write_whole(path, failing())
    except OSError:
        pass
    else:
        raise Wrong("The pieces ended in an error, and write_whole() kept it to itself.")
    if path.read_text() != "the old result":
        raise Wrong(
            "The power failed after two pieces, and the file now holds "
            f"{path.read_text()!r}. write_whole() should have kept the old result: a new file may "
            "take its place only when all pieces are written."
        )
    left = sorted(p.name for p in path.parent.glob("failed*") if p != path)
    if left:
        raise Wrong(f"After an error write_whole() left {left} lying about.")
