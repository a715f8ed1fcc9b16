"""The built site, looked at in a real browser."""

import json
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import url2pathname, urlopen

import pytest
from looks import SCHEMES, look

HEAVIEST = 1_500_000  # bytes

LINKS = "all => all.map(one => one.href || one.src)"


@pytest.fixture(scope="class")
def looks(request, window, pages):
    """Every page, as it looks in the window of a class of tests; and what was said meanwhile."""
    visitor = window(request.cls.width)
    visitor.page.emulate_media(reduced_motion="reduce")
    seen = []
    for path in pages:
        schemes = [request.cls.api_scheme] if "/api/" in path else list(SCHEMES)
        visitor.page.emulate_media(color_scheme=schemes[0])
        visitor.open(path)
        seen.append(look(visitor.page, path, schemes))
    return seen, visitor.wrong


class Looks:
    """What must hold for every page, in both schemes, in a window of some width.

    A class for each width: so each is looked at in a process of its own, where there are two.
    """

    width: int
    api_scheme: str  # pages made of docstrings are many and alike: one scheme for each width

    def test_no_page_says_a_word_on_the_console_or_asks_another_host(self, looks):
        _, wrong = looks
        assert not wrong, "\n".join(wrong)

    def test_no_page_is_wider_than_its_window(self, looks):
        wide = {seen.path: seen.wide for seen in looks[0] if seen.wide > 0}
        assert not wide, f"pages wider than their window, by so many pixels: {wide}"

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_no_page_breaks_a_rule_that_those_need_who_see_or_hear_less(self, looks, scheme):
        broken = {seen.path: seen.violations.get(scheme) for seen in looks[0]}
        broken = {path: rules for path, rules in broken.items() if rules}
        assert not broken, json.dumps(broken, indent=1)

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_each_figure_is_in_the_colours_of_the_page_or_waits_for_the_reader(self, looks, scheme):
        figures = [figure for seen in looks[0] for figure in seen.figures.get(scheme, ())]
        assert figures
        for figure in figures:
            assert figure["alt"], figure
            assert ("-dark.png" in figure["src"]) == figure["src"].endswith("#only-dark"), figure
            if figure["seen"]:
                assert figure["loaded"], figure
                assert figure["src"].endswith(f"#only-{scheme}"), figure
            else:
                assert figure["waits"] or not figure["src"].endswith(f"#only-{scheme}"), figure

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_no_page_is_heavy_with_all_that_a_reader_loads(self, looks, site, address, scheme):
        heavy = {}
        for seen in looks[0]:
            files = {urlsplit(need).path for need in seen.needs.get(scheme, ()) if address in need}
            sizes = [(site / unquote(file).lstrip("/")).stat().st_size for file in files]
            weight = sum(sizes, (site / seen.path).stat().st_size)
            if weight > HEAVIEST:
                heavy[seen.path] = f"{weight / 1e6:.2f} MB"
        assert not heavy


class TestOnAPhone(Looks):
    width, api_scheme = 360, "dark"


class TestOnADesk(Looks):
    width, api_scheme = 1280, "light"


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


def test_each_chapter_gives_its_script_and_its_notebook_away(visit, pages, address):
    visitor = visit()
    chapters = [path for path in pages if "/" in path and path[0].isdigit()]
    assert chapters
    for path in chapters:
        page = visitor.open(path)
        script = text_of(page.locator("a", has_text="Open the script").evaluate("one => one.href"))
        compile(script, path, "exec")
        assert "# %%" in script
        with page.expect_download() as download:
            page.locator("a", has_text="Download as notebook").click()
        assert download.value.suggested_filename.endswith(".ipynb")
        notebook = json.loads(download.value.path().read_text(encoding="utf-8"))
        assert notebook["nbformat"] == 4


@pytest.mark.parametrize("where", ["served", "from disk"])
def test_the_search_finds_a_word_and_leads_to_its_page(visit, site, address, where):
    visitor = visit(at=address if where == "served" else site.as_uri())
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
        links = page.eval_on_selector_all("nav a[href]", LINKS)
        assert links
        for link in links:
            assert Path(url2pathname(urlsplit(link).path)).is_file(), link
    assert not visitor.wrong, "\n".join(visitor.wrong)
