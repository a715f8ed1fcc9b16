"""A real Chromium, a server for the built site, and eyes that see what goes wrong."""

import os
import shutil
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, Route, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))  # `looks` stands beside the tests

SITE = Path(__file__).resolve().parents[2] / "build" / "course" / "site"

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str:
    """Find the browser, or fail with what to install."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None or not Path(found).is_file():
        pytest.fail(
            f"no Chromium at {found or ' or '.join(NAMES)}: install one (Debian: apt install "
            "chromium), or name it in the environment variable CHROMIUM",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests, with a fresh profile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and keeps no log."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site."""
    if not (SITE / "index.html").is_file():
        pytest.fail("there is no site: make it with python -m course pages", pytrace=False)
    return SITE


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The address at which the built site is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def pages(site: Path) -> list[str]:
    """Every page of the site, by its path."""
    return sorted(file.relative_to(site).as_posix() for file in site.rglob("*.html"))


class Visitor:
    """A window on the site, which notes whatever is wrong with a page."""

    def __init__(self, page: Page, address: str):
        self.page, self.address = page, address
        self.wrong: list[str] = []
        page.route("**/*", self.let_in)
        page.on("console", lambda said: said.type in ("error", "warning") and self.note(said.text))
        page.on("pageerror", lambda error: self.note(f"error: {error}"))
        page.on("requestfailed", self.failed)
        page.on("response", lambda got: got.status >= 400 and self.note(f"{got.status}: {got.url}"))

    def note(self, text: str) -> None:
        where = urlsplit(self.page.url).path
        self.wrong.append(f"{where}: {text}")

    def failed(self, request: Request) -> None:
        """Note a request that failed; one that was dropped because the page was left has not."""
        if request.failure != "net::ERR_ABORTED":
            self.note(f"failed request: {request.url} ({request.failure})")

    def let_in(self, route: Route, request: Request) -> None:
        """Let nothing through that is not ours."""
        if request.url.startswith((self.address, "data:", "blob:")):
            route.continue_()
        else:
            self.note(f"request to another host: {request.url}")
            route.abort()

    def open(self, path: str, until: str = "load") -> Page:
        self.page.goto(f"{self.address}/{path}", wait_until=until)
        return self.page


@pytest.fixture(scope="session")
def window(browser: Browser, address: str) -> Iterator[object]:
    """Open a window of some width and scheme that stays: ``window(360, "dark")``."""
    yield from windows(browser, address)


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[object]:
    """Open a window of some width and scheme for one test: ``visit(360, "dark")``."""
    yield from windows(browser, address)


def windows(browser: Browser, address: str) -> Iterator[object]:
    """Open windows, and close them at the end."""
    contexts = []

    def window(width: int = 1280, scheme: str = "light", at: str = address) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, service_workers="block"
        )
        contexts.append(context)
        return Visitor(context.new_page(), at)

    yield window
    for context in contexts:
        context.close()
