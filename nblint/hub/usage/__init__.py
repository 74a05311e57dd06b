"""Usage: how many came, and which notebooks they opened and ran.

Servers and kernels say it to the journal (`in_server`), from where it is collected (`journal`) and
kept as daily counts (`counts`), which a report is made of (`report`). The journal adds to each
entry who has written it, and from which unit: nothing else says who somebody is. Whoever keeps
their server from saying it is not counted: this is usage, not an audit.
"""
