"""The API as pages: one for each public module, made of the docstrings when the site is built.

What a name is (its signature, its methods, where it stands) is asked of the module itself;
griffe takes the docstrings apart. The pages are Markdown like all others, and the files that they
tell of lie beside them, so that a reader without the project sees the source too.

Read `write_api`, then `page`, then `entry`.
"""

from __future__ import annotations

import html
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from course.site.run import write

__all__ = ["public_modules", "write_api"]

PACKAGES = ("aiguille", "faineant")
WHOLE = {"faineant"}  # all that is public there is named by the package itself
LONGEST_LINE = 60  # of a signature
LONGEST_WORD = 28  # of code within a sentence, for a phone
CODE = re.compile(r"(``.+?``|`[^`]+`)", re.DOTALL)
DOCTEST = re.compile(r"(?:^>>> .*\n?(?:.+\n?)*)+", re.MULTILINE)


def public_modules() -> list[str]:
    """Name the modules that say what is public in them, in the order of the alphabet.

    Returns
    -------
    list of str
        Such as ``aiguille.cluster``. A module whose name begins with an underscore is nobody's
        business.
    """
    names = []
    for package in PACKAGES:
        if package in WHOLE:
            names.append(package)
            continue
        found = pkgutil.iter_modules(import_module(package).__path__, f"{package}.")
        names += [each.name for each in found if not each.name.rpartition(".")[2].startswith("_")]
    return sorted(name for name in names if public_names(import_module(name)))


def write_api(folder: Path) -> list[Path]:
    """Write a page for each public module, and a copy of each file that they tell of.

    Parameters
    ----------
    folder : Path
        Where they go. What else is there is removed.

    Returns
    -------
    list of Path
        The pages.
    """
    modules = {name: import_module(name) for name in public_modules()}
    known = Known.of(modules.values())
    wanted: dict[Path, bytes] = {}
    for name, module in modules.items():
        wanted[folder / f"{name}.md"] = page(module, known).encode()
        for value in public_values(module).values():
            origin = source_of(value)
            if origin:
                wanted[folder / origin.copy] = origin.file.read_bytes()
    for file, content in wanted.items():
        write(file, content)
    for file in [file for file in folder.rglob("*") if file.is_file() and file not in wanted]:
        file.unlink()
    return sorted(file for file in wanted if file.suffix == ".md")


def public_names(module: ModuleType) -> list[str]:
    """Give the names that a module exports; classes and functions as the alphabet has them."""
    return sorted(getattr(module, "__all__", ()), key=str.lower)


def public_values(module: ModuleType) -> dict[str, Any]:
    """Give what a module exports, by name."""
    return {name: getattr(module, name) for name in public_names(module)}


@dataclass(frozen=True)
class Origin:
    """Where something is defined: a file, its copy beside the pages, and a line."""

    file: Path
    copy: str
    line: int


def source_of(value: Any) -> Origin | None:
    """Find where a class or a function of ours is defined."""
    value = inspect.unwrap(value) if callable(value) else value
    package = str(getattr(value, "__module__", "")).partition(".")[0]
    if package not in PACKAGES or not (inspect.isclass(value) or inspect.isroutine(value)):
        return None
    file = Path(inspect.getfile(value))
    root = Path(inspect.getfile(import_module(package))).parents[1]
    copy = f"source/{file.relative_to(root).as_posix()}"
    return Origin(file, copy, inspect.getsourcelines(value)[1])


@dataclass(frozen=True)
class Known:
    """On which page each public thing stands."""

    homes: dict[int, tuple[str, str]]
    names: dict[str, set[tuple[str, str]]]

    @classmethod
    def of(cls, modules: Iterable[ModuleType]) -> Known:
        """Look at what modules export; a thing that two export stands where it is defined."""
        homes: dict[int, tuple[str, str]] = {}
        names: dict[str, set[tuple[str, str]]] = {}
        for module in modules:
            for name, value in public_values(module).items():
                place = module.__name__, name
                if id(value) not in homes or getattr(value, "__module__", "") == place[0]:
                    homes[id(value)] = place
                names.setdefault(name, set()).add(place)
        return cls(homes, names)

    def link(self, name: str, here: str) -> str:
        """Link a name in backticks to its entry, if it is clear which one is meant."""
        module, _, last = name.rpartition(".")
        places = {place for place in self.names.get(last, ()) if module in ("", place[0])}
        near = {place for place in places if place[0] == here}
        chosen = near or places
        if len(chosen) != 1:
            return f"`{name}`"
        [(page, anchor)] = chosen
        return f"[`{name}`]({page}.md#{anchor})"


