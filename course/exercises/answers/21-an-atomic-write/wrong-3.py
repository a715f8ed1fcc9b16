"""An atomic write.

A result is written to a file, piece by piece. Meanwhile the power fails, or another program reads
the file. Both then find half a result. So one writes to *another* file, beside it; when all is
written and the file is closed, it takes the old one's place. Of that the system makes one step:
whoever looks sees the old file or the new one, whole.

write_whole() below writes to path itself. Let it write to the file beside, and let that take the
place of path at the right moment. Path has a method for it, replace().

The last two lines are right: whatever happens, no half file is left lying about. (When it has
moved to its place, nothing is left to remove.)

What to return: nothing. An error that comes from the pieces must come out.
"""


def write_whole(path, pieces):
    """Write pieces of text to the file path (a pathlib.Path): all of them, or nothing."""
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("w") as file:
            for piece in pieces:
                file.write(piece)
        path.unlink(missing_ok=True)
        beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)
