"""What is written as YAML is what Helm and Kubernetes read, which are not PyYAML."""

import json
import subprocess
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nblint.hub.kubernetes.commented import Said, commented, documents, plain
from tests.system import needs

# Read as something else by one of the two, or ending a document.
TEXTS = [
    *("1e3", "0o17", "0x1f", "1_000", "y", "N", "off", "~", "", "=", "<<", ".5", "+1", "-", ".NaN"),
    *("2026-01-01", "12:30:00", "a: b", "a #b", "---\na", "...", "a\n...\n", "a\n\n...\n\n", "\na"),
    *("  a\nb", "a\n  b\n\n", "a\tb", "a\u2028b\nc", "a\x85b\nc", "\ufeffa", "a\r\nb", "a\n# b"),
    *("$(X) $$", "{{ .Values }}", "\U0001f600", "a" * 20_000, " a ", "'\"", "&a", "!x", "|x"),
]
LETTERS = "yn01e+-._ :#'\"\n\t\u2028\x85{}[]&*!|>%@`~$\\a,?=\xfc\U0001f600"


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(TEXTS)
@given(
    st.lists(
        st.text(st.one_of(st.sampled_from(LETTERS), st.characters(codec="utf-8"))), max_size=80
    )
)
def test_read_as_it_was_meant(tmp_path: Path, texts: list[str]) -> None:
    """kubectl has the parser of both, and does not need a cluster to read a file."""
    needs("kubectl")
    texts = [text.replace("\0", "") for text in texts]
    data = {f"k{number}": Said(text, text) for number, text in enumerate(texts)}
    tree = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}
    path = tmp_path / "a.yaml"
    for written in (commented(tree), documents([plain(tree)])):
        path.write_bytes(written.encode())
        ran = subprocess.run(
            ["kubectl", "label", "--local", "--output=json", "--filename", path, "a=b"],
            capture_output=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        assert json.loads(ran.stdout).get("data", {}) == plain(data)
