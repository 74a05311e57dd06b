"""The page: whole, of one piece, and the same in the eyes of a browser, whatever notebooks hold."""

import base64
import hashlib
import json
import re
import sys
import tracemalloc
from html.parser import HTMLParser
from itertools import pairwise, product
from pathlib import Path

import pytest

from nblint import check
from nblint.linting.documentation import url
from nblint.linting.registry import FAMILIES, rules
from nblint.reports import html
from nblint.reports.html import markup
from nblint.reports.terminal import printable
from tests.browser import browse, recording
from tests.command import nblint
from tests.conftest import complete_header, notebook_bytes
from tests.security.test_what_is_printed import odd_notebook

VOID = {"input", "meta", "wbr"}
KNOWN = {
    *("a", "b", "body", "code", "dd", "details", "div", "dl", "dt", "fieldset", "footer", "h1"),
    *("h2", "h3", "h4", "head", "header", "html", "input", "label", "legend", "li", "main", "mark"),
    *("meta", "ol", "p", "pre", "section", "span", "style", "summary", "table", "tbody", "td"),
    *("tfoot", "th", "thead", "title", "tr", "ul", "wbr"),
}
SITE = str(url("NBL101")).removesuffix("/NBL101/")


class Page(HTMLParser):
    """A page, read strictly: what is opened is closed, and in the right order.

    Attributes:
        tags: All elements, in order.
        elements: Their attributes, by the elements' names.
        texts: All texts, by the names of the elements that contain them.
    """

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.tags.append(tag)
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data}")

    def all(self, name: str) -> list[str]:
        """Return all values of an attribute."""
        return [attributes[name] for _, attributes in self.elements if name in attributes]

    def inside(self, tag: str) -> list[str]:
        """Return the texts in elements of a name."""
        return [text for name, text in self.texts if name == tag and text.strip()]

    def text(self) -> str:
        """Return what a reader reads."""
        return "".join(text for name, text in self.texts if name not in ("style", "title"))


@pytest.fixture(autouse=True)
def in_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    Path("environment.toml").write_text("[environment.SITE]\n")


def report(*arguments: str) -> str:
    return nblint("check", "--output-format", "html", *arguments).stdout


def write(name: str, *sources: str) -> None:
    cells = [("markdown", complete_header()), *(("code", source) for source in sources)]
    Path(name).write_bytes(notebook_bytes(*cells))


def notebooks() -> None:
    """Write notebooks with findings of each kind, and one without any."""
    write("a.ipynb", "import os\n\nsite = os.environ['SITTE']\n", "open('/home/ada/a.csv')", "")
    write("b.ipynb", "print(1)\n!pip install x", "x = (")
    Path("b.ipynb").write_bytes(Path("b.ipynb").read_bytes().replace(b"## Audience", b"##Audience"))
    write("clean.ipynb", "print(1)")
    Path("broken.ipynb").write_bytes(b"{")


def test_all_that_is_found_is_there() -> None:
    notebooks()
    page = Page(report("--select", "ALL"))
    text = page.text()
    found = json.loads(nblint("check", "--select", "ALL", "--output-format", "json").stdout)
    assert {one["code"][:4] for one in found} >= {"NBL0", "NBL1", "NBL3", "NBL5"}
    assert page.inside("p").count("") == 0
    for one in found:
        assert one["message"] in page.inside("p")
        assert f"{one['code']} {one['name']}" in page.inside("a")
        assert one["url"] in page.all("href")
        if one["cell"]:
            assert f"cell {one['cell']}, line {one['row']}, column {one['column']}" in text
        if one["file_line"] and one["path"] != "broken.ipynb":
            assert f"line {one['file_line']} of the file" in text
    assert len([kind for kind in page.all("class") if kind.startswith("finding ")]) == len(found)
    assert text.count("nblint check --fix --unsafe-fixes") == sum(
        bool(one["fix"]) and not one["fix"]["safe"] for one in found
    )