def page(module: ModuleType, known: Known) -> str:
    """Write the page of a module: what it says of itself, its names, and an entry for each."""
    here, values = module.__name__, public_values(module)
    lines = [f"# {here}", prose(inspect.getdoc(module) or "", known, here)]
    contents = [f"- [`{name}`](#{name}): {first_sentence(v)}" for name, v in values.items()]
    lines.append("\n".join(contents))
    for name, value in values.items():
        lines += [f"## {name} {{ #{name} }}", *entry(name, value, known, here)]
        if inspect.isclass(value):
            lines += methods(name, value, known, here)
    return "\n\n".join(line for line in lines if line) + "\n"


def entry(name: str, value: Any, known: Known, here: str) -> Iterator[str]:
    """Tell of one thing: how it is called, what it does, where it stands."""
    if not (inspect.isclass(value) or inspect.isroutine(value)):
        yield fence(f"{name} = {value!r}", "python")
        return
    called = signature(name, value)
    if called:
        yield fence(called, "python")
    yield from told(inspect.getdoc(value) or "", known, here)
    origin = source_of(value)
    if origin:
        yield f"Source: [{origin.copy.removeprefix('source/')}]({origin.copy}), line {origin.line}."


def methods(owner: str, kind: type, known: Known, here: str) -> Iterator[str]:
    """Tell of the public methods of a class; of a base with an entry of its own, their names."""
    elsewhere: dict[type, list[str]] = {}
    for name in sorted(name for name in dir(kind) if not name.startswith("_")):
        home = next((each for each in kind.__mro__ if name in vars(each)), object)
        value = inspect.getattr_static(kind, name)
        if home.__module__.partition(".")[0] not in PACKAGES or not is_method(value):
            continue
        if home is not kind and id(home) in known.homes:
            elsewhere.setdefault(home, []).append(name)
            continue
        yield f"### {name} {{ #{owner}.{name} }}"
        if not isinstance(value, property):
            yield fence(signature(name, getattr(kind, name)), "python")
        documented = value.fget if isinstance(value, property) else getattr(kind, name)
        yield from told(inspect.getdoc(documented) or "", known, here)
    for home, names in elsewhere.items():
        page, base = known.homes[id(home)]
        links = ", ".join(f"[`{name}`]({page}.md#{base}.{name})" for name in names)
        yield f"From [`{base}`]({page}.md#{base}): {links}."


def is_method(value: Any) -> bool:
    """Whether what stands in a class is a method or a property, not a value."""
    return isinstance(value, property | classmethod | staticmethod) or inspect.isroutine(value)


def signature(name: str, value: Any) -> str:
    """Write how something is called: without types, which the docstring tells in words."""
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return ""
    plain = [each.replace(annotation=each.empty) for each in found.parameters.values()]
    if plain and plain[0].name == "self":
        plain = plain[1:]
    for number, each in enumerate(plain):
        if callable(each.default) and each.default is not each.empty:
            plain[number] = each.replace(default=Shown(each.default.__name__))
    bare = inspect.Signature(plain)
    line = f"{name}{bare}"
    if len(line) <= LONGEST_LINE:
        return line
    marks = re.sub(r"^\(|\)$", "", str(bare))
    return f"{name}(\n    " + ",\n    ".join(split_at_commas(marks)) + ",\n)"


class Shown:
    """A default that is shown by its name."""

    def __init__(self, name: str):
        self.name = name

    def __repr__(self) -> str:
        return self.name


