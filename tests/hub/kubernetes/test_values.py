"""What a cluster is given: by the chart's schema, by Kubernetes' own, and without a secret."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from nblint.errors import SettingsError
from tests.command import nblint
from tests.hub.kubernetes.clusters import CATALOGUE, load, make_files, rendered
from tests.hub.running import write_secret
from tests.system import needs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a hub's host is Linux")

# Nobody gets these with this repository: they belong to the chart.
SCHEMA = os.environ.get("Z2JH_VALUES_SCHEMA", "")
CHART = os.environ.get("Z2JH_CHART", "")
# Nodes of Kubernetes whose objects are checked.
VERSION = "1.30"


def validated(values: dict[str, Any]) -> list[str]:
    """Return where values are not what the chart wants."""
    from jsonschema import Draft7Validator

    schema = json.loads(Path(SCHEMA).read_text(encoding="utf-8"))
    # Helm adds the chart's own values first, which have whatever ours leave out.
    return [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in Draft7Validator(schema).iter_errors(values)
        if error.validator != "required"
    ]


@pytest.mark.skipif(not SCHEMA, reason="Z2JH_VALUES_SCHEMA does not name the chart's schema")
def test_the_schema_of_the_chart(tmp_path: Path) -> None:
    values = load(
        rendered(tmp_path, subdomains=True, **{"http-proxy": "http://proxy:3128"}) / "values.yaml"
    )
    assert validated(values) == []
    values["singleuser"]["defaultURL"] = "/lab"
    (problem,) = validated(values)
    assert problem.startswith("singleuser: ")
    assert "'defaultURL' was unexpected" in problem


def test_how_many_servers(tmp_path: Path) -> None:
    hub = load(rendered(tmp_path) / "values.yaml")["hub"]
    assert (hub["activeServerLimit"], hub["concurrentSpawnLimit"]) == (40, 8)
    none = rendered(tmp_path / "none", servers={"requirements": "requirements/user.txt"})
    assert (
        not {"activeServerLimit", "concurrentSpawnLimit"} & load(none / "values.yaml")["hub"].keys()
    )


@pytest.mark.skipif(not CHART, reason="Z2JH_CHART does not name the chart's folder")
@pytest.mark.skipif(find_spec("helm_python") is None, reason="helm-python-sdk is not installed")
def test_the_chart_renders(tmp_path: Path) -> None:
    import kubernetes_validate
    from helm_python import chart as charts

    chart = charts.Chart.load(CHART)
    files = chart.render(values=load(rendered(tmp_path) / "values.yaml"))
    texts = [text for path, text in files.items() if path.endswith(".yaml")]
    objects = [each for text in texts for each in yaml.safe_load_all(text) if each]
    assert {"Deployment", "NetworkPolicy", "Secret"} <= {each["kind"] for each in objects}
    for each in objects:
        kubernetes_validate.validate(each, VERSION, strict=True)


def test_the_objects_of_a_cluster(tmp_path: Path) -> None:
    """Each is what Kubernetes takes, without a key that it does not know."""
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    out = rendered(tmp_path)
    objects = [
        each
        for name in ("notebooks.yaml", "schedules.yaml")
        for each in yaml.safe_load_all((out / name).read_text())
    ]
    kinds = [each["kind"] for each in objects]
    assert kinds == ["PersistentVolumeClaim"] * 2 + ["NetworkPolicy", "Job", "CronJob"]
    for each in objects:
        kubernetes_validate.validate(each, VERSION, strict=True)
    job, cron = objects[3], objects[4]
    for pod in (
        job["spec"]["template"]["spec"],
        cron["spec"]["jobTemplate"]["spec"]["template"]["spec"],
    ):
        assert pod["automountServiceAccountToken"] is False
        (container,) = pod["containers"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] not in (0, 1000)  # 1000 is people's
    environment = {
        each["name"]: each
        for each in cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["env"]
    }
    assert environment["TEAM"]["value"] == "others"
    assert environment["DATADOG_API_KEY"]["valueFrom"]["secretKeyRef"]["name"] == "hub-environment"
    assert environment["QUERY"]["value"] == '{"a": "{username}", "b": "$$(HOME) 5$$"} -'
    assert "OWN_TOKEN" not in environment  # somebody's


def test_no_metadata_server_can_be_reached(tmp_path: Path) -> None:
    """Each is out of every rule that lets out; those of the chart that have some are off."""
    from ipaddress import ip_address, ip_network

    from nblint.hub.addresses import METADATA_ADDRESSES

    out = rendered(tmp_path, **{"metadata-addresses": ["203.0.113.9"]})
    policy = load(out / "values.yaml")["singleuser"]["networkPolicy"]
    assert policy["enabled"]
    allowed = {key for key, is_open in policy["egressAllowRules"].items() if is_open}
    assert all(key.startswith("dnsPorts") for key in allowed), allowed
    own = next(
        each
        for each in yaml.safe_load_all((out / "notebooks.yaml").read_text())
        if each["kind"] == "NetworkPolicy"
    )["spec"]
    assert own["ingress"] == []
    open_to = [rule for rule in own["egress"] if "to" in rule]
    assert open_to == policy["egress"]
    assert [rule for rule in own["egress"] if "to" not in rule] == [
        {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
    ]
    blocks = [each["ipBlock"] for rule in open_to for each in rule["to"]]

    def reaches(text: str) -> bool:
        address = ip_address(text)
        return any(
            address in ip_network(block["cidr"])
            and not any(address in ip_network(each) for each in block["except"])
            for block in blocks
        )

    assert not [each for each in (*METADATA_ADDRESSES, "203.0.113.9", "10.1.2.3") if reaches(each)]
    assert reaches("203.0.113.10")
    assert reaches("2001:db8::1")


def test_no_secret_is_in_any_file(tmp_path: Path) -> None:
    """Also not one that lies where the hub's host has it."""
    canary = secrets.token_hex(20)
    for name in ("client-secret", "crypt-key", "secrets/datadog-api-key", "secrets/own/alice"):
        write_secret(tmp_path / name, f"{canary}\n")
    (tmp_path / "secrets").chmod(0o700)
    path = make_files(tmp_path)
    ran = nblint(
        "hub", "kubernetes", "--config", str(path), "--registry", "r", str(tmp_path / "out")
    )
    assert ran.exit_code == 0, ran.output
    files = [each for each in (tmp_path / "out").rglob("*") if each.is_file()]
    assert len(files) > 12
    assert not [each.name for each in files if canary in each.read_text()]
    assert canary not in ran.output


