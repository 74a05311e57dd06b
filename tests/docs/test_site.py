"""The site builds strictly, loads nothing from elsewhere, and every link leads somewhere."""

import html
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from nblint.linting.documentation import url
from nblint.linting.registry import rules
from tests.browser import browse
from tests.docs.formats import validate
from tests.docs.pages import ROOT
from tests.literate import read_blocks

# Pages that the site does not hold; a link from one of them leads to a file of the repository.
OUTSIDE = sorted([*ROOT.glob("*.md"), *ROOT.glob("template*/**/*.md")])


class Loaded(HTMLParser):
    """Addresses that a browser loads when it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        loads = tag == "link" and named.get("rel") not in ("canonical", "prev", "next")
        address = named.get("href") if loads else named.get("src")
        self.addresses += [address] if address else []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    ran = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    return folder


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        loaded = Loaded()
        loaded.feed(page.read_text(encoding="utf-8"))
        assert loaded.addresses, page
        assert not [a for a in loaded.addresses if re.match("(https?:)?//", a)], page
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//", style.read_text(encoding="utf-8")), style


@pytest.mark.slow
def test_each_rule_has_its_page_where_reports_say(site: Path) -> None:
    address = re.findall(r"^site_url: (.+)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.M)[0]
    for code in rules():
        page = str(url(code))
        assert page.startswith(address)
        assert (site / page.removeprefix(address) / "index.html").is_file(), page


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and Python-Markdown make them."""
    tokens = MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8"))
    headings = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", OUTSIDE, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_files(page: Path) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))
    children = [child for token in tokens for child in token.children or ()]
    targets = [str(child.attrs.get("href") or child.attrs.get("src") or "") for child in children]
    for target in filter(None, targets):
        if re.match("https?://|mailto:", target):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{page.name}: {target}"


@pytest.mark.slow
def test_the_configuration_of_the_host() -> None:
    validate(ROOT / ".readthedocs.yaml")


# Marks each block as the theme does while it copies one, and reads what it would copy.
COPY = """<script>
addEventListener("load", () => {
  const copied = [...document.querySelectorAll("code:has(.gp)")].map((block) => {
    block.setAttribute("data-md-copying", "");
    return block.innerText.trimEnd();
  });
  document.body.replaceChildren(Object.assign(document.createElement("aside"), {
    textContent: JSON.stringify(copied),
  }));
});
</script>"""


@pytest.mark.slow
def test_what_is_copied_of_commands(site: Path) -> None:
    page = ROOT / "docs/how-to/baseline.md"
    blocks = [block for block in read_blocks(page) if block.info[0] == "console"]
    commands = [
        [row[2:] for row in block.text.splitlines() if row.startswith(("$ ", "> "))]
        for block in blocks
    ]
    assert max(map(len, commands)) > 1
    shown = site / "how-to/baseline/index.html"
    # Without the theme's own scripts, which would load the page once more.
    text = re.sub(r"<script\b.*?</script>", "", shown.read_text("utf-8"), flags=re.S)
    copy = shown.with_name("copy.html")
    copy.write_text(text.replace("</body>", f"{COPY}</body>"), encoding="utf-8")
    (found,) = re.findall(r"<aside>(.*?)</aside>", browse(copy, "--dump-dom"))
    assert [text.splitlines() for text in json.loads(html.unescape(found))] == commands
    theme = "".join(file.read_text("utf-8") for file in site.rglob("bundle*.js"))
    assert "data-md-copying" in theme
