"""What a notebook does with environment variables: each use, and its place."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from nblint.document.model import Place

# Stands for all variables.
EVERYTHING = "*"

SourceKind = Literal["dotenv", "prompt", "store"]


class Replacement(Struct, frozen=True):
    """A text that can replace the one at a place."""

    place: Place
    text: str


class Fallback(Struct, frozen=True):
    """A literal string that stands in for a missing variable.

    Attributes:
        text: The string.
        replacement: The read without it; None where replacing text does not remove it.
    """

    text: str
    replacement: Replacement | None = None


class Read(Struct, frozen=True):
    """A variable is read.

    Attributes:
        name: The variable; None where its name is computed.
        place: Its place.
        order: The position in the notebook's run from top to bottom.
        late: It is in a function, and so runs after what follows the definition.
        required: It fails without the variable.
        guarded: The notebook first asks whether the variable is set.
        asks: It only asks whether the variable is set.
        fallback: What is used instead of a missing variable.
        optional: A required read as one that gives None instead of failing.
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
        place: Its place.
        order: The position in the notebook's run from top to bottom.
        guarded: Only if it is not set yet.
        copies: It is set to its own value or a default, which alone does not give it a value.
        removes: It is removed.
        lost: It is set in a shell that ends, as by `!export X=1`.
    """

    name: str | None
    place: Place
    order: int
    guarded: bool = False
    copies: bool = False
    removes: bool = False
    lost: bool = False


class Exposure(Struct, frozen=True):
    """A variable's value is shown in the notebook's outputs.

    Attributes:
        name: The variable; `EVERYTHING` for all of them.
        place: Its place.
        by: What shows it: "print()", "the cell's last line", "echo".
    """

    name: str
    place: Place
    by: str


class ValueSource(Struct, frozen=True):
    """Values are fetched from elsewhere than the environment.

    Attributes:
        kind: "dotenv" for a file, "prompt" for a person, "store" for a service of one platform.
        call: What is called, such as "load_dotenv()".
        place: Its place.
    """

    kind: SourceKind
    call: str
    place: Place


class Uses(Struct):
    """All uses, in the order in which they are found."""

    reads: list[Read] = []
    writes: list[Write] = []
    exposures: list[Exposure] = []
    sources: list[ValueSource] = []
    order: int = 0

    def next(self) -> int:
        """Return the next position in the notebook's run."""
        self.order += 1
        return self.order
