"""The exercises as a page of the site: each with its task, its hints, and what to type."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from course.exercises.catalogue import Exercise
from course.exercises.showing import ITEM, code_of
from course.site.cells import Chapter

__all__ = ["exercises_page"]

LIST = r"- |\d+[.)] "
OPENING = """\
# Exercises

Each exercise is a small file with a gap or a mistake, made to be mended in a few minutes. This
makes a folder with all of them, your own copy; type it in the folder of the project:

```sh
python -m course start my-course
```

It says what to type next. `python my-course/learn.py watch` looks at your file whenever you save
it: it names the file and the line, says the first thing that is wrong, and has three hints, each
stronger than the one before. When all is right it shows our solution beside yours, and Enter goes
on to the next.

| type | to |
|---|---|
| `python -m course watch` | have your files looked at whenever you save; `watch 17` begins there |
| `python -m course check 2` | have one looked at once |
| `python -m course hint 2` | get a hint, each time a stronger one |
| `python -m course show 2` | see our solution beside yours |
| `python -m course reset 2` | have it as it was given; what you had is kept beside it |
| `python -m course progress` | see what is solved, and what comes next |

In your own folder `python learn.py` does the same: `python learn.py check 2`, and also
`python learn.py run 1`. Each check draws new data, so the numbers that it tells change.
"""


def exercises_page(listed: Iterable[Exercise], chapters: Iterable[Chapter]) -> str:
    """Write the page.

    Parameters
    ----------
    listed : iterable of Exercise
        In order.
    chapters : iterable of Chapter
        Those that there are.

    Returns
    -------
    str
        Markdown.
    """
    there = {chapter.number: chapter for chapter in chapters}
    return "\n".join([OPENING, *(written(exercise, there) for exercise in listed)])


def written(exercise: Exercise, chapters: dict[int, Chapter]) -> str:
    """Write one exercise."""
    hints = "".join(f"<li>{in_html(hint)}</li>\n" for hint in exercise.hints)
    code = "\n".join(code_of(exercise.given))
    lines = [f"Type `python -m course check {exercise.number}`."]
    if chapter := chapters.get(exercise.chapter):
        lines.append(f"It belongs to [{chapter.title}]({chapter.part}/{chapter.name}.md).")
    if exercise.mine_in:
        lines.append(
            f"Once it is solved, `python -m course run {exercise.mine_in[0]} --mine` runs the "
            "chapter with your code in the place of ours."
        )
    return (
        f"## {exercise.number}. {escaped(exercise.title)} {{ #{exercise.number} }}\n\n"
        f"{in_markdown(exercise.task)}\n\n"
        f"```python\n{code}\n```\n\n"
        f"{' '.join(lines)}\n\n"
        f"<details>\n<summary>Hints for exercise {exercise.number}</summary>\n"
        f"<ol>\n{hints}</ol>\n</details>\n"
    )


def in_markdown(task: str) -> str:
    r"""Write a task, which is made to be read in the terminal, as Markdown.

    Examples
    --------
    >>> print(in_markdown("Which?\n\n   a   k < 3\n   b   all of\n       them"))
    Which?
    <BLANKLINE>
    - **a** k &lt; 3
    - **b** all of them
    """
    blocks = [block_in_markdown(block) for block in re.split(r"\n\s*\n", task)]
    for place in range(len(blocks) - 1, 0, -1):
        if all(
            re.match(LIST, block.rpartition("\n")[2]) for block in blocks[place - 1 : place + 1]
        ):
            blocks.insert(place, "<!-- -->")  # else two lists become one
    return "\n\n".join(blocks)


def block_in_markdown(block: str) -> str:
    """Write one paragraph, list or piece of code as Markdown."""
    if block.startswith("    ") and not ITEM.match(block):
        return block
    lines = [""]
    for line in block.splitlines():
        if found := ITEM.match(line):
            mark, rest = found["mark"].strip(), escaped(found["rest"])
            lines.append(f"- **{mark}** {rest}" if mark.isalpha() else f"{mark} {rest}")
        else:
            lines[-1] += f" {escaped(line.strip())}"
    first, *items = lines
    return "\n\n".join(filter(None, [first.strip(), "\n".join(items)]))


def in_html(hint: str) -> str:
    """Write a hint as HTML.

    Examples
    --------
    >>> in_html("each is a *score*, and 2 * a < b")
    'each is a <em>score</em>, and 2 * a &lt; b'
    """
    return re.sub(r"\*(\w[^*]*\w)\*", r"<em>\1</em>", html.escape(hint, quote=False))


def escaped(text: str) -> str:
    """Keep code in prose from being taken for Markdown or HTML."""
    return re.sub(r"([\[\]_{}`])", r"\\\1", html.escape(text, quote=False))
