"""What git says about the files of a folder, without a git that runs."""

import os
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from nblint.git.ignoring import IgnoreFile, IgnoreFiles, ignore_files_above, ignoring
from nblint.git.index import Tracked, tracked
from nblint.paths import relative_to, repository_of


class Surroundings(Struct, frozen=True):
    """What git says about the files of a folder.

    Attributes:
        top: The repository; None if the folder is in none.
        ignores: The ignore files that apply, outermost first.
        only_tracked: Whether only files that git tracks count.
        index: Which files that are, once anybody asks; shared by all folders of the repository.
    """

    top: Path | None
    ignores: IgnoreFiles
    only_tracked: bool = False
    index: list[Tracked | None] = []

    @classmethod
    def of(cls, folder: Path) -> "Surroundings":
        """Read what applies to a folder from above it."""
        start = Path(os.path.abspath(folder))
        top = repository_of(start)
        if top is None:
            return cls(None, (), index=[Tracked()])
        return cls(top, ignore_files_above(start, top), index=[])

    def with_ignore_file(self, folder: Path) -> "Surroundings":
        """Return this with the `.gitignore` of a folder, which git reads in repositories only."""
        own = IgnoreFile(folder, folder / ".gitignore")
        return replace(self, ignores=(*self.ignores, own)) if self.top else self

    def limited_to_tracked(self) -> "Surroundings":
        """Return this for a folder in which only tracked files count."""
        return replace(self, only_tracked=True)

    def ignoring(self, path: Path, *, is_folder: bool) -> IgnoreFile | None:
        """Return the file by which git would ignore a path if it did not track it."""
        return ignoring(path, self.ignores, is_folder=is_folder) if self.ignores else None

    def tracks(self, path: Path) -> bool:
        """Tell whether git tracks a file; where that cannot be told, any may be tracked."""
        tracked = self._tracked
        return tracked is None or self._relative(path) in tracked

    def tracks_below(self, folder: Path) -> bool:
        """Tell whether git tracks anything below a folder; where that cannot be told, it may."""
        tracked = self._tracked
        return tracked is None or tracked.below(self._relative(folder))

    @property
    def _tracked(self) -> Tracked | None:
        if not self.index:
            assert self.top is not None
            self.index.append(tracked(self.top))
        return self.index[0]

    def _relative(self, path: Path) -> bytes:
        relative = relative_to(path, self.top) if self.top else os.fspath(path)
        return os.fsencode(relative)
