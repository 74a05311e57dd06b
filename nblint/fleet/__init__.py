"""A fleet: more notebooks than one machine should check, in buckets and folders.

What is only for this is imported nowhere else: fsspec finds and reads the notebooks, Dask shares
the work, and each piece of it ends as a part of a Parquet dataset. What is done to one notebook is
what `nblint check` does.
"""
