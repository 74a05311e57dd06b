from collections.abc import Iterator

from nblint.findings import Finding, Rule, overlap
from nblint.reading.suppressions import Suppression, Suppressions

_CREDENTIALS = "NBL2"
_IN_TAG = "replace the tag with a comment: nblint: ignore-cell[NBL203] and why"


class UnexplainedSuppression(Rule):
    """A credential is suppressed without a reason.

    A reader cannot tell a value that is public from one that leaks, and the next reviewer has to
    find out again. Say in a few words behind the comment why the value may stand there. A cell tag
    has no room for a reason: use a comment, `# nblint: ignore-cell[NBL203] why`.

    The reason of another tool's comment (`pragma: allowlist secret`, `gitleaks:allow`,
    `trufflehog:ignore`) is the text behind it. `nblint gate` refuses new suppressions without a
    reason.

    Refused:

    ```python
    key = "0123456789abcdef0123456789abcdef"  # nblint: ignore[NBL201]
    ```

    Instead:

    ```python
    key = "0123456789abcdef0123456789abcdef"  # nblint: ignore[NBL201] from the vendor's manual
    ```
    """

    code = "NBL010"
    severity = "warning"
    suppressible = False

    def check(self, suppressions: Suppressions) -> Iterator[Finding]:
        for suppression in suppressions.found:
            if _is_about_credentials(suppression) and not suppression.reason:
                what = ", ".join(suppression.codes) or "credentials"
                yield self.at(
                    suppression.place,
                    f"suppression without a reason: {what}",
                    subject=what,
                    help=_IN_TAG
                    if suppression.tag
                    else "say behind it why the value may stand here",
                )


def _is_about_credentials(suppression: Suppression) -> bool:
    return suppression.pragma or any(overlap(code, _CREDENTIALS) for code in suppression.codes)
