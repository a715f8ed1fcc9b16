"""Questions in a chapter's prose: guess first, and three questions at the end.

A block begins with ``??? guess "..."`` or ``??? question "..."``, and has its choices
below, indented by four. The first sentence of a choice is what one chooses, the rest is
what the page says about it. A colon ends that sentence, too, and is shown as a full stop:
all choices end alike, so that none is known by its end. On the page they are native radio
buttons. Where there is no script, the answers stand below in a part that unfolds.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course.site.cells import Cell, Chapter, WritingError

__all__ = ["AskingError", "Choice", "Question", "as_html", "as_text", "has_guess", "questions"]

BLOCK = re.compile(
    r"^\?\?\? (?P<kind>\w+)(?P<title>[^\n]*)\n(?P<body>(?:(?: {4}[^\n]*|[ \t]*)(?:\n|\Z))*)",
    re.MULTILINE,
)
CHOICE = re.compile(r"^ {4}- (?P<mark>\[[ x]\] )?(?P<text>.+(?:\n {6,}\S.*)*)", re.MULTILINE)
FIRST = re.compile(r"(?P<first>.+?[.!?:])(?:\s+(?P<rest>.+))?", re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
MARKS = (
    (re.compile(r"\*\*(?=\S)([^*]+)(?<=\S)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*(?=\S)([^*]+)(?<=\S)\*"), r"<em>\1</em>"),
)


class AskingError(WritingError):
    """A question of a chapter is not written as it has to be; the message says where."""


@dataclass(frozen=True)
class Choice:
    """What can be chosen, what the page then says, and whether it is right."""

    text: str
    reason: str
    right: bool


@dataclass(frozen=True)
class Question:
    """A question with its choices.

    Attributes
    ----------
    kind : {"guess", "question"}
        Whether the page itself gives the answer, or the choices do.
    title : str
        What is asked.
    choices : tuple of Choice
        Two or more.
    line : int
        Where it begins, counted from 0 in its cell.
    """

    kind: str
    title: str
    choices: tuple[Choice, ...]
    line: int


def questions(cell: Cell, file: Path) -> list[tuple[re.Match[str], Question]]:
    """Find the questions in a cell of prose.

    Parameters
    ----------
    cell : Cell
        Prose.
    file : Path
        The chapter, for errors.

    Returns
    -------
    list of (re.Match, Question)
        Where each stands in the text, and what it asks.

    Raises
    ------
    AskingError
        A block has no title, too few choices, or not one right one.
    """
    return [(block, question_of(block, cell, file)) for block in BLOCK.finditer(cell.text)]


def question_of(block: re.Match[str], cell: Cell, file: Path) -> Question:
    """Read one block."""
    kind, title = block["kind"], block["title"].strip()
    line = cell.text.count("\n", 0, block.start())
    choices = tuple(choices_of(block["body"]))
    rest = CHOICE.sub("", block["body"]).split("\n")
    strange = next((text.strip() for text in rest if text.strip()), "")
    right = sum(choice.right for choice in choices)
    wrong = None
    if kind not in ("guess", "question"):
        wrong = f"??? {kind} is unknown: write ??? guess or ??? question"
    elif not re.fullmatch(r'"[^"]+"', title):
        wrong = f'what is asked stands behind ??? {kind}, between two "'
    elif strange:
        wrong = f"{strange!r} is no choice: begin each as '    - choice.', and indent what goes on"
    elif len(choices) < 2:
        wrong = f"there are {len(choices)} choices: give two or more, each as '    - choice.'"
    elif kind == "question" and right != 1:
        wrong = f"{right} of the choices are marked [x]: mark the one that is right"
    elif kind == "guess" and right:
        wrong = "a guess marks no choice as right: the page shows what is true"
    if wrong:
        raise AskingError(f"{file}, line {cell.line + line}: {wrong}")
    return Question(kind, title[1:-1], choices, line)


def choices_of(body: str) -> Iterator[Choice]:
    """Read the choices below a question."""
    for found in CHOICE.finditer(body):
        sentence = FIRST.fullmatch(" ".join(found["text"].split()))
        first, rest = (sentence["first"], sentence["rest"]) if sentence else (found["text"], "")
        yield Choice(re.sub(":$", ".", first), capital(rest or ""), found["mark"] == "[x] ")


def capital(text: str) -> str:
    """Let a sentence begin with a capital letter, unless it begins with a name in code."""
    return text[:1].upper() + text[1:]


def has_guess(cell: Cell) -> bool:
    """Tell whether prose ends with a guess, so that the next output waits for it."""
    return any(block["kind"] == "guess" for block in BLOCK.finditer(cell.text))


def as_html(cell: Cell, chapter: Chapter) -> str:
    """Write prose with its questions as HTML that needs no script to be read.

    Choices are radio buttons. What speaks for them unfolds below, and stays folded where a
    script says it after a choice.

    Parameters
    ----------
    cell : Cell
        Prose.
    chapter : Chapter
        Where it stands.

    Returns
    -------
    str
        Markdown, with HTML where questions were.

    Raises
    ------
    AskingError
        A question is not written as it has to be, or no code comes after a guess.
    """
    asked = [question for _, question in questions(cell, chapter.file)]
    guess = next((question for question in asked if question.kind == "guess"), None)
    if guess and not code_follows(cell, chapter):
        raise AskingError(
            f"{chapter.file}, line {cell.line + guess.line}: no cell of code comes right after "
            "this guess: let one answer it"
        )
    return replaced(
        cell,
        chapter,
        lambda question, line: written(question, f"ask-{chapter.number}-{cell.line + line}"),
    )


def as_text(cell: Cell, chapter: Chapter) -> str:
    """Write prose with its questions as plain Markdown, for a notebook.

    Parameters
    ----------
    cell : Cell
        Prose.
    chapter : Chapter
        Where it stands.

    Returns
    -------
    str
        Markdown, with the answers folded away.
    """

    def in_markdown(question: Question, _: int) -> str:
        choices = "\n".join(f"- {choice.text}" for choice in question.choices)
        answers = "\n".join(
            f"- {choice.text} {verdict(question, choice)}{choice.reason}".rstrip()
            for choice in question.choices
        )
        return (
            f"**{question.title}**\n\n{choices}\n\n"
            f"<details><summary>{summary(question)}</summary>\n\n{answers}\n\n</details>"
        )

    return replaced(cell, chapter, in_markdown)


def code_follows(cell: Cell, chapter: Chapter) -> bool:
    """Tell whether the cell after this one is code."""
    following = chapter.cells[chapter.cells.index(cell) + 1 :]
    return bool(following) and following[0].kind == "code"


def replaced(cell: Cell, chapter: Chapter, write: Callable[[Question, int], str]) -> str:
    """Put something in the place of each question."""
    text = cell.text
    for block, question in reversed(questions(cell, chapter.file)):
        written_so = f"{write(question, question.line)}\n\n"
        text = text[: block.start()] + written_so + text[block.end() :]
    return text.rstrip()


def written(question: Question, name: str) -> str:
    """Write one question as HTML."""
    choices = "".join(
        f'<label><input type="radio" name="{name}" value="{number}">'
        f"<span>{inline(choice.text)}</span></label>\n"
        for number, choice in enumerate(question.choices)
    )
    answers = "".join(
        f"<li{' data-right' * choice.right}>{inline(choice.text)} "
        f"<span>{inline(told(question, choice))}</span></li>\n"
        for choice in question.choices
    )
    return (
        f'<div class="ask" data-kind="{question.kind}" id="{name}">\n'
        f"<fieldset>\n<legend>{label(question)}{inline(question.title)}</legend>\n{choices}"
        "</fieldset>\n"
        '<p class="ask-said" role="status"></p>\n'
        f"<details>\n<summary>{summary(question)}</summary>\n<ul>\n{answers}</ul>\n</details>\n"
        "</div>"
    )


def label(question: Question) -> str:
    """Say what a block is."""
    return "<b>Guess first.</b> " if question.kind == "guess" else ""


def summary(question: Question) -> str:
    """Say what unfolds."""
    return "What speaks for each" if question.kind == "guess" else "The answers"


def verdict(question: Question, choice: Choice) -> str:
    """Say whether a choice is right; a guess is neither."""
    if question.kind == "guess":
        return ""
    return "Right. " if choice.right else "Not quite. "


def told(question: Question, choice: Choice) -> str:
    """Say what a page says after a choice, in Markdown."""
    word = verdict(question, choice).rstrip()
    return f"**{word}** {choice.reason}".rstrip() if word else choice.reason


def inline(text: str) -> str:
    """Turn the Markdown inside a line into HTML.

    Examples
    --------
    >>> inline("*k* is `5`, 1 < 2")
    '<em>k</em> is <code>5</code>, 1 &lt; 2'
    >>> inline("`a * b * c` is code, 2 * 3 * 4 is a product")
    '<code>a * b * c</code> is code, 2 * 3 * 4 is a product'
    """
    pieces = CODE.split(html.escape(text, quote=False))  # prose and code in turn
    for place, piece in enumerate(pieces):
        if place % 2:
            pieces[place] = f"<code>{piece}</code>"
            continue
        for mark, tag in MARKS:
            piece = mark.sub(tag, piece)
        pieces[place] = piece
    return "".join(pieces)
