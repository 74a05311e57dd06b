"""The proxy of the demonstration: PyPI's configurable-http-proxy, which needs no node.

It logs whole addresses, and that of the way back from the provider holds what signs somebody in. A
hub that people use has npm's, which logs none.
"""

import logging
import re

_QUERY = re.compile(r"\?\S+")
_LOGGERS = ("configurable_http_proxy", "tornado.access", "tornado.application", "tornado.general")


def _without_queries(record: logging.LogRecord) -> bool:
    record.msg, record.args = _QUERY.sub("?…", record.getMessage()), ()
    return True


def main() -> None:
    """Run the proxy with the arguments of this process."""
    from configurable_http_proxy.cli import main as proxy

    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_without_queries)
    proxy()


if __name__ == "__main__":
    main()
