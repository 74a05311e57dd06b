"""The page of each rule: what it says of itself, and an example.

The example is the one in its docstring, or else the first of its cases in tests/rules that finds
something.
"""

from collections.abc import Iterator

from nblint.linting.documentation import Example, RuleDocumentation, documentation
from nblint.linting.registry import FAMILIES
from tests.rules.cases import Case, read_cases

FIXES = {
    "safe": "with `--fix`",
    "unsafe": "with `--fix --unsafe-fixes`: the notebook may mean something else afterwards",
    None: "by the author only",
}


def families() -> dict[str, list[str]]:
    """Return the codes of each family, by what the navigation calls it."""
    return {
        f"{prefix} {name}": [code for code in documentation() if code.startswith(prefix)]
        for prefix, name in FAMILIES.items()
    }


def pages() -> dict[str, str]:
    """Return the pages as markdown, by code; `index` lists all rules."""
    cases = read_cases()
    texts = {"index": overview()}
    for code, rule in documentation().items():
        bad = next(case for case in cases if case.code == code and case.findings)
        texts[code] = "\n\n".join([f"# {code} {rule.name}", *body(rule, bad)]) + "\n"
    return texts


def overview() -> str:
    """Return the list of all rules."""
    parts = [
        "# Rules\n\n",
        "`nblint rules` lists them in a terminal, `nblint rule NBL102` explains one.\n",
    ]
    for family, codes in families().items():
        parts.append(f"\n## {family}\n\ncode | name | what is wrong | runs | mended\n")
        parts.append("--- | --- | --- | --- | ---\n")
        for rule in (documentation()[code] for code in codes):
            runs = "by default" if rule.default else "when selected"
            parts.append(
                f"[{rule.code}]({rule.code}.md) | {rule.name} | {rule.summary} | {runs} |"
                f" {rule.fixable or ''}\n"
            )
    return "".join(parts)


def body(rule: RuleDocumentation, bad: Case) -> Iterator[str]:
    """Yield the paragraphs of a rule's page."""
    yield rule.summary
    yield facts(rule)
    yield rule.explanation
    yield "## Example"
    if rule.refused:
        yield from shown("Refused", rule.refused)
        if rule.instead:
            yield from shown("Instead", rule.instead)
        return
    language = "json" if bad.is_json else "python"
    for name, text in bad.files.items():
        yield f"With this `{name}`"
        yield fence(text)
    assert bad.notebook
    yield "The notebook"
    yield fence(bad.notebook.text, language)
    yield "is refused:"
    yield fence("\n".join(bad.expected))
    if bad.fixed:
        yield "and mended:"
        yield fence(bad.fixed.text, language)


def shown(label: str, example: Example) -> Iterator[str]:
    yield f"{label}:"
    yield fence(example.text, example.language)


def facts(rule: RuleDocumentation) -> str:
    """Return when the rule runs, what decides it, and whether nblint mends it."""
    runs = "by default" if rule.default else "when it is selected"
    if rule.explicit:
        runs += " by its full code, or by `ALL`"
    keys = ", ".join(f"[`{key}`](../settings.md#{anchor(key)})" for key in rule.settings)
    return "\n".join(
        [
            "| | |",
            "| --- | --- |",
            f"| Runs | {runs} |",
            f"| Severity | {rule.severity} |",
            f"| Mended | {FIXES[rule.fixable]} |",
            f"| Settings | {keys or 'none of its own'} |",
        ]
    )


def anchor(key: str) -> str:
    """Return the anchor of a key on the page of the settings."""
    return key.replace(".", "-")


def fence(text: str, language: str = "text") -> str:
    """Return a fenced block; its fence is longer than any in the text."""
    marks = "````" if "```" in text else "```"
    return f"{marks}{language}\n{text.rstrip()}\n{marks}"
