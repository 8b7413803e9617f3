"""One logging setup for every process: role-prefixed lines on stderr, or JSON by flag."""

from __future__ import annotations

import json
import logging
import os
import sys
import time

LEVEL_VARIABLE = "LIVEMOCAP_LOG"


class _JsonFormatter(logging.Formatter):
    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "t": round(record.created, 3),
            "role": self._role,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def setup_logging(role: str, *, as_json: bool = False, level: str | None = None) -> None:
    """Send this process's log to stderr. `level` defaults to $LIVEMOCAP_LOG, else info."""
    handler = logging.StreamHandler(sys.stderr)
    plain = logging.Formatter(f"%(asctime)s {role:<10} %(levelname)-7s %(message)s", "%H:%M:%S")
    handler.setFormatter(_JsonFormatter(role) if as_json else plain)
    wanted = (level or os.environ.get(LEVEL_VARIABLE) or "info").upper()
    known = logging.getLevelNamesMapping()
    logging.basicConfig(level=known.get(wanted, logging.INFO), handlers=[handler], force=True)


class Sparing:
    """Logs one message a second at most: trouble with every frame stays readable."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._quiet_until_s = 0.0

    def warning(self, message: str, *args: object) -> None:
        """As Logger.warning, or nothing."""
        if time.monotonic() >= self._quiet_until_s:
            self._logger.warning(message, *args)
            self._quiet_until_s = time.monotonic() + 1.0
