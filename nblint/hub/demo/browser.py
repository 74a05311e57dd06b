"""A browser that does what people do with a hub, and says what it met."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from nblint.errors import SettingsError
from nblint.hub.notebooks.index import EXAMPLES
from nblint.reports.text import count

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# A server takes a while to start on a machine that is busy.
_MILLISECONDS = 120_000
_ATTEMPTS = 8
_IN_FRONT = ".jp-NotebookPanel:not(.lm-mod-hidden)"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def play(
    entry: str,
    url: str,
    say: Callable[[str], object],
    examples: Sequence[str],
    screenshot: Path | None = None,
) -> None:
    """Sign in as two people, read the landing page, and run an installed notebook.

    Args:
        entry: The address that leads to the hub.
        url: The hub.
        say: Tells what was met.
        examples: The files of the examples that the landing page links.
        screenshot: Where a picture of the landing page goes.

    Raises:
        SettingsError: There is no browser, or it met something else.
    """
    from playwright.sync_api import Error, sync_playwright

    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        raise SettingsError("there is no chromium on this machine to try the hub with")
    try:
        with sync_playwright() as playwright:
            # Root has no sandbox, and all that is opened here is the hub itself.
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            _without_second_factor(browser, entry)
            say("mallory is refused: no second factor.")
            page = _sign_in(browser, entry, "alice")
            page.wait_for_url("**/lab/tree/Welcome.ipynb**")
            link = page.get_by_role("link", name="Failed logins")
            link.wait_for()
            say("alice lands on the page of rules, which lists the installed notebook.")
            _find_examples(page, url, examples)
            say(f"It links {count(len(examples), 'example')}.")
            if screenshot is not None:
                _picture(page, screenshot)
            link.click()
            say(f"alice opens it, runs it, and reads: {_run_notebook(page)}")
            browser.close()
    except Error as error:
        raise SettingsError(f"the browser met something else: {error.message}") from None


def _sign_in(browser: Browser, url: str, name: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 1400}).new_page()
    page.set_default_timeout(_MILLISECONDS)
    page.goto(url)
    page.click(f"button[value={name}]")
    return page


def _without_second_factor(browser: Browser, url: str) -> None:
    page = _sign_in(browser, url, "mallory")
    page.get_by_text("Sign in with a second factor").first.wait_for()


def _find_examples(page: Page, url: str, names: Sequence[str]) -> None:
    for name in names:
        path = f"{EXAMPLES}/{quote(name)}"
        if not page.locator(f'a[href*="{path}"]').count():
            raise SettingsError(f"the landing page has no link to {path}")
        found = page.request.get(f"{url}/user/alice/api/contents/{path}?content=0")
        if not found.ok:
            raise SettingsError(f"{path}: alice cannot open it: {found.status}")


def _picture(page: Page, path: Path) -> None:
    """Take a picture of the page itself, without the file browser beside it."""
    page.keyboard.press("Control+b")
    page.wait_for_timeout(2000)  # panels move, and cells below the fold are drawn late
    page.locator(".jp-NotebookPanel").screenshot(path=path)


def _run_notebook(page: Page) -> str:
    """Run the notebook that is open, and return the first row of what it prints."""
    from playwright.sync_api import TimeoutError as LateError

    page.wait_for_url("**/failed-logins.ipynb**")
    page.get_by_text("failed_logins = [").first.wait_for()
    page.locator(f"{_IN_FRONT} .jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    output = page.locator(".jp-OutputArea-output").filter(has_text="https://app.").first
    for attempt in range(_ATTEMPTS):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        # It does nothing before the page is connected to the kernel, which it does not show.
        is_last = attempt == _ATTEMPTS - 1
        with suppress(*(() if is_last else (LateError,))):
            output.wait_for(timeout=_MILLISECONDS / _ATTEMPTS)
            break
    return next(row for row in output.inner_text().splitlines() if "https://app." in row)
