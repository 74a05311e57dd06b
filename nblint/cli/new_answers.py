"""The questions of the template: asked one by one, and again at once where an answer is refused."""

import json
import re
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import click

from nblint.cli.template import template_hook
from nblint.suggestions import nearest


class NothingGenerated(click.ClickException):
    """No file was written, and why.

    Args:
        why: The reason.
    """

    exit_code = 2

    def __init__(self, why: str) -> None:
        super().__init__(f"nothing was generated: {why}")


class Questions:
    """What the template asks.

    Args:
        template: The folder with its `cookiecutter.json`.
        folder: Where the repository's folder will be; None if that is there already.
        defaults: Answers that replace the template's defaults.
    """

    def __init__(
        self, template: Path, folder: Path | None, defaults: Mapping[str, str] | None = None
    ) -> None:
        asked = json.loads((template / "cookiecutter.json").read_text(encoding="utf-8"))
        self._prompts: dict[str, Any] = asked.pop("__prompts__")
        self._asked: dict[str, Any] = asked
        self._folder = folder
        self._defaults = dict(defaults or {})
        self._problem = template_hook("pre_gen_project", template).problem

    def given(self, pair: str) -> tuple[str, Any]:
        """Return the question and the answer of a `KEY=VALUE`.

        Raises:
            click.UsageError: There is no such question, or it has no such answer.
        """
        key, separator, value = pair.partition("=")
        if not separator:
            raise click.UsageError(f"{pair!r} must have the form KEY=VALUE, e.g. title=Triage")
        known = [key for key in self._asked if not key.startswith("_")]
        if key not in known:
            raise click.UsageError(f"unknown key {key!r}{nearest(key, known)}")
        match self._asked[key]:
            case list(choices) if value not in choices:
                hint = nearest(value, choices) or f"; choose from {', '.join(choices)}"
                raise click.UsageError(f"{key}: unknown value {value!r}{hint}")
            case bool():
                from cookiecutter.prompt import YesNoPrompt

                word = value.strip().lower()
                if word not in (*YesNoPrompt.yes_choices, *YesNoPrompt.no_choices):
                    raise click.UsageError(f"{key} must be yes or no, not {value!r}")
                return key, word in YesNoPrompt.yes_choices
        return key, value

    def answers(
        self, given: Mapping[str, Any], *, ask: bool, skip: Collection[str] = ()
    ) -> dict[str, Any]:
        """Return an answer to each question.

        Args:
            given: Answers that need no question.
            ask: Whether to ask for the others, and for those that are refused.
            skip: Questions that are not asked in any case.

        Returns:
            The answers, as the person gave them.

        Raises:
            NothingGenerated: Answers are refused, and nobody is there to ask; it names them all.
        """
        answers: dict[str, Any] = {}
        refused: list[str] = []
        for key, default in self._asked.items():
            if key.startswith("_"):
                answers[key] = self._rendered(default, answers)
                continue
            preset = self._default(key, answers)
            answers[key] = given.get(key, preset)
            if ask and key not in given and key not in skip:
                answers[key] = self._ask(key, preset)
            # A title is compared with the name of the folder, which is asked for later.
            while problem := self._refusal(key, {"slug": given.get("slug"), **answers}):
                if not ask:
                    refused.append(f"  * {key}: {problem}")
                    break
                click.echo(f"Error: {key}: {problem}", err=True)
                answers[key] = self._ask(key, self._default(key, answers))
        if refused:
            raise NothingGenerated("\n".join(["these answers are invalid:\n", *refused]))
        return {key: answer for key, answer in answers.items() if not key.startswith("_")}

    def verbatim(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return answers such that cookiecutter, which renders texts, takes them as they stand."""
        return {
            key: "{{ " + json.dumps(answer, ensure_ascii=False) + " }}"
            if isinstance(self._asked[key], str)
            else answer
            for key, answer in answers.items()
        }

    def _refusal(self, key: str, answers: Mapping[str, Any]) -> str:
        slug = answers["slug"]
        if slug is None:
            slug = self._rendered(self._asked["slug"], answers)
        problem: str = self._problem(key, {**answers, "slug": slug})
        if not problem and key == "slug" and self._folder and (self._folder / slug).exists():
            return f"{self._folder / slug} already exists; choose another name"
        return problem

    def _default(self, key: str, answers: Mapping[str, Any]) -> Any:
        default = self._asked[key]
        if isinstance(default, list):
            return default[0]
        return self._defaults.get(key) or self._rendered(default, answers)

    def _rendered(self, default: Any, answers: Mapping[str, Any]) -> Any:
        """Return a default of the template, which may follow from the answers so far."""
        from cookiecutter.environment import StrictEnvironment
        from cookiecutter.prompt import render_variable

        if not isinstance(default, str):
            return default
        context = {"cookiecutter": self._asked}
        environment = StrictEnvironment(context=context, keep_trailing_newline=True)
        return render_variable(environment, default, dict(answers))

    def _ask(self, key: str, default: Any) -> Any:
        prompt = self._prompts[key]
        match self._asked[key]:
            case bool():
                return click.confirm(prompt, default=default)
            case list(choices):
                for choice in choices:
                    click.echo(f"  {choice}: {prompt[choice]}")
                return click.prompt(
                    prompt["__prompt__"], type=click.Choice(choices), default=default
                )
        # Not click's own default: it would also take spaces for an answer, and show an empty one.
        shown = f"{prompt} [{default}]" if default else prompt
        answer = click.prompt(shown, default="", show_default=False).strip()
        return answer or default


def author_by_git() -> dict[str, str]:
    """Return whom git would name as the author of a commit, by the questions' names."""
    command = ["git", "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT"]
    try:
        ran = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    except OSError:
        return {}
    known = re.match(r"(?P<author>.+) <(?P<email>[^<>]+)> \d+ ", ran.stdout)
    found = known.groupdict() if known and ran.returncode == 0 else {}
    problem = template_hook("pre_gen_project").problem
    return {key: text for key, text in found.items() if not problem(key, found)}
