"""Look at a page as it is in one window, with all that one wants to know of it at once."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
COLOURS = ["color-contrast", "link-in-text-block"]  # what the scheme of a page decides
SCHEMES = {"light": "default", "dark": "slate"}

RUN_AXE = """async rules => {
    const options = {resultTypes: ['violations'], elementRef: false};
    if (rules) options.runOnly = {type: 'rule', values: rules};
    const found = await axe.run(document, options);
    return found.violations
        .filter(one => ['serious', 'critical'].includes(one.impact))
        .map(one => `${one.id}: ` + one.nodes.slice(0, 3).map(node =>
            node.target.join(' ') + ' ' + node.any.map(any => any.message).join('; ')).join(' | '));
}"""
FIGURES = """async all => {
    // What is not in sight is loaded when it comes into sight.
    const shown = all.filter(one => one.getClientRects().length > 0);
    shown.forEach(one => one.loading = 'eager');
    await Promise.all(shown.map(one => one.decode().catch(() => null)));
    return all.map(one => ({
        src: one.getAttribute('src'),
        seen: one.getClientRects().length > 0,
        waits: one.closest('.exhibit-part, .ask-truth') !== null,
        loaded: one.complete && one.naturalWidth > 0,
        alt: one.alt,
    }));
}"""
NEEDS = """scheme => [
    ...[...document.querySelectorAll('script[src], img[src]')].map(one => one.src),
    ...[...document.querySelectorAll('link[rel=stylesheet], link[rel=icon]')].map(one => one.href),
].filter(address => !/#only-/.test(address) || address.endsWith(`#only-${scheme}`))"""


@dataclass
class Look:
    """What was seen of one page.

    Attributes
    ----------
    path : str
        The page.
    wide : int
        By how many pixels it is wider than the window.
    violations : dict of str to list of str
        The rules that it breaks, by scheme.
    figures : dict of str to list of dict
        Its figures, by scheme.
    needs : dict of str to set of str
        What is loaded with it, by scheme.
    """

    path: str
    wide: int
    violations: dict[str, list[str]] = field(default_factory=dict)
    figures: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    needs: dict[str, set[str]] = field(default_factory=dict)


def look(page: Page, path: str, schemes: list[str]) -> Look:
    """Look at an open page: at all of it in the first scheme, at colours in the others."""
    width = page.viewport_size["width"]
    seen = Look(path, page.evaluate("document.scrollingElement.scrollWidth") - width)
    page.add_script_tag(path=AXE)
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        name = SCHEMES[scheme]
        page.wait_for_function("s => document.body.dataset.mdColorScheme == s", arg=name)
        rules = None if scheme == schemes[0] else COLOURS
        seen.figures[scheme] = page.eval_on_selector_all("figure img", FIGURES)
        seen.violations[scheme] = page.evaluate(RUN_AXE, rules)
        seen.needs[scheme] = set(page.evaluate(NEEDS, scheme))
    return seen