def test_the_commands_make_the_secrets_that_pods_ask_for(tmp_path: Path) -> None:
    """Each Secret and key, with the value of its file, without the line break at its end."""
    needs("bash", "kubectl")
    values = {name: secrets.token_hex(8) for name in ("client-secret", "crypt-key")}
    values |= {f"secrets/{name}": secrets.token_hex(8) for name in ("datadog-api-key", "own/alice")}
    for name, value in values.items():
        write_secret(tmp_path / name, f"{value}\n")
    for name in ("notebooks.repo", "notebooks.asc"):
        (tmp_path / name).write_text(name)
    out = rendered(tmp_path)
    # kubectl makes them, and gives them to nobody.
    script = 'kubectl() { command kubectl "$@" --dry-run=client -o yaml; echo ---; }; . "$1"'
    ran = subprocess.run(
        ["bash", "-euc", script, "bash", out / "secrets.txt"],
        cwd=tmp_path,
        env={**os.environ, "KUBECONFIG": os.devnull},
        capture_output=True,
        text=True,
        check=True,
    )
    made = {
        each["metadata"]["name"]: {
            key: base64.b64decode(value).decode() for key, value in each["data"].items()
        }
        for each in yaml.safe_load_all(ran.stdout)
        if each
    }
    assert made == {
        "hub-login": {name: values[name] for name in ("client-secret", "crypt-key")},
        "hub-environment": {"DATADOG_API_KEY": values["secrets/datadog-api-key"]},
        "personal-own-token": {"alice.value": values["secrets/own/alice"]},
        "notebook-repository": {name: name for name in ("notebooks.repo", "notebooks.asc")},
    }
    asked = set()

    def look(tree: Any) -> None:
        if isinstance(tree, dict):
            if "secretKeyRef" in tree:
                asked.add((tree["secretKeyRef"]["name"], tree["secretKeyRef"]["key"]))
            for each in tree.values():
                look(each)
        elif isinstance(tree, list):
            for each in tree:
                look(each)

    for name in ("values.yaml", "schedules.yaml"):
        look(list(yaml.safe_load_all((out / name).read_text())))
    assert asked == {
        ("hub-login", "client-secret"),
        ("hub-login", "crypt-key"),
        ("hub-environment", "DATADOG_API_KEY"),
        ("personal-own-token", "{unescaped_username}.value"),
    }


