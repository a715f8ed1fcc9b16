"""The built site, looked at in a real browser."""

from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import url2pathname, urlopen

import pytest

WINDOWS = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]

LINKS = "all => all.map(one => one.href || one.src)"
FIGURES = """all => all.map(one => ({
    src: one.getAttribute('src'),
    seen: one.getClientRects().length > 0,
    loaded: one.complete && one.naturalWidth > 0,
    alt: one.alt,
}))"""


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_every_page_opens_without_a_word_on_the_console_or_a_request_elsewhere(
    visit, pages, width, scheme
):
    visitor = visit(width, scheme)
    for path in pages:
        visitor.open(path, until="networkidle")
    assert not visitor.wrong, "\n".join(visitor.wrong)


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_no_page_is_wider_than_its_window(visit, pages, width, scheme):
    visitor = visit(width, scheme)
    wide = {}
    for path in pages:
        page = visitor.open(path)
        needed = page.evaluate("document.scrollingElement.scrollWidth")
        if needed > width:
            wide[path] = needed
    assert not wide, f"pages wider than {width}: {wide}"


def test_no_page_is_heavy(site, pages):
    heavy = {path: size for path in pages if (size := (site / path).stat().st_size) > 1_500_000}
    assert not heavy


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_figure_is_shown_once_in_the_colours_of_the_page(visit, pages, scheme):
    visitor = visit(scheme=scheme)
    figures = [
        figure
        for path in pages
        for figure in visitor.open(path).eval_on_selector_all("figure img", FIGURES)
    ]
    assert figures
    for figure in figures:
        assert figure["loaded"], figure
        assert figure["alt"], figure
        assert figure["seen"] == figure["src"].endswith(f"#only-{scheme}"), figure
        assert ("-dark.png" in figure["src"]) == figure["src"].endswith("#only-dark"), figure


def test_every_link_and_picture_of_the_site_leads_somewhere(visit, pages, address):
    visitor = visit()
    texts: dict[str, str] = {}
    broken = []
    for path in pages:
        page = visitor.open(path)
        for link in page.eval_on_selector_all("a[href], img[src], link[href], script[src]", LINKS):
            target, anchor = urldefrag(urljoin(page.url, link))
            if not target.startswith(address):
                continue
            if target not in texts:
                texts[target] = text_of(target)
            is_place = anchor and not anchor.startswith("only-")
            if not texts[target] or (is_place and f'id="{unquote(anchor)}"' not in texts[target]):
                broken.append((path, link))
    assert len(texts) > len(pages)
    assert not broken, "\n".join(f"{path}: {link}" for path, link in broken)


def text_of(target: str) -> str:
    """Fetch an address; nothing where there is nothing."""
    try:
        with urlopen(target) as answer:
            return answer.read().decode(errors="replace")
    except OSError:
        return ""


def test_each_chapter_gives_its_script_away(visit, pages, address):
    visitor = visit()
    chapters = [path for path in pages if "/" in path and path[0].isdigit()]
    assert chapters
    for path in chapters:
        page = visitor.open(path)
        with page.expect_download() as download:
            page.locator("a[download]").click()
        script = download.value.path().read_text(encoding="utf-8")
        compile(script, path, "exec")
        assert "# %%" in script


def test_the_search_finds_a_word_and_leads_to_its_page(visit):
    visitor = visit()
    page = visitor.open("index.html")
    page.locator(".md-search__input").click()
    page.locator(".md-search__input").press_sequentially("neighbour", delay=20)
    found = page.locator(".md-search-result__item a").first
    found.wait_for()
    found.click()
    page.wait_for_url(lambda url: "index.html" not in url)
    page.wait_for_load_state("networkidle")
    assert "neighbour" in page.locator("article").inner_text().lower()
    assert not visitor.wrong, "\n".join(visitor.wrong)


def test_the_reader_can_choose_the_dark_page(visit, pages):
    visitor = visit(scheme="light")
    page = visitor.open(next(path for path in pages if "1-predict/1-" in path))
    body = page.locator("body")
    for scheme in ("default", "slate"):
        page.locator("label[for^=__palette]:visible").click()
        page.wait_for_function("s => document.body.dataset.mdColorScheme == s", arg=scheme)
    assert body.get_attribute("data-md-color-scheme") == "slate"
    assert page.locator("figure img[src$='#only-dark']").first.is_visible()
    assert not page.locator("figure img[src$='#only-light']").first.is_visible()


def test_the_pages_open_from_disk_too(visit, site, pages):
    visitor = visit(at=site.as_uri())
    for path in pages:
        if path == "404.html":  # only a server shows that
            continue
        page = visitor.open(path, until="networkidle")
        figures = page.eval_on_selector_all("figure img", FIGURES)
        assert all(figure["loaded"] for figure in figures), path
        links = page.eval_on_selector_all("nav a[href]", LINKS)
        assert links
        for link in links:
            assert Path(url2pathname(urlsplit(link).path)).is_file(), link
    assert not visitor.wrong, "\n".join(visitor.wrong)
