"""What a branch brings is judged as committed, by the base: no trick of the branch has a say.

Each way past the gate is gone twice: with a credential, which is refused, and with a harmless
value, which is not, so that it is the credential that is seen.
"""

import json
import os
from collections.abc import Callable

import pytest

from tests.git.author import entry, git, said
from tests.git.conftest import home  # noqa: F401 - a fixture
from tests.linting.branches import (
    BASELINE,
    HARMLESS,
    SETTINGS,
    TOKEN,
    A,
    B,
    Branch,
    holding,
    large,
    notebook,
    printing,
    recorded,
)

pytestmark = pytest.mark.slow


Attack = Callable[[Branch, str], None]


# What a branch does, by what it is called.


def output(branch: Branch, value: str) -> None:
    branch.commit({A: printing(value)})


def output_that_a_hook_strips(branch: Branch, value: str) -> None:
    """The checkout is clean, and so is the index."""
    branch.commit({A: printing(value)})
    branch.write({A: notebook("print(key)")})
    branch.git("add", A)


def traceback_in_an_output(branch: Branch, value: str) -> None:
    data = json.loads(notebook("login()"))
    error = {"ename": "E", "evalue": f"token={value}", "output_type": "error"}
    data["cells"][1]["outputs"] = [{**error, "traceback": [f"E: token={value}"]}]
    branch.commit({A: json.dumps(data)})


def removed_in_the_checkout(branch: Branch, value: str) -> None:
    branch.commit({"n.ipynb": holding(value)})
    branch.write({"n.ipynb": None})


def metadata(branch: Branch, value: str) -> None:
    branch.commit({A: notebook(environment={"token": value})})


def first_baseline(branch: Branch, value: str) -> None:
    branch.write({A: holding(value)})
    recorded(branch)
    branch.commit({SETTINGS: f'baseline = "{BASELINE}"'})


def baseline_with_reasons(branch: Branch, value: str) -> None:
    branch.write({A: holding(value)})
    recorded(branch, reason="a test account")
    branch.commit({SETTINGS: f'baseline = "{BASELINE}"'})


def baseline_that_grows(branch: Branch, value: str) -> None:
    branch.git("checkout", "--quiet", "main")
    recorded(branch)
    branch.commit({SETTINGS: f'baseline = "{BASELINE}"'})
    branch.git("checkout", "--quiet", "-B", "work")
    baseline_with_reasons(branch, value)


def baseline_that_the_base_names(branch: Branch, value: str) -> None:
    """The base's settings name a file that it does not have."""
    branch.on_main({SETTINGS: f'baseline = "{BASELINE}"'})
    branch.git("merge", "--quiet", "main")
    branch.write({A: holding(value)})
    recorded(branch, reason="a test account")
    branch.commit()


def other_baseline(branch: Branch, value: str) -> None:
    branch.write({A: holding(value)})
    recorded(branch, name="old.json")
    branch.commit({SETTINGS: 'baseline = "old.json"'})


def baseline_deleted_then_begun(branch: Branch, value: str) -> None:
    """Two pull requests: the first is merged."""
    branch.git("checkout", "--quiet", "main")
    recorded(branch)
    branch.commit({SETTINGS: f'baseline = "{BASELINE}"'})
    branch.git("checkout", "--quiet", "-B", "work")
    branch.commit({BASELINE: None, SETTINGS: ""})
    assert branch.gate().status == 0
    branch.git("branch", "--quiet", "--force", "main", "work")
    first_baseline(branch, value)


def settings(text: str, path: str = SETTINGS, notebook_path: str = A) -> Attack:
    def attack(branch: Branch, value: str) -> None:
        branch.commit({path: text, notebook_path: holding(value)})

    attack.__name__ = f"{path}: {text.splitlines()[-1]}"
    return attack


def settings_first(branch: Branch, value: str) -> None:
    """Settings that come in an earlier commit are the branch's as well."""
    branch.commit({SETTINGS: 'exclude = ["**"]'})
    branch.commit({A: holding(value)})


def nested_baseline(branch: Branch, value: str) -> None:
    branch.write({"team/nblint.toml": "", B: holding(value)})
    recorded(branch, name=f"team/{BASELINE}")
    branch.commit({"team/nblint.toml": f'baseline = "{BASELINE}"'})


def at(path: str) -> Attack:
    def attack(branch: Branch, value: str) -> None:
        branch.commit({path: holding(value)})

    attack.__name__ = path
    return attack


