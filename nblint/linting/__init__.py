"""From bytes to findings, and from findings to what reports print.

From the outside in: `run` takes paths and yields results, with `workers` and `cache` for speed;
`examining` reads, checks and fixes one file; `checking` runs the rules that `registry` finds and
`selection` chooses on one notebook, and `suppression` drops what its author allows; `fixing`
applies fixes; `repository` runs the rules about all notebooks together. `reporting` turns findings
into `results`, with `excerpts` of the notebook, and `memory` keeps those as `remembered` describes
them; `baseline` tells new ones from known ones.
"""
