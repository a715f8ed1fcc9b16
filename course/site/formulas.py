r"""Formulas in the prose: LaTeX between dollar signs becomes MathML, which browsers draw.

It is made when the pages are, so no script runs for it. ``$x$`` stands in a line, ``$$x$$`` on
its own; code keeps its dollar signs, and so does a sum like $5. ``\$`` is a dollar sign
everywhere.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from xml.etree import ElementTree

from course.site.cells import WritingError

__all__ = ["FormulaError", "with_formulas"]

PIECE = re.compile(
    r"(?P<code>^(?P<fence>[`~]{3,})[^\n]*\n.*?^(?P=fence)[`~]*[ \t]*$"
    r"|(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"
    r"|<code>.*?</code>|^ {4}(?! *[-*]|\d)[^\n]*$)"
    r"|(?P<dollar>\\\$)"
    r"|\$\$(?P<block>[^$]+)\$\$"
    r"|(?<![\\$\w])\$(?P<line>(?=\S)(?:[^$\n]|\n(?!\s*\n))+?(?<=\S))\$(?![\w$])",
    re.MULTILINE | re.DOTALL,
)
# How many parts each of these has.
PARTS = dict.fromkeys(("mfrac", "msub", "msup", "munder", "mover", "mroot"), 2)
PARTS |= dict.fromkeys(("msubsup", "munderover"), 3)
# What Markdown would take for its own signs.
SIGNS = {ord(sign): f"&#{ord(sign)};" for sign in "*_\\`[]|"}


class FormulaError(WritingError):
    """A formula cannot be read; the message says which, and where."""


def with_formulas(text: str, file: Path, line: int) -> str:
    """Write the formulas in some prose as MathML.

    Parameters
    ----------
    text : str
        Markdown, in which LaTeX stands between ``$`` or ``$$``.
    file : Path
        The chapter, for errors.
    line : int
        The line of the file at which the text starts.

    Returns
    -------
    str
        Markdown with HTML.

    Raises
    ------
    FormulaError
        The LaTeX cannot be read.
    """

    def drawn(piece: re.Match[str]) -> str:
        if piece["code"]:
            return piece[0]
        if piece["dollar"]:
            return "&#36;"
        latex = html.unescape(piece["block"] or piece["line"])
        try:
            return mathml(" ".join(latex.split()), is_block=bool(piece["block"]))
        except FormulaError as error:
            where = f"{file}, at or below line {line}"
            raise FormulaError(f"{where}: the formula {piece[0]!r} {error}") from error

    return PIECE.sub(drawn, text)


def mathml(latex: str, is_block: bool) -> str:
    r"""Write one formula.

    Examples
    --------
    >>> mathml("k", is_block=False)[:52]
    '<span class="math"><math xmlns="http://www.w3.org/19'
    """
    from latex2mathml.converter import convert

    try:
        drawn = str(convert(latex, display="block" if is_block else "inline"))
    except Exception as error:  # whatever the converter stumbles over
        said = f"{type(error).__name__} {error}".strip()
        raise FormulaError(f"cannot be read as LaTeX: {said}") from error
    unknown = re.search(r"\\\w+", html.unescape(re.sub(r"<[^>]*>", " ", drawn)))
    if unknown:
        raise FormulaError(f"uses {unknown[0]}, which has no MathML; write it in another way")
    braces = re.findall(r"(?<!\\)[{}]", latex)
    if braces.count("{") != braces.count("}") or is_incomplete(drawn):
        raise FormulaError("lacks a brace, or something that a command needs")
    tags = re.split(r"(<[^>]*>)", drawn)
    kept = "".join(tag if tag.startswith("<") else tag.translate(SIGNS) for tag in tags)
    return f'<span class="math{" math-block" * is_block}">{kept}</span>'


def is_incomplete(drawn: str) -> bool:
    r"""Tell whether a part lacks what it is made of: a fraction, say, its denominator.

    Examples
    --------
    >>> is_incomplete("<math><mfrac><mn>1</mn></mfrac></math>")
    True
    """
    return any(
        len(part) != PARTS.get(part.tag.rpartition("}")[2], len(part))
        for part in ElementTree.fromstring(drawn).iter()
    )
