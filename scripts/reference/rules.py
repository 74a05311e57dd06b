"""Generate the page of each rule: its documentation and an example.

The example is the one in the docstring, or else the first case in tests/rules with findings.
"""

from collections.abc import Iterator

from nblint.findings import OWN
from nblint.linting.documentation import Example, RuleDocumentation, documentation
from nblint.linting.registry import FAMILIES
from tests.rules.cases import Case, read_cases

FIXES = {
    "safe": "`--fix`",
    "unsafe": "`--fix --unsafe-fixes`; may change what the notebook does",
    None: "none",
}


def families() -> dict[str, list[str]]:
    """Return the codes of each family, by its name in the navigation."""
    return {
        f"{prefix} {name}": [code for code in documentation() if code.startswith(prefix)]
        for prefix, name in FAMILIES.items()
    }


def pages() -> dict[str, str]:
    """Return the pages as Markdown, by code; `index` lists all rules."""
    cases = read_cases()
    texts = {"index": overview()}
    for code, rule in documentation().items():
        if not code.startswith(OWN):  # of a package that happens to be installed
            continue
        bad = next(case for case in cases if case.code == code and case.findings)
        texts[code] = "\n\n".join([f"# {code} {rule.name}", *body(rule, bad)]) + "\n"
    return texts


def overview() -> str:
    """Return the list of all rules."""
    parts = [
        "# Rules\n\n",
        "`nblint rules` lists all rules in a terminal, `nblint rule NBL102` explains one.\n",
    ]
    for family, codes in families().items():
        parts.append(f"\n## {family}\n\ncode | name | what is wrong | runs | fix\n")
        parts.append("--- | --- | --- | --- | ---\n")
        for rule in (documentation()[code] for code in codes):
            runs = "by default" if rule.default else "if selected"
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
        yield f"With this `{name}`:"
        yield fence(text)
    assert bad.notebook
    yield "Refused:"
    yield fence(bad.notebook.text, language)
    yield "Findings:"
    yield fence("\n".join(bad.expected))
    if bad.fixed:
        yield "Fixed:"
        yield fence(bad.fixed.text, language)


def shown(label: str, example: Example) -> Iterator[str]:
    yield f"{label}:"
    yield fence(example.text, example.language)


def facts(rule: RuleDocumentation) -> str:
    """Return when the rule runs, its severity, its fix, and its settings."""
    runs = "by default" if rule.default else "if selected"
    if rule.explicit:
        runs += " by its full code, or by `ALL`"
    keys = ", ".join(f"[`{key}`](../settings.md#{anchor(key)})" for key in rule.settings)
    return "\n".join(
        [
            f"- **Runs**: {runs}",
            f"- **Severity**: {rule.severity}",
            f"- **Fix**: {FIXES[rule.fixable]}",
            f"- **Settings**: {keys or 'none'}",
        ]
    )


def anchor(key: str) -> str:
    """Return the anchor of a key on the settings page."""
    return key.replace(".", "-")


def fence(text: str, language: str = "text") -> str:
    """Return a fenced block, with a fence longer than any in the text."""
    marks = "````" if "```" in text else "```"
    return f"{marks}{language}\n{text.rstrip()}\n{marks}"
