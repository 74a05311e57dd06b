"""The variables that Helm values of a JupyterHub and compose files give every server or service.

https://z2jh.jupyter.org/en/stable/resources/reference.html (`singleuser.extraEnv`),
https://docs.docker.com/reference/compose-file/services/#environment
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nblint.errors import SettingsError
from nblint.patterns import lazy_pattern
from nblint.project.catalogue.hub_config import read_hub_config
from nblint.project.catalogue.model import Declaration, Variable
from nblint.project.parameters_file import compose_yaml

if TYPE_CHECKING:
    from yaml import Node

_COMPOSE = lazy_pattern(r"(?:docker-)?compose\b.*\.ya?ml", re.IGNORECASE)
_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_DEEPEST = 30


def read_yaml_catalogue(path: Path, name: str) -> Iterator[Variable]:
    """Read a `values.yaml` of JupyterHub's chart, or a `compose.yaml`, by the file's name.

    Of values, it reads `singleuser.extraEnv`, wherever `singleuser` is, the environments that
    `profileList` overrides, that of a spawner under `hub.config`, and the code in
    `hub.extraConfig`. Of a compose file, it reads all services.

    Args:
        path: The file.
        name: Its name in messages.

    Raises:
        SettingsError: The file cannot be read, or is not YAML.
    """
    root = compose_yaml(path)
    if _COMPOSE.fullmatch(path.name):
        for _, service in _members(_member(root, "services")):
            yield from _environment(_member(service, "environment"), name)
    else:
        yield from _values(root, name)


def _values(node: Node | None, name: str, depth: int = 0) -> Iterator[Variable]:
    """Yield what values say, which can be under the name of the chart, or of several."""
    if depth > _DEEPEST:
        return
    for key, value in _members(node):
        if key == "singleuser":
            yield from _environment(_member(value, "extraEnv"), name)
        if key == "extraConfig":
            yield from _code(value, name)
        if key == "environment":
            yield from _environment(value, name)
        yield from _values(value, name, depth + 1)
    for item in _items(node):
        yield from _values(item, name, depth + 1)


def _code(node: Node | None, name: str) -> Iterator[Variable]:
    """Yield what Python in values adds; catalogues that it names are files of the hub's image."""
    for _, code in _members(node):
        if isinstance(code.value, str):
            row = code.start_mark.line + 1
            try:
                found = list(read_hub_config(code.value, name))
            except SettingsError:
                continue  # Helm may have to fill it in first
            for one in found:
                if not one.is_catalogue:
                    yield Variable(one.name, Declaration(), name, row + one.row)


def _environment(node: Node | None, name: str) -> Iterator[Variable]:
    """Yield the variables of a mapping, or of a list of `X=value` or of `{name: X, …}`."""
    for key, value in _members(node):
        given = _member(value, "name")
        yield from _variable(_text(given) if given else key, value, name, value)
    for item in _items(node):
        if given := _member(item, "name"):
            yield from _variable(_text(given), item, name, item)
        else:
            yield from _variable(_text(item).partition("=")[0], None, name, item)


def _variable(variable: str, node: Node | None, name: str, at: Node) -> Iterator[Variable]:
    reference = _member(_member(node, "valueFrom"), "secretKeyRef")
    declaration = Declaration()
    if reference is not None:
        is_optional = _text(_member(reference, "optional")).lower() == "true"
        declaration = Declaration(secret=True, required=not is_optional)
    if _NAME.fullmatch(variable):
        yield Variable(variable, declaration, name, at.start_mark.line + 1)


def _members(node: Node | None, depth: int = 0) -> Iterator[tuple[str, Node]]:
    """Yield a mapping's keys and values, those that `<<` merges into it as well."""
    from yaml import MappingNode

    if not isinstance(node, MappingNode) or depth > _DEEPEST:
        return
    for key, value in node.value:
        if key.value == "<<":
            for merged in (value, *_items(value)):
                yield from _members(merged, depth + 1)
        elif isinstance(key.value, str):
            yield key.value, value


def _member(node: Node | None, key: str) -> Node | None:
    return next((value for name, value in _members(node) if name == key), None)


def _items(node: Node | None) -> list[Node]:
    from yaml import SequenceNode

    return node.value if isinstance(node, SequenceNode) else []


def _text(node: Node | None) -> str:
    return node.value if node is not None and isinstance(node.value, str) else ""
