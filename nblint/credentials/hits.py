"""What a search finds: a credential and its place in a text."""

from __future__ import annotations

from msgspec import Struct

from nblint.credentials.secret import Secret


class Hit(Struct, frozen=True):
    """One credential at one place of a text.

    Attributes:
        detector: What found it, in kebab-case (`github-token`); settings disable it by this name.
        kind: What it is, for people (`GitHub token`).
        start: Offset of its first character in the text, in code points.
        end: Offset after its last character.
        secret: The value.
        prefix: The public part that may be shown (`ghp_`); empty if nothing may be.
        documented: Whether its vendor documents its format. Other values may be passwords that can
            be guessed, so not even their length is shown.
        name: The name that it has in the text (`db_password`), if any.
        variable: The environment variable that conventionally holds such a value, if any.
    """

    detector: str
    kind: str
    start: int
    end: int
    secret: Secret
    prefix: str = ""
    documented: bool = False
    name: str = ""
    variable: str = ""

    @property
    def is_guessable(self) -> bool:
        """Whether somebody could guess the value: vendors' tokens are long and random."""
        return not self.documented

    def fingerprint(self, salt: str) -> str:
        """Return what a baseline recognises the credential by."""
        from nblint.credentials.fingerprint import fingerprint

        return fingerprint(self.secret, salt, documented=self.documented)

    @property
    def shown(self) -> str:
        """What people may see of it: public prefix and length; nothing of a password."""
        if not self.documented:
            return ""
        size = f"{len(self.secret)} characters"
        return f"{self.prefix}… ({size})" if self.prefix else size

    @property
    def suggested_variable(self) -> str:
        """The environment variable to read it from: the vendor's usual one, else one of its name."""
        if self.variable:
            return self.variable
        words = "".join(c if c.isascii() and c.isalnum() else "_" for c in self.name).strip("_")
        name = "_".join(word for word in words.split("_") if word).upper()
        if name and not name[0].isdigit() and len(name) <= 40:
            return name
        return self.detector.replace("-", "_").upper()
