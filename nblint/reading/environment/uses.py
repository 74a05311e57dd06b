"""What a notebook does with environment variables: each use, and where it stands."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from nblint.document.model import Place

# Stands for all variables there are.
EVERYTHING = "*"


class Replacement(Struct, frozen=True):
    """Another text for a place."""

    place: Place
    text: str


class Fallback(Struct, frozen=True):
    """A literal string that stands in for a missing variable.

    Attributes:
        text: The string.
        replacement: How the read looks without it; None where that is not a matter of text.
    """

    text: str
    replacement: Replacement | None = None


class Read(Struct, frozen=True):
    """A variable is read.

    Attributes:
        name: The variable; None where its name is computed.
        place: Where.
        order: The position in the notebook's run from top to bottom.
        late: It stands in a function, and so runs after what follows the definition.
        required: Without the variable, this fails.
        guarded: The notebook asks first whether the variable is there.
        asks: Nothing but whether the variable is there is asked.
        fallback: What is taken instead of a missing variable.
        optional: How a required read looks when it gives None instead of failing.
    """

    name: str | None
    place: Place
    order: int
    late: bool = False
    required: bool = False
    guarded: bool = False
    asks: bool = False
    fallback: Fallback | None = None
    optional: Replacement | None = None


class Write(Struct, frozen=True):
    """A variable is set, changed or removed.

    Attributes:
        name: The variable; None where its name is computed.
        place: Where.
        order: The position in the notebook's run from top to bottom.
        guarded: Only where it is not set yet.
        copies: It is set to its own value, or a default: that alone gives it none.
        removes: It is removed.
        lost: It ends with the shell that it is set in, as `!export X=1` does.
    """

    name: str | None
    place: Place
    order: int
    guarded: bool = False
    copies: bool = False
    removes: bool = False
    lost: bool = False


class Exposure(Struct, frozen=True):
    """A variable's value gets into the notebook's outputs.

    Attributes:
        name: The variable; `EVERYTHING` for all of them.
        place: Where.
        by: What shows it: "print()", "the cell's last line", "echo".
    """

    name: str
    place: Place
    by: str


class ValueSource(Struct, frozen=True):
    """Values come from somewhere else than the environment.

    Attributes:
        kind: "dotenv", a file; "prompt", a person; "store", a service of one platform.
        call: What is called: "load_dotenv()".
        place: Where.
    """

    kind: Literal["dotenv", "prompt", "store"]
    call: str
    place: Place


class Uses(Struct):
    """All uses, as they are found from top to bottom."""

    reads: list[Read] = []
    writes: list[Write] = []
    exposures: list[Exposure] = []
    sources: list[ValueSource] = []
    order: int = 0

    def next(self) -> int:
        """Return the next position in the notebook's run."""
        self.order += 1
        return self.order
