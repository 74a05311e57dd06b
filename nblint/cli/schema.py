"""The JSON schemas of settings, with which editors complete and check settings files.

Types, names and defaults come from the classes in `nblint.settings` and `nblint.hub`, descriptions
from their docstrings. They are draft 7, which editors' TOML extensions and SchemaStore understand.
"""

import inspect
import re
from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from nblint.credentials.detector_names import detectors
from nblint.findings import ALL, OWN
from nblint.hub.notebooks.wanted import NotebooksFile
from nblint.hub.settings import HubSettings
from nblint.linting.registry import FAMILIES, rules
from nblint.reports import formats
from nblint.settings import Settings, Table

Schema = dict[str, Any]

HUB_FILES: dict[str, type[Table]] = {"hub.toml": HubSettings, "notebooks.toml": NotebooksFile}


def settings_schema() -> Schema:
    """Return the schema of `nblint.toml`, and of `[tool.nblint]` in a `pyproject.toml`."""
    _, definitions = msgspec.json.schema_components(
        (Settings,), ref_template="#/definitions/{name}"
    )
    for struct in _tables(Settings):
        _describe(definitions[struct.__name__], struct)
    top = definitions.pop("Settings")
    properties = top["properties"]
    prefixes = {code[:length] for code in rules() for length in range(1, len(code) + 1)}
    # Besides those of installed packages, any that are not nblint's: others may have more.
    selector = {
        "anyOf": [
            {"enum": [ALL, *sorted({*prefixes, *FAMILIES})]},
            {"type": "string", "pattern": f"^(?!{OWN}|{ALL}$)[A-Z]{{2,10}}[0-9]{{0,3}}$"},
        ]
    }
    for key in ("select", "extend-select", "ignore"):
        properties[key]["items"] = selector
    properties["per-file-ignores"]["additionalProperties"]["items"] = selector
    properties["severity"]["propertyNames"] = selector
    properties["output-format"]["enum"] = list(formats())
    # Any string, because plugins may have other names; editors complete the known ones.
    known = {"anyOf": [{"enum": list(detectors())}, {"type": "string"}]}
    definitions["CredentialsSettings"]["properties"]["disable"]["items"] = known
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "nblint",
        "description": "Settings of nblint: `nblint.toml`, or `[tool.nblint]` in pyproject.toml.",
        **{key: value for key, value in top.items() if key not in ("title", "description")},
        "definitions": definitions,
    }


def hub_schema(file: str = "hub.toml") -> Schema:
    """Return the schema of a file of a hub.

    Args:
        file: Its name, one of `HUB_FILES`.
    """
    struct = HUB_FILES[file]
    _, definitions = msgspec.json.schema_components((struct,), ref_template="#/definitions/{name}")
    for table in _tables(struct):
        _describe(definitions[table.__name__], table)
    top = definitions.pop(struct.__name__)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": file,
        **{key: value for key, value in top.items() if key != "title"},
        "definitions": definitions,
    }


def _tables(struct: type[Table]) -> Iterator[type[Table]]:
    """Yield a table, and the tables in it at any depth."""
    yield struct
    for field in msgspec.structs.fields(struct):
        for inner in (field.type, *get_args(field.type)):
            if isinstance(inner, type) and issubclass(inner, Table):
                yield from _tables(inner)


def _describe(schema: Schema, struct: type[Table]) -> None:
    """Add descriptions from the class's docstring, and remove null, which TOML lacks."""
    summary, described = _docstring(struct)
    schema["description"] = summary
    del schema["title"]
    for field in msgspec.structs.fields(struct):
        key = field.encode_name
        own = schema["properties"][key]
        if "anyOf" in own:
            (own,) = [choice for choice in own["anyOf"] if choice != {"type": "null"}]
        elif "$ref" in own:
            own = {"allOf": [{"$ref": own["$ref"]}]}  # beside which draft 7 ignores all else
        schema["properties"][key] = {"description": described[field.name], **own}


def _docstring(struct: type) -> tuple[str, dict[str, str]]:
    """Return a docstring's first line, and its description of each attribute."""
    summary, _, listed = (inspect.getdoc(struct) or "").partition("\n\nAttributes:\n")
    entries = re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", listed, re.M)
    return summary.partition("\n")[0], {name: " ".join(text.split()) for name, text in entries}