def test_a_finding() -> None:
    write("a.ipynb", "import os\n\nsite = os.environ['SITTE'], 1\nprint(site)")
    shown = report("--select", "NBL301")
    (item,) = re.findall(r"<li class=\"finding.*?</li>", shown, re.S)
    assert Page(item).text() == (
        "error NBL301 undeclared-variable cell 2, line 3, column 8, line 38 of the file #"
        "environment variable 'SITTE' is not in the catalogue; did you mean 'SITE'?"
        "1 import os\n2 \n3 site = os.environ['SITTE'], 1\n4 print(site)\n"
        "Help correct the name, or add it to environment.toml (and `git add` that file)"
    )
    assert Page(item).inside("mark") == ["os.environ['SITTE']"]
    assert Page(shown).inside("h4") == []
    assert "Cell 2" in Page(shown).text()


def test_what_is_meant_can_be_many_rows_or_none() -> None:
    Path("nblint.toml").write_text("header.sections = [{title = 'A'}]")
    rows = "\n".join(f"x = {number}" for number in range(30))
    write("a.ipynb", f"import os\nos.environ[\n\n'SITTE']\n{rows}", f"{rows}\nx = (")
    marks = Page(report("--select", "NBL301")).inside("mark")
    assert marks == ["os.environ[", "'SITTE']"]
    page = Page(report("--select", "NBL503"))
    assert page.inside("mark") == ["("]
    numbers = [text for text in page.inside("span") if text.isdigit()]
    assert numbers == ["29", "30", "31"]


def test_what_stands_above_is_not_repeated_where_both_are_always_shown() -> None:
    sections = "[{title = 'B', form = 'list'}, {title = 'A'}, {title = 'C'}]"
    Path("nblint.toml").write_text(f"header.sections = {sections}")
    Path("a.ipynb").write_bytes(notebook_bytes(("markdown", "# Triage\n\n## B\n* Words.")))
    page = Page(report())
    assert len([kind for kind in page.all("class") if kind.startswith("finding ")]) == 2
    assert page.tags.count("pre") == 1
    # `--fix` fixes one of these, so that a reader may see the other alone.
    Path("a.ipynb").write_bytes(notebook_bytes(("markdown", "# Triage\n\n**B**: Words.")))
    page = Page(report("--select", "NBL108,NBL111"))
    assert page.inside("mark") == ["**B**: Words."] * 2


def test_findings_wait_outside_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.ipynb", *["import os; os.environ['SITTE'], 'some words that make a row longer'"] * 30)
    (result,) = check(["a.ipynb"])
    assert len(result.findings) == 30
    monkeypatch.setattr(html, "_KEPT", 50_000)
    tracemalloc.start()
    try:
        size = sum(map(len, html.render(result for _ in range(40))))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < size / 2


def test_notebooks_by_families() -> None:
    notebooks()
    page = Page(report("--select", "ALL"))
    anchors = page.all("id")
    links = [link.removeprefix("#") for link in page.all("href") if link.startswith("#")]
    assert links
    assert set(links) <= set(anchors)
    assert len(set(anchors)) == len(anchors)
    assert set(page.all("for")) <= set(anchors)
    _, body = re.findall(r"<tbody>.*?</tbody>", report("--select", "ALL"), re.S)
    rows = [Page(f"<tr>{row}</tr>") for row in re.findall("<tr>(.*?)</tr>", body)]
    found = json.loads(nblint("check", "--select", "ALL", "--output-format", "json").stdout)
    for row in rows:
        name, *numbers = "".join(row.inside("span")), *(row.inside("td") + row.inside("a"))
        assert len(numbers) == len(FAMILIES)
        assert sum(map(int, numbers)) == sum(one["path"] == name for one in found)
    assert ["".join(row.inside("span")) for row in rows] == ["a.ipynb", "b.ipynb", "broken.ipynb"]
    assert "1 notebook is clean" in page.inside("summary")
    (title,) = page.inside("title")
    assert f"nblint: {page.inside('h1')[0]}" == title


