"""The Parquet dataset that a run over a fleet writes: complete, or not at all.

    TARGET/findings/part-….parquet    one row per finding, with the keys of the JSON report
    TARGET/notebooks/part-….parquet   one row per notebook, with or without findings
    TARGET/_SUCCESS                   written last

Parts are written to `TARGET/_temporary` until all of them are there. Readers such as pyarrow and
Spark ignore names that start with an underscore; the names are those that Spark uses.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from nblint._version import __version__
from nblint.credentials.masking.redaction import mask
from nblint.errors import SettingsError
from nblint.fleet.faults import fault
from nblint.fleet.source import open_url

_FIX = pa.struct([("safe", pa.bool_()), ("message", pa.string())])
_NUMBERS = ("cell", "output", "row", "column", "end_row", "end_column", "file_line")
_KEYS = """
    path code name severity message cell cell_id cell_type surface output mime row column end_row
    end_column file_line detector fingerprint fix url
""".split()
_TYPES = {**dict.fromkeys(_NUMBERS, pa.int64()), "fix": _FIX}
_WRITTEN_BY = {"nblint": __version__}

# By the name of the folder.
SCHEMAS = {
    "findings": pa.schema([(key, _TYPES.get(key, pa.string())) for key in _KEYS], _WRITTEN_BY),
    "notebooks": pa.schema(
        [
            ("path", pa.string()),
            ("bytes", pa.int64()),
            ("errors", pa.int64()),
            ("warnings", pa.int64()),
            ("fault", pa.string()),
        ],
        _WRITTEN_BY,
    ),
}
_TEMPORARY, _SUCCESS = "_temporary", "_SUCCESS"

Row = Mapping[str, object]


class Dataset:
    """A dataset that is being written; workers get copies of this object.

    Args:
        url: The folder: a path or a URL for fsspec.

    Raises:
        SettingsError: The URL cannot be opened.
    """

    def __init__(self, url: str) -> None:
        self.name = mask(url)
        self._files, path = open_url(url)
        self._path = path.rstrip("/")

    def begin(self, *, overwrite: bool) -> None:
        """Prepare for the parts.

        Args:
            overwrite: Whether an existing dataset may be replaced, once this one is complete.

        Raises:
            SettingsError: The folder is not empty, or cannot be written to.
        """
        try:
            listed = self._files.ls(self._path, detail=False) if self._is_there("") else []
            self._refuse_to_overwrite(
                {entry.rstrip("/").rpartition("/")[2] for entry in listed} - {""}, overwrite
            )
            self._remove(_TEMPORARY)
            for kind in SCHEMAS:
                self._files.makedirs(self._at(_TEMPORARY, kind), exist_ok=True)
        except SettingsError:
            raise
        except Exception as error:  # each filesystem has its own
            raise self._failure(error) from error

    def _refuse_to_overwrite(self, existing: set[str], overwrite: bool) -> None:
        if existing and not overwrite:
            what = "holds an unfinished run" if existing == {_TEMPORARY} else "is not empty"
            raise SettingsError(
                f"{self.name}: {what}; name another folder, or replace it with --overwrite"
            )
        if foreign := existing - {*SCHEMAS, _TEMPORARY, _SUCCESS}:
            raise SettingsError(
                f"{self.name}: {min(foreign)!r} is not part of an nblint dataset;"
                " name another folder"
            )

    def write(self, part: str, rows: Mapping[str, Iterable[Row]]) -> None:
        """Write the files of a part, or replace them.

        Args:
            part: The name of the files.
            rows: Their rows, by the name of the folder.

        Raises:
            SettingsError: They cannot be written.
        """
        try:
            for kind, schema in SCHEMAS.items():
                table = pa.Table.from_pylist([_encodable(row) for row in rows[kind]], schema)
                self._files.makedirs(self._at(_TEMPORARY, kind), exist_ok=True)
                with self._files.open(self._at(_TEMPORARY, kind, f"{part}.parquet"), "wb") as file:
                    pq.write_table(table, file)
        except Exception as error:  # each filesystem has its own
            raise self._failure(error) from error

    def finish(self, parts: Iterable[str]) -> None:
        """Move the dataset into place.

        Args:
            parts: The names of its parts.

        Raises:
            SettingsError: A part is missing, or the parts cannot be moved.
        """
        wanted = {f"{part}.parquet" for part in parts}
        try:
            for kind in SCHEMAS:
                self._keep_only(kind, wanted)
            self._remove(_SUCCESS)
            for kind in SCHEMAS:
                self._remove(kind)
                self._files.mv(self._at(_TEMPORARY, kind), self._at(kind), recursive=True)
            self._remove(_TEMPORARY)
            self._files.pipe_file(self._at(_SUCCESS), b"")
        except SettingsError:
            raise
        except Exception as error:  # each filesystem has its own
            raise self._failure(error) from error

    def give_up(self) -> None:
        """Remove an incomplete dataset, as far as possible."""
        import contextlib

        with contextlib.suppress(Exception):
            self._remove(_TEMPORARY)

    def _keep_only(self, kind: str, wanted: set[str]) -> None:
        """Remove parts of workers that died; other workers have written those notebooks."""
        self._files.invalidate_cache()
        listed = self._files.ls(self._at(_TEMPORARY, kind), detail=False)
        there = {path.rpartition("/")[2]: path for path in listed}
        if missing := len(wanted - there.keys()):
            raise SettingsError(
                f"{self.name}: {missing} of {len(wanted)} parts are missing;"
                " do all workers write to the same place?"
            )
        for name in there.keys() - wanted:
            self._files.rm_file(there[name])

    def _is_there(self, name: str) -> bool:
        self._files.invalidate_cache()
        return bool(self._files.exists(self._at(name)))

    def _remove(self, name: str) -> None:
        if self._is_there(name):
            self._files.rm(self._at(name), recursive=True)

    def _at(self, *names: str) -> str:
        return "/".join(name for name in (self._path, *names) if name)

    def _failure(self, error: Exception) -> SettingsError:
        return SettingsError(fault(self.name, "cannot be written", error))


def _encodable(row: Row) -> dict[str, Any]:
    """Return a row with lone surrogates escaped: JSON can hold them, Parquet cannot."""
    return {
        key: value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
        for key, value in row.items()
    }