def ignored(branch: Branch, value: str) -> None:
    branch.commit({".gitignore": "*.ipynb\n", "hidden/i.ipynb": holding(value)})


def ignored_by_the_clone(branch: Branch, value: str) -> None:
    (branch.top / ".git/info/exclude").write_text("*\n")
    branch.commit({"i.ipynb": holding(value)})


def skipped_in_the_index(branch: Branch, value: str) -> None:
    branch.commit({A: holding(value)})
    branch.git("update-index", "--skip-worktree", A)
    branch.git("update-index", "--assume-unchanged", A)
    branch.write({A: notebook()})


def moved_to(path: str, again: str = "") -> Attack:
    def attack(branch: Branch, value: str) -> None:
        branch.commit({"n.ipynb": holding(value)})
        (branch.top / path).parent.mkdir(exist_ok=True)
        branch.git("mv", "n.ipynb", path)
        branch.commit()

    attack.__name__ = f"moved_to {path}"
    return attack


def suppressed(source: str, *more: str) -> Attack:
    def attack(branch: Branch, value: str) -> None:
        branch.commit({A: notebook(source.format(value), *more)})

    attack.__name__ = source.strip()[:60]
    return attack


def suppressed_by_a_tag(branch: Branch, value: str) -> None:
    data = json.loads(holding(value))
    data["cells"][1]["metadata"]["tags"] = ["nblint-ignore-NBL2"]
    branch.commit({A: json.dumps(data)} if value == TOKEN else {A: holding(value)})


def added_then_removed(branch: Branch, value: str) -> None:
    branch.commit({A: holding(value)})
    branch.commit({A: notebook()})


def added_then_deleted(branch: Branch, value: str) -> None:
    branch.commit({"new/n.ipynb": holding(value)})
    branch.commit({"new/n.ipynb": None})


def reverted(branch: Branch, value: str) -> None:
    branch.commit({A: holding(value)})
    branch.git("revert", "--no-edit", "HEAD")


def side_branch(branch: Branch, value: str) -> None:
    branch.git("checkout", "--quiet", "-b", "side")
    branch.commit({A: holding(value)})
    branch.commit({A: notebook()})
    branch.git("checkout", "--quiet", "work")
    branch.commit({"x.txt": "x"})
    branch.git("merge", "--quiet", "--no-edit", "side")


def side_branch_whose_changes_are_dropped(branch: Branch, value: str) -> None:
    branch.git("checkout", "--quiet", "-b", "side")
    branch.commit({A: holding(value)})
    branch.git("checkout", "--quiet", "work")
    branch.commit({"x.txt": "x"})
    branch.git("merge", "--quiet", "--no-edit", "--strategy=ours", "side")


def merge(branch: Branch, value: str) -> None:
    """What only the merge has, and the next commit no longer."""
    branch.git("checkout", "--quiet", "-b", "side")
    branch.commit({"y.txt": "y"})
    branch.git("checkout", "--quiet", "work")
    branch.commit({"x.txt": "x"})
    branch.git("merge", "--quiet", "--no-commit", "side")
    branch.commit({A: holding(value)})
    branch.commit({A: notebook()})


def merge_of_main(branch: Branch, value: str) -> None:
    branch.on_main({"y.txt": "y"})
    branch.commit({"x.txt": "x"})
    branch.git("merge", "--quiet", "--no-commit", "main")
    branch.commit({A: holding(value)})
    branch.commit({A: notebook()})


def octopus(branch: Branch, value: str) -> None:
    for name in ("one", "two", "three"):
        branch.git("checkout", "--quiet", "-b", name, "main")
        branch.commit({f"{name}.ipynb": holding(value if name == "two" else HARMLESS)})
        branch.commit({f"{name}.ipynb": None, f"{name}.txt": name})
    branch.git("checkout", "--quiet", "work")
    branch.git("merge", "--quiet", "--no-edit", "one", "two", "three")


def another_root(branch: Branch, value: str) -> None:
    """A history of its own, merged."""
    branch.git("checkout", "--quiet", "--orphan", "other")
    branch.commit({A: holding(value)})
    branch.git("checkout", "--quiet", "work")
    branch.git(
        *("merge", "--quiet", "--no-edit", "--strategy=ours"),
        *("--allow-unrelated-histories", "other"),
    )