def split_at_commas(text: str) -> list[str]:
    """Cut a list of parameters at the commas that are not inside of brackets or quotes."""
    pieces, depth, quote, start = [], 0, "", 0
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == "," and depth == 0:
            pieces.append(text[start:place].strip())
            start = place + 1
    return [*pieces, text[start:].strip()]


def told(docstring: str, known: Known, here: str) -> Iterator[str]:
    """Write a docstring as Markdown, section by section."""
    from griffe import Docstring, DocstringSectionKind, Parser

    kinds = DocstringSectionKind
    for section in Docstring(docstring).parse(Parser.numpy, warnings=False):
        if section.kind is kinds.text:
            yield prose(section.value, known, here)
        elif section.kind is kinds.examples:
            yield "**Examples**"
            for kind, text in section.value:
                yield fence(text, "pycon") if kind is kinds.examples else prose(text, known, here)
        elif section.kind is kinds.admonition:
            yield f"**{section.title}**"
            yield prose(section.value.contents, known, here)
        else:
            yield f"**{section.kind.value.capitalize()}**"
            yield "\n\n".join(item(each, docstring, known, here).rstrip() for each in section.value)


def item(told_of: Any, docstring: str, known: Known, here: str) -> str:
    """Write one parameter, attribute, result or error as an item of a list."""
    name, kind = getattr(told_of, "name", ""), told_of.annotation
    head = ", ".join(f"`{each}`" for each in name.split(", ")) if name else ""
    # Of options and something else griffe keeps the options alone.
    options = re.search(rf"^{re.escape(name)} *: *({{.*)$", docstring, re.MULTILINE)
    shown = plain_text(options[1] if name and options else str(kind or ""))
    head = ": ".join(part for part in (head, shown) if part)
    body = prose(told_of.description, known, here)
    if not body:
        return f"- {head}\n"
    return f"- {head}\n\n" + "\n".join(f"    {line}".rstrip() for line in body.split("\n"))


def first_sentence(value: Any) -> str:
    """Give the first line of a docstring; a value that has none of its own is shown."""
    if not (inspect.isclass(value) or inspect.isroutine(value)):
        return "a value."
    return plain_text((inspect.getdoc(value) or "").partition("\n\n")[0].replace("\n", " "))


def prose(text: str, known: Known, here: str) -> str:
    """Write prose as Markdown: names become links, examples code, and odd signs themselves."""
    blocks, end = [], 0
    for example in DOCTEST.finditer(text):
        blocks.append(linked(text[end : example.start()], known, here))
        blocks.append(fence(example.group().strip(), "pycon"))
        end = example.end()
    blocks.append(linked(text[end:], known, here))
    return "\n\n".join(block.strip("\n") for block in blocks if block.strip())


def linked(text: str, known: Known, here: str) -> str:
    """Link names in single backticks, and keep signs from being taken for Markdown."""
    pieces = CODE.split(text)
    for number, piece in enumerate(pieces):
        if not piece.startswith("`"):
            pieces[number] = piece.replace("<", "&lt;").replace("{", "&#123;")
        elif not piece.startswith("``") and re.fullmatch(r"[\w.]+", piece.strip("`")):
            pieces[number] = known.link(piece.strip("`"), here)
        elif len(piece) > LONGEST_WORD:
            pieces[number] = f"{piece}{{ .long }}"  # the style lets it break
    return "".join(pieces)


def plain_text(text: str) -> str:
    """Write text that has no Markdown in it, but for code in backticks."""
    signs = {"{": "&#123;", "}": "&#125;", "*": "&#42;", "_": "&#95;", "[": "&#91;", "]": "&#93;"}
    pieces = CODE.split(text)
    for number, piece in enumerate(pieces):
        if not piece.startswith("`"):
            escaped = html.escape(piece, quote=False)
            pieces[number] = "".join(signs.get(sign, sign) for sign in escaped)
    return "".join(pieces)


def fence(text: str, kind: str) -> str:
    """Put text into a block of code."""
    return f"``` {kind}\n{text}\n```"