def test_a_changed_entry_changes_its_lines(tmp_path: Path) -> None:
    """And no other; what has not changed is not written."""
    path = make_files(tmp_path)
    arguments = [
        "hub",
        "kubernetes",
        "--config",
        str(path),
        "--registry",
        "r",
        str(tmp_path / "out"),
    ]
    assert nblint(*arguments).exit_code == 0
    before = {each: each.read_text() for each in (tmp_path / "out").rglob("*") if each.is_file()}
    assert "Wrote" not in nblint(*arguments).output
    (tmp_path / "environment.toml").write_text(
        CATALOGUE.replace('"datadoghq.com"', '"datadoghq.eu"')
    )
    written = nblint(*arguments).output
    assert written.count("Wrote") == 2
    for file, text in before.items():
        old, new = text.splitlines(), file.read_text().splitlines()
        assert len(old) == len(new)
        changed = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
        expected = {
            "values.yaml": [("    DATADOG_SITE: datadoghq.com", "    DATADOG_SITE: datadoghq.eu")],
            "schedules.yaml": [
                (" " * 18 + "value: datadoghq.com", " " * 18 + "value: datadoghq.eu")
            ],
        }
        assert changed == expected.get(file.name, []), file


def test_every_value_says_where_it_came_from(tmp_path: Path) -> None:
    text = (rendered(tmp_path) / "values.yaml").read_text()
    for key, line in {
        "hub.toml: provider.issuer": "issuer: https://login.example.com",
        "hub.toml: servers.memory": "memory:",
        "environment.toml: environment.DATADOG_SITE": "DATADOG_SITE: datadoghq.com",
        "environment.toml: environment.TEAM": "TEAM:",
    }.items():
        lines = [each.strip() for each in text.splitlines()]
        assert line in lines[lines.index(f"# {key}") + 1 :][:1], key


def test_an_image_takes_in_what_is_there(tmp_path: Path) -> None:
    """Not an example that was removed; and its tag changes with its files, and only with these."""
    examples = tmp_path / "examples"
    examples.mkdir()
    (examples / "one.ipynb").write_text(
        '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    )
    landing = {"examples": "examples"}
    out = rendered(tmp_path, landing=landing)
    own = out / "images/photo.png"
    own.write_bytes(b"somebody's")
    before = (out / "notebooks.yaml").read_text()
    values = (out / "values.yaml").read_text()
    assert (out / "images/notebooks/examples/one.ipynb").is_file()
    (examples / "one.ipynb").unlink()
    rendered(tmp_path, landing=landing)
    assert not (out / "images/notebooks/examples/one.ipynb").exists()
    assert own.is_file()
    assert (out / "notebooks.yaml").read_text() != before
    assert (out / "values.yaml").read_text() == values
    for name in ("requirements/user.txt", "requirements/kubernetes.txt"):
        assert "--hash=sha256:" in (tmp_path / name).read_text()
    for image in ("hub", "user", "notebooks"):
        assert "--require-hashes" in (out / "images" / image / "Dockerfile").read_text()
    lock = (out / "images/user/requirements.txt").read_bytes()
    assert lock == (tmp_path / "requirements/user.txt").read_bytes()


def test_who_makes_the_certificate(tmp_path: Path) -> None:
    """The Secret of the ingress is made from files where hub.toml names some."""
    text = (rendered(tmp_path) / "secrets.txt").read_text()
    (line,) = [line for line in text.splitlines() if "secret tls" in line]
    assert line.startswith("# kubectl create secret tls hub-tls")
    assert "cert-manager" in text
    tls = {"by": "files", "certificate": "/srv/a b.crt", "key": "/srv/$(x).key"}
    text = (rendered(tmp_path, tls=tls) / "secrets.txt").read_text()
    line = "kubectl create secret tls hub-tls --cert='/srv/a b.crt' --key='/srv/$(x).key'"
    assert line in text.splitlines()


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:8000",
        "https://10.0.0.1",
        "https://[::1]",
        "https://my_hub.example.com",
        f"https://{'a' * 64}.com",
    ],
)
def test_an_address_that_no_ingress_has(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsError, match=r"hub\.toml: address: .* cannot be one of a cluster"):
        rendered(tmp_path, address=address)


@pytest.mark.parametrize("registry", ["", "a b", "r/UP", "r//x", "r:x", "https://r", "r/x\ny"])
def test_a_registry_that_no_image_has(tmp_path: Path, registry: str) -> None:
    path, out = make_files(tmp_path), str(tmp_path / "out")
    ran = nblint("hub", "kubernetes", "--config", str(path), "--registry", registry, out)
    assert ran.exit_code == 2
    assert "--registry: " in ran.output
    assert "Traceback" not in ran.output


def test_what_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    path = make_files(tmp_path)
    (tmp_path / "requirements/kubernetes.txt").unlink()
    ran = nblint(
        "hub", "kubernetes", "--config", str(path), "--registry", "r", str(tmp_path / "out")
    )
    assert ran.exit_code == 2
    assert "kubernetes.txt: no such file" in ran.output
    assert not (tmp_path / "out").exists()
    with pytest.raises(SettingsError, match=r"servers\.requirements: missing"):
        rendered(tmp_path, servers={})
