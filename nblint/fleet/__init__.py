"""A fleet: more notebooks than one machine should check, in buckets and folders.

fsspec finds and reads the notebooks, Dask distributes the work, and each batch becomes a part of a
Parquet dataset; these libraries are imported nowhere else. A notebook is checked as by
`nblint check`.
"""