def renamed_and_removed(branch: Branch, value: str) -> None:
    branch.git("mv", A, "renamed.ipynb")
    branch.commit({"renamed.ipynb": holding(value)})
    branch.git("mv", "renamed.ipynb", "again.ipynb")
    branch.commit({"again.ipynb": notebook()})


def under_two_names(branch: Branch, value: str) -> None:
    branch.commit({"one.ipynb": holding(value), "two.ipynb": holding(value)})
    branch.commit({"one.ipynb": None})
    branch.commit({"two.ipynb": None})


def first_a_link(branch: Branch, value: str) -> None:
    """The same bytes, first as what a link leads to, then as a notebook."""
    own = said(branch.top, "hash-object", "-w", "--stdin", given=holding(value))
    for mode in ("120000", "100644"):
        git(branch.top, "update-index", "--add", "--cacheinfo", f"{mode},{own},n.ipynb")
        git(branch.top, "commit", "--quiet", "--message=n")
    git(branch.top, "rm", "--quiet", "--cached", "n.ipynb")
    git(branch.top, "commit", "--quiet", "--message=n")


def as_a_link(branch: Branch, value: str) -> None:
    own = said(branch.top, "hash-object", "-w", "--stdin", given=holding(value))
    git(branch.top, "update-index", "--add", "--cacheinfo", f"120000,{own},n.ipynb")
    git(branch.top, "commit", "--quiet", "--message=n")


def two_files_of_one_name(branch: Branch, value: str) -> None:
    """A tree that git would not make."""
    bad, good = (
        said(branch.top, "hash-object", "-w", "--stdin", given=content)
        for content in (holding(value), notebook())
    )
    rows = b"".join(entry("100644 blob", own, b"n.ipynb") for own in (bad, good))
    tree = said(branch.top, "mktree", "-z", given=rows)
    own = said(branch.top, "commit-tree", "-p", "HEAD", "-m", "two", tree)
    git(branch.top, "update-ref", "HEAD", own)


def suppressed_and_removed(branch: Branch, value: str) -> None:
    branch.commit({A: notebook(f'key = "{value}"  # nblint: ignore[NBL2]')})
    branch.commit({A: notebook()})


def suppressed_then_not(branch: Branch, value: str) -> None:
    branch.commit({A: notebook(f'key = "{value}"  # nblint: ignore[NBL2] a reason')})
    branch.commit({A: holding(value)})
    branch.commit({A: notebook()})


def moved_to_a_notebook_that_records_it(branch: Branch, value: str) -> None:
    """A credential that the base has in one notebook is new in another."""
    branch.on_main({A: holding(value)})
    branch.git("merge", "--quiet", "main")
    branch.commit({B: holding(value)})


def broken_then_repaired(branch: Branch, value: str) -> None:
    """A version that no notebook can be read of."""
    branch.commit({A: holding(value)[:-20]})
    branch.commit({A: notebook()})


def utf_16(branch: Branch, value: str) -> None:
    branch.commit({A: holding(value).decode().encode("utf-16")})
    branch.commit({A: notebook()})


def worksheets(branch: Branch, value: str) -> None:
    """Cells as nbformat 3 has them, beside those of nbformat 4."""
    data = json.loads(notebook())
    branch.commit({A: json.dumps({**data, "worksheets": json.loads(holding(value))["cells"]})})


def twice_the_same_key(branch: Branch, value: str) -> None:
    rest = notebook().decode().lstrip()[1:]
    branch.commit({A: f'{{"metadata": {{"token": "{value}"}}, {rest}'})


def very_large(branch: Branch, value: str) -> None:
    branch.commit({A: large(value)})


def very_large_and_removed(branch: Branch, value: str) -> None:
    branch.commit({A: large(value)})
    branch.commit({A: notebook()})


def first_settings(text: str) -> Attack:
    """The base has none, and works by the defaults."""

    def attack(branch: Branch, value: str) -> None:
        branch.on_main({SETTINGS: None})
        branch.git("merge", "--quiet", "main")
        branch.commit({SETTINGS: text, A: holding(value)})
        assert branch.gate().status == (value == TOKEN)

    attack.__name__ = f"first settings: {text}"
    return attack


