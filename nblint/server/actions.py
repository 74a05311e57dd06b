"""Code actions: quick fixes for a finding, and all safe fixes at once."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from lsprotocol import types

from nblint.document.edit import Edit
from nblint.document.model import Notebook
from nblint.linting.fixing import compatible
from nblint.server.diagnostics import ShownFinding, overlaps
from nblint.server.drafts import Draft
from nblint.server.ignoring import ignore_on_line

# `source.fixAll` fixes one document, the other kind the whole notebook; editors can run both on
# save. https://code.visualstudio.com/api/references/vscode-api
FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.nblint"
FIX_NOTEBOOK = "notebook.source.fixAll.nblint"
KINDS = (types.CodeActionKind.QuickFix.value, FIX_ALL, FIX_NOTEBOOK)


def code_actions(
    draft: Draft,
    found: Sequence[ShownFinding],
    params: types.CodeActionParams,
    *,
    versioned: bool,
) -> list[types.CodeAction]:
    """Return the actions for findings.

    Args:
        draft: The draft that they were found in.
        found: The findings.
        params: The client's request: a document, a range, kinds of actions.
        versioned: Whether the client supports edits with the versions of documents.
    """
    only = params.context.only
    in_document = [one for one in found if one.uri == params.text_document.uri]
    actions: list[types.CodeAction] = []
    if _is_requested(types.CodeActionKind.QuickFix, only):
        here = [one for one in in_document if overlaps(one.diagnostic.range, params.range)]
        for offer in (_fix, _ignore):
            for one in here:
                actions += offer(draft, one, versioned=versioned)
    if _is_requested(FIX_ALL, only):
        title = "nblint: apply all safe fixes here"
        actions += _fix_all(draft, in_document, FIX_ALL, title, versioned=versioned)
    if _is_requested(FIX_NOTEBOOK, only) and not draft.is_whole:
        title = "nblint: apply all safe fixes in the notebook"
        actions += _fix_all(draft, found, FIX_NOTEBOOK, title, versioned=versioned)
    return actions


def _is_requested(kind: str, only: Collection[str] | None) -> bool:
    """Tell whether a kind of action is requested: by its name, or by a prefix of it."""
    return only is None or any(kind == one or kind.startswith(f"{one}.") for one in only)


def _fix(draft: Draft, one: ShownFinding, *, versioned: bool) -> Iterator[types.CodeAction]:
    fix = one.finding.fix
    edit = _workspace_edit(draft, fix.edits, versioned=versioned) if fix else None
    if fix is None or edit is None:
        return
    caution = "" if fix.safe else " (unsafe: may change what the notebook does)"
    yield types.CodeAction(
        f"{one.finding.code}: {fix.message}{caution}",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[one.diagnostic],
        is_preferred=fix.safe,
        edit=edit,
    )


def _ignore(draft: Draft, one: ShownFinding, *, versioned: bool) -> Iterator[types.CodeAction]:
    number = one.finding.place.cell
    if number is None or not isinstance(draft.document, Notebook):
        return
    added = ignore_on_line(draft.document.cells[number - 1], one.finding)
    edit = _workspace_edit(draft, [added], versioned=versioned) if added else None
    if edit is not None:
        yield types.CodeAction(
            f"{one.finding.code}: ignore on this line",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[one.diagnostic],
            is_preferred=False,
            edit=edit,
        )


def _fix_all(
    draft: Draft, found: Iterable[ShownFinding], kind: str, title: str, *, versioned: bool
) -> Iterator[types.CodeAction]:
    possible = [
        one.finding
        for one in found
        if one.finding.fix and draft.edits(one.finding.fix.edits) is not None
    ]
    chosen = compatible(possible, unsafe=False)
    edits = [edit for finding in chosen if finding.fix for edit in finding.fix.edits]
    edit = _workspace_edit(draft, edits, versioned=versioned)
    if edit is not None:
        yield types.CodeAction(title, kind=kind, edit=edit)


def _workspace_edit(
    draft: Draft, edits: Sequence[Edit], *, versioned: bool
) -> types.WorkspaceEdit | None:
    changes = draft.edits(edits)
    if changes is None:
        return None
    if not versioned:
        return types.WorkspaceEdit(changes=changes)
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(uri, draft.texts[uri].version), made
            )
            for uri, made in changes.items()
        ]
    )
