"""What runs remember of notebooks, in one file of the cache for all that are checked alike."""

from collections.abc import Iterable
from pathlib import Path

from nblint.linting.cache import Cache, cache_folder, key_of
from nblint.linting.examining import Examined, Examiner
from nblint.linting.remembered import decoded, encoded


class Memory:
    """The results of earlier runs.

    Args:
        examiners: What examines the notebooks; their `key` is set.
    """

    def __init__(self, examiners: Iterable[Examiner]) -> None:
        folder = cache_folder()
        self._caches: dict[bytes, Cache] = {}
        for examiner in dict.fromkeys(examiners):
            examiner.key = key_of(
                examiner.project,
                examiner.details,
                examiner.selection.rules,
                with_hidden=examiner.with_hidden,
            )
            if examiner.key is not None:
                self._caches[examiner.key] = Cache(folder, examiner.key)

    def find(self, examiner: Examiner, path: Path, name: str) -> Examined | None:
        """Return the result for a file; None if it has changed since, or is unknown.

        Args:
            examiner: What would examine it.
            path: The file.
            name: Its name in reports.
        """
        if examiner.key is None:
            return None
        data = self._caches[examiner.key].find(path, name)
        return None if data is None else decoded(data, name)

    def keep(self, examiner: Examiner, examined: Examined, name: str) -> None:
        """Remember a result, unless it may be another one the next time.

        What rules about the repository gather are words of the notebook, which nothing masks: they
        are gathered again.
        """
        if examiner.key is None or examined.digest is None or examined.gathered:
            return
        if data := encoded(examined, name):
            self._caches[examiner.key].keep(examined.digest, data)

    def save(self) -> None:
        """Write what was added.

        Raises:
            OSError: It cannot be written.
        """
        for cache in self._caches.values():
            cache.save()
