"""Our own source as data: how many lines it has, and the text of a name in it.

The pages on how the libraries work show their source, and take it from the installed packages by
name, so that what they show cannot be older than what runs.
"""

import ast
import inspect
import io
import pkgutil
import textwrap
import tokenize
from pathlib import Path
from types import ModuleType

__all__ = ["excerpt", "files_of", "lines_of_code", "megabytes"]

NOTHING = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)


def files_of(package: ModuleType) -> dict[str, Path]:
    """List the source files of a package.

    Parameters
    ----------
    package : module
        An imported package.

    Returns
    -------
    dict of str to Path
        Each file under its path inside the package, without ending: ``"cluster/ward"``.
    """
    home = home_of(package)
    return {
        file.relative_to(home).with_suffix("").as_posix(): file
        for file in sorted(home.rglob("*.py"))
    }


def lines_of_code(text: str) -> int:
    r"""Count the lines that do something: no comment, no docstring, no blank line.

    Parameters
    ----------
    text : str
        Python.

    Returns
    -------
    int
        Their number.

    Examples
    --------
    >>> lines_of_code('def f():\n    "Say one."\n\n    # a comment\n    return 1\n')
    2
    """
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    used = {
        line
        for token in tokens
        if token.type not in NOTHING
        for line in range(token.start[0], token.end[0] + 1)
        if token.string.strip()
    }
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            used -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(used)


def megabytes(package: ModuleType) -> float:
    """Measure what a package takes on disk, compiled caches and its tests left out.

    Parameters
    ----------
    package : module
        An imported package.

    Returns
    -------
    float
        Millions of bytes, shared libraries beside it included.
    """
    home = home_of(package)
    found = [*home.rglob("*"), *home.with_name(f"{home.name}.libs").rglob("*")]
    kept = (file for file in found if file.suffix != ".pyc" and "tests" not in file.parts)
    return sum(file.stat().st_size for file in kept if file.is_file()) / 1e6


def excerpt(name: str, docstring: bool = False) -> str:
    """Give the source of a function or class, as it is installed.

    Parameters
    ----------
    name : str
        Where it is, such as ``"faineant.digest.hash"``.
    docstring : bool
        Whether to keep its docstring.

    Returns
    -------
    str
        Its text.

    Examples
    --------
    >>> print(excerpt("course.source.home_of"))
    def home_of(package: ModuleType) -> Path:
        return Path(inspect.getfile(package)).parent
    """
    text = textwrap.dedent(inspect.getsource(pkgutil.resolve_name(name))).rstrip()
    if docstring:
        return text
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            said = node.body[0]
            for number in range(said.lineno - 1, said.end_lineno or said.lineno):
                lines[number] = ""
    return "\n".join(line for line in lines if line.strip())


def home_of(package: ModuleType) -> Path:
    """Give the folder of a package."""
    return Path(inspect.getfile(package)).parent