def test_rules_by_findings() -> None:
    notebooks()
    shown = report("--select", "ALL")
    (body, _) = re.findall(r"<tbody>.*?</tbody>", shown, re.S)
    found = json.loads(nblint("check", "--select", "ALL", "--output-format", "json").stdout)
    rows = [Page(f"<tr>{row}</tr>") for row in re.findall("<tr class.*?>(.*?)</tr>", body)]
    told = [(row.inside("a"), row.inside("td"), row.all("href")) for row in rows]
    assert [links[0].split()[0] for links, _, _ in told] == sorted({one["code"] for one in found})
    for (rule, number), (_, files, fixable), (address, first) in told:
        ours = [one for one in found if one["code"] == rule.split()[0]]
        assert address == ours[0]["url"]
        assert int(number) == len(ours)
        assert int(files) == len({one["path"] for one in ours})
        assert int(fixable) == sum(bool(one["fix"]) and one["fix"]["safe"] for one in ours)
        item = shown.partition(f'id="{first[1:]}"')[2].partition("</li>")[0]
        assert rule in item


def test_links_lead_to_the_same_notebook_tomorrow() -> None:
    Path("notebooks").mkdir()
    write("notebooks/b c.ipynb", "import os\nos.environ['SITTE']")
    before = Page(report("--select", "NBL301")).all("id")
    write("a.ipynb", "import os\nos.environ['SITTE']")
    after = Page(report("--select", "NBL301")).all("id")
    assert {"notebooks/b%20c.ipynb", "notebooks/b%20c.ipynb:1"} <= set(before) & set(after)


def test_nothing_is_wrong() -> None:
    write("clean.ipynb", "print(1)")
    page = Page(report())
    assert page.inside("h1") == ["All clean"]
    assert "1 notebook checked." in page.text()
    assert "Findings" not in page.text()
    Path("clean.ipynb").unlink()
    assert Page(report()).inside("h1") == ["No notebooks to check"]


def test_what_the_baseline_records_is_counted() -> None:
    write("a.ipynb", "import os\nos.environ['SITTE']")
    Path("nblint.toml").write_text("baseline = '.nblint-baseline.json'")
    assert nblint("baseline", "create").exit_code == 0
    page = Page(report())
    assert page.inside("h1") == ["All clean"]
    assert "1 finding in the baseline not shown." in page.text()


def test_findings_about_all_notebooks_stand_below_their_file() -> None:
    write("a.ipynb", "print(1)")
    page = Page(report("--select", "NBL308"))
    assert page.inside("h1") == ["1 error"]
    assert "1 notebook checked." in page.text()
    assert page.text().count("environment.toml ") == 1
    assert page.all("href").count("#environment.toml") == 2


def test_the_same_each_time_and_for_each_encoding() -> None:
    write("ü.ipynb", "x = '漢字' (")
    first = report("--select", "NBL503")
    assert first == report("--select", "NBL503")
    assert first.isascii()
    assert "x = '漢字' (" in Page(first).text()
    assert "ü.ipynb" in Page(first).text()


def policy_of(page: Page) -> str:
    (policy,) = (one["content"] for _, one in page.elements if "http-equiv" in one)
    return policy


def test_the_page_is_of_one_piece() -> None:
    notebooks()
    page = Page(report("--select", "ALL"))
    assert set(page.tags) <= KNOWN
    assert not {"src", "srcset", "style", "data", "action"} & {
        name for _, attributes in page.elements for name in attributes
    }
    assert not [name for _, one in page.elements for name in one if name.startswith("on")]
    (style,) = page.inside("style")
    assert not re.search(r"url\(|@import|https?:", style)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy_of(page).startswith(f"default-src 'none'; style-src 'sha256-{digest}';")


def test_a_reader_of_the_page_by_ear_finds_the_way() -> None:
    notebooks()
    page = Page(report("--select", "ALL"))
    assert page.elements[0] == ("html", {"lang": "en"})
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert [page.tags.count(tag) for tag in ("header", "main", "footer")] == [1, 1, 1]
    assert {"col", "row"} == set(page.all("scope"))
    choices = [one for tag, one in page.elements if tag == "input"]
    assert [one["id"] for one in choices] == page.all("for")