ATTACKS: list[Attack] = [
    first_settings('ignore = ["NBL2"]'),
    first_settings('ignore = ["NBL201"]'),
    first_settings('select = ["NBL1"]'),
    first_settings('select = ["NBL1"]\nignore = ["NBL"]'),
    first_settings('severity = { NBL201 = "warning" }'),
    first_settings('severity = { NBL = "warning" }'),
    first_settings('per-file-ignores = { "**" = ["ALL"] }'),
    first_settings('exclude = ["**"]'),
    first_settings('[credentials]\ndisable = ["github-token"]'),
    first_settings('[credentials]\nplaceholders = ["gh*"]'),
    output,
    output_that_a_hook_strips,
    traceback_in_an_output,
    removed_in_the_checkout,
    metadata,
    first_baseline,
    baseline_with_reasons,
    baseline_that_grows,
    baseline_that_the_base_names,
    other_baseline,
    baseline_deleted_then_begun,
    nested_baseline,
    settings_first,
    settings('exclude = ["**"]'),
    settings('exclude = ["*.ipynb"]', "team/nblint.toml", B),
    settings('severity = { NBL2 = "warning" }'),
    settings('severity = { NBL201 = "warning" }', "team/nblint.toml", B),
    settings('per-file-ignores = { "*" = ["NBL2"] }'),
    settings('per-file-ignores = { "b.ipynb" = ["ALL"] }', "team/nblint.toml", B),
    settings('select = ["NBL1"]'),
    settings('ignore = ["NBL2"]'),
    settings('[credentials]\nplaceholders = ["*"]'),
    settings('[credentials]\nplaceholders = ["gh*"]', "team/nblint.toml", B),
    settings('[credentials]\ndisable = ["github-token"]'),
    settings('[tool.nblint]\nexclude = ["**"]', "team/pyproject.toml", B),
    settings('[tool.nblint]\nignore = ["NBL2"]', "new/pyproject.toml", "new/n.ipynb"),
    at(".ipynb_checkpoints/a-checkpoint.ipynb"),
    at("team/.ipynb_checkpoints/x.ipynb"),
    at(".venv/lib/n.ipynb"),
    at("node_modules/p/n.ipynb"),
    at(".hidden/n.ipynb"),
    at("x.IPYNB"),
    at("team/X.IpYnB"),
    at("übung & mehr.ipynb"),
    at("a b/-n.ipynb"),
    at("new\nline.ipynb"),
    at("'quoted\" %0A::error::.ipynb"),
    at(os.fsdecode(b"caf\xe9.ipynb")),
    at(".ipynb"),
    at("n.ipynb/n.ipynb"),
    ignored,
    ignored_by_the_clone,
    skipped_in_the_index,
    moved_to(".ipynb_checkpoints/m.ipynb"),
    moved_to("m.IPYNB"),
    suppressed('key = "{}"  # nblint: ignore[NBL201]'),
    suppressed('key = "{}"' + " " * 3000 + "# nblint: ignore[NBL2]"),
    suppressed('key = "{}"  # pragma: allowlist secret'),
    suppressed('key = "{}"  # gitleaks:allow'),
    suppressed('# nblint: ignore-cell[NBL2] --\nkey = "{}"'),
    suppressed('key = "{} # nblint: ignore[NBL2] the reason"'),
    suppressed('s = """\n# nblint: ignore-cell[NBL2] the reason\n"""\nkey = "{}"'),
    suppressed_by_a_tag,
    suppressed_and_removed,
    suppressed_then_not,
    added_then_removed,
    added_then_deleted,
    reverted,
    side_branch,
    side_branch_whose_changes_are_dropped,
    merge,
    merge_of_main,
    octopus,
    another_root,
    renamed_and_removed,
    under_two_names,
    first_a_link,
    as_a_link,
    two_files_of_one_name,
    moved_to_a_notebook_that_records_it,
    broken_then_repaired,
    utf_16,
    worksheets,
    twice_the_same_key,
    very_large,
    very_large_and_removed,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__.replace("\n", "\\n"))
def test_a_credential_does_not_get_past(branch: Branch, attack: Attack) -> None:
    attack(branch, TOKEN)
    verdict = branch.gate()
    assert any(code.startswith("NBL20") for code in verdict.codes), verdict.codes
    assert verdict.status == 1


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__.replace("\n", "\\n"))
def test_its_clean_twin_does(branch: Branch, attack: Attack) -> None:
    attack(branch, HARMLESS)
    verdict = branch.gate()
    assert not [code for code in verdict.codes if code.startswith("NBL20")]
