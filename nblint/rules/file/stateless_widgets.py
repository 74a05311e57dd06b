from collections.abc import Iterator
from typing import Any

from nblint.document.edit import Rewrite
from nblint.document.model import Notebook, Place
from nblint.findings import Finding, Fix, Rule

_WIDGETS = "widgets"
# https://github.com/jupyter-widgets/ipywidgets/blob/main/packages/schema/jupyterwidgetmodels.latest.md
_MIME = "application/vnd.jupyter.widget-state+json"


class StatelessWidgets(Rule):
    """The state of the notebook's widgets has no `state` field.

    GitHub and nbconvert show "Invalid Notebook" instead of the notebook: they look for the widgets
    under `metadata.widgets` in a field `state`, which Colab and Kaggle leave out.

    The fix puts the widgets into that field. Widgets in another form have no fix: clear their
    outputs and save, or remove `metadata.widgets`.

    Refused:

    ```json
    {
     "cells": [],
     "metadata": {"widgets": {"application/vnd.jupyter.widget-state+json": {}}},
     "nbformat": 4, "nbformat_minor": 5
    }
    ```

    Instead:

    ```json
    {
     "cells": [],
     "metadata": {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}}},
     "nbformat": 4, "nbformat_minor": 5
    }
    ```
    """

    code = "NBL006"
    needs = frozenset({"file"})
    fixable = "safe"

    def check(self, notebook: Notebook) -> Iterator[Finding]:
        widgets = notebook.metadata.get(_WIDGETS)
        if not isinstance(widgets, dict) or _MIME not in widgets:
            return
        bundle = widgets[_MIME]
        if isinstance(bundle, dict) and "state" in bundle:
            return
        raw = _with_state(notebook, bundle)
        yield self.at(
            Place(surface="metadata"),
            "widgets have no 'state' in the metadata",
            help="clear the outputs of widgets and save, or remove metadata.widgets",
            fix=Fix("put the widgets into 'state'", (Rewrite(raw),)) if raw else None,
        )


def _with_state(notebook: Notebook, bundle: object) -> bytes | None:
    """Return the file with the widgets in a field `state`; None where they are something else."""
    if not isinstance(bundle, dict) or not all(map(_is_widget, bundle.values())):
        return None
    from nblint.document.positions import RawNotebook, members

    raw = notebook.raw
    span = RawNotebook(raw).top.get("metadata")
    for key in (_WIDGETS, _MIME):
        span = members(raw, span.start).get(key) if span else None
    if span is None:
        return None
    widgets = raw[span.start : span.end]
    state = b'{"state": ' + widgets + b', "version_major": 2, "version_minor": 0}'
    return raw[: span.start] + state + raw[span.end :]


def _is_widget(value: Any) -> bool:
    return isinstance(value, dict) and {"model_name", "state"} <= value.keys()