def luminance(color: str) -> float:
    shares = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(s * weight for s, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_contrast(scheme: int) -> None:
    """WCAG 2.2 asks for 4.5 to 1: https://www.w3.org/TR/WCAG22/#contrast-minimum."""
    (style,) = Page(report()).inside("style")
    block = re.findall(r":root \{(.*?)\}", style, re.S)[scheme]
    colors = dict(re.findall(r"--([\w-]+): (#\w{6});", block))
    pairs = [
        *product(("text", "quiet", "link", "bad", "doubtful", "good"), ("ground", "raised")),
        *(("bad", "bad-ground"), ("doubtful", "doubtful-ground")),
        *(("text", "mark"), ("text", "mark-doubtful"), ("ground", "text")),
    ]
    for letters, ground in pairs:
        one, other = sorted((luminance(colors[letters]), luminance(colors[ground])))
        assert (other + 0.05) / (one + 0.05) >= 4.5, (letters, ground)


def test_a_text_gets_out_of_no_element_and_no_attribute() -> None:
    text = "\"'><b a='\"&amp;</p>"
    page = Page(markup.element("p", text, title=text, aria_label=None))
    assert page.elements == [("p", {"title": text})]
    assert page.texts == [("p", text)]


# What a stranger may write; each would show in the title, or ask a server for something.
RUN = "document.title='owned'"
ASK = "http://owned.example/"
HOSTILE = {
    "script": f"<script>{RUN};new Image().src='{ASK}'</script>",
    "attribute": f"\"'><img src='{ASK}' onerror=\"{RUN}\">",
    "style": f"</style><style>@import '{ASK}'; body {{ background: url({ASK}) }}</style>",
    "title": f"</title></code></details></section></main><script>{RUN}</script>",
    "frame": f"<iframe srcdoc=\"<script>parent.{RUN}</script>\" src='{ASK}'></iframe>",
    "svg": f"<svg><style><img src=x onerror={RUN}></style></svg><svg onload={RUN}>",
    "refresh": f'<meta http-equiv=refresh content="0;url={ASK}"><base href="{ASK}">',
    "link": f"[x](javascript:{RUN}) <a href=\"javascript:{RUN}\" ping='{ASK}'>x</a>",
    "comment": f"<!-- --!> <![CDATA[ ]]> <?x ?> <plaintext> <script>{RUN}</script>",
    "odd": f"\x00\ue000<\u202escript>&lt;img src={ASK} onerror={RUN}&gt;\ufeff</details\x0c>",
    "nested": f"<<script>script>{RUN}<</script>/script><img\nsrc\t=\n{ASK}\rx>",
}


def hostile(*texts: str) -> str:
    """Return the report of notebooks that hold a text wherever there is room for one."""
    for number, text in enumerate(texts):
        # JSON can hold half a character, and no encoding can.
        data = odd_notebook(text).replace(b"\\ue000", b"\\ud800")
        Path(f"a{number}.ipynb").write_bytes(data)
        if sys.platform != "win32":  # whose names hold none of these
            name = re.sub("[\x00\ue000]", "", text).replace("/", "_")[:99]
            Path(f"b{name}.ipynb").write_bytes(data)
    return report("--select", "ALL")


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_stay_texts(kind: str) -> None:
    page = Page(hostile(HOSTILE[kind]))
    assert set(page.tags) <= KNOWN
    assert {href for href in page.all("href") if not href.startswith(("#", SITE))} == set()
    first = printable(HOSTILE[kind].replace("\ue000", "\ud800").splitlines()[0])
    assert page.text().count(first[:30]) > 5
    # What drives a terminal does not get by as a reference either.
    assert not [char for char in page.text() if not char.isprintable() and char not in "\t\n"]
    (title,) = page.inside("title")
    assert re.fullmatch(r"nblint: \d+ errors and \d+ warnings?", title)


def browsed(source: str, *flags: str) -> tuple[str, list[str]]:
    """Return a page as Chromium has it after a while, and what it has asked servers for."""
    file = Path("report.html").absolute()
    file.write_text(source, encoding="ascii")
    with recording() as (flag, asked):
        return browse(file, "--dump-dom", flag, *flags), asked


def without_policy(source: str) -> str:
    found, number = re.subn(r'<meta http-equiv="Content-Security-Policy".*?>', "", source)
    assert number == 1
    return found


@pytest.mark.slow
def test_a_browser_runs_and_loads_nothing() -> None:
    source = hostile(*HOSTILE.values())
    for page in (source, without_policy(source)):
        shown, asked = browsed(page)
        assert asked == []
        assert "<title>nblint: " in shown
        # The browser has found nothing to repair: it has read what was written.
        assert re.findall(r"<(\w+)", shown) == Page(page).tags


@pytest.mark.slow
def test_the_policy_holds_where_escaping_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def unescaped(content: str) -> markup.Markup:
        return markup.Markup(content.encode("ascii", "replace").decode())

    monkeypatch.setattr(markup, "verbatim", unescaped)
    source = hostile(HOSTILE["script"])
    shown, asked = browsed(source)
    assert asked == []
    assert "<title>nblint: " in shown
    # And these tests notice what runs and loads.
    shown, asked = browsed(without_policy(source))
    assert ASK in asked
    assert "<title>owned</title>" in shown


# What a reader sees of the page, choice by choice, and where the table's links lead meanwhile.
LOOK = """<script>
const seen = (query) => [...document.querySelectorAll(query)].filter((e) => e.checkVisibility());
const found = {};
for (const choice of document.querySelectorAll("input")) {
  choice.checked = true;
  location.hash = "";
  found[choice.id] = {
    promised: choice.nextElementSibling.querySelector("b").textContent,
    findings: seen(".finding").length,
    empty: seen(".cell, .notebook").filter((e) => !seen(".finding").some((f) => e.contains(f))),
    rows: seen("table:not(.rules) tbody tr").length,
    rules: seen(".rules tbody tr").length,
    notebooks: seen(".notebook").length,
    lost: seen("tbody a[href^='#']").filter((link) => {
      location.hash = link.hash;
      return !document.getElementById(link.hash.slice(1)).checkVisibility();
    }),
    choices: seen("label").length,
    width: document.documentElement.scrollWidth - innerWidth,
    cut: seen(".wide, .cell, .notebook").filter((e) => e.scrollWidth > e.clientWidth),
  };
}
document.body.append(Object.assign(document.createElement("aside"), {
  textContent: JSON.stringify(found),
}));
</script>"""


@pytest.mark.slow
@pytest.mark.parametrize("width", [400, 500, 800, 1280])
def test_what_a_reader_chooses_to_see(width: int) -> None:
    notebooks()
    write(f"a-{'long-' * 30}name.ipynb", f"import os\nos.environ['{'X' * 300}'], 1")
    page = without_policy(report("--select", "ALL")).replace("</body>", f"{LOOK}</body>")
    shown, _ = browsed(page, f"--window-size={width},800")
    choices = json.loads(Page(re.findall("<aside>.*</aside>", shown)[0]).text())
    assert {"only-all", "only-error", "only-warning", "only-fixable", "only-NBL3"} <= set(choices)
    for choice in choices.values():
        assert choice["findings"] == int(choice["promised"])
        assert choice["rows"] == choice["notebooks"]
        assert choice["empty"] == choice["lost"] == choice["cut"] == []
        assert 0 < choice["rules"] <= choice["findings"]
        assert choice["choices"] == len(choices)
        assert choice["width"] <= 0
    assert len({choice["findings"] for choice in choices.values()}) > 3


def test_every_family_has_a_column() -> None:
    assert {code[:4] for code in rules()} == set(FAMILIES)
