"""`nblint rule` and `nblint rules`."""

import click

from nblint.linting.documentation import explanation, summary, url
from nblint.linting.registry import rules as all_rules
from nblint.toml import nearest


@click.command()
@click.argument("code")
def rule(code: str) -> None:
    """Explain a rule, by its CODE or name."""
    known = {name: rule for rule in all_rules().values() for name in (rule.code, rule.name)}
    found = known.get(code.upper()) or known.get(code.lower())
    if found is None:
        meant = nearest(code.upper(), all_rules()) or nearest(code.lower(), known)
        raise click.UsageError(f"there is no rule {code!r}{meant}")
    severity = "" if found.severity == "error" else f" ({found.severity})"
    click.echo(f"{found.code} {found.name}{severity}\n\n{explanation(found)}\n\n{url(found.code)}")


@click.command()
def rules() -> None:
    """List all rules, with what each refuses."""
    for found in all_rules().values():
        click.echo(f"{found.code}  {found.name:<24}  {summary(found)}")
