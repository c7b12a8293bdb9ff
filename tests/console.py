"""The command line, in this process: starting one takes longer than most answers."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
from pathlib import Path

from mailbot.cli.common import err, out
from mailbot.cli.main import run_app


def run_here(folder: Path, *arguments: str, width: int | None = None) -> subprocess.CompletedProcess[str]:
    """What `mailbot ARGUMENTS` prints and returns when it is called in a folder, `width` columns wide (default: 80)."""
    printed, said = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    mask, logger = os.umask(0o077), logging.getLogger("mailbot")
    level, log = logger.level, logging.StreamHandler(said)
    logger.addHandler(log)
    out._width = err._width = width
    try:
        with contextlib.chdir(folder), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
            code = run_app(list(arguments))
    finally:
        os.umask(mask)
        out._width = err._width = None
        logger.removeHandler(log)
        logger.setLevel(level)
    texts = (stream.buffer.getvalue().decode() for stream in (printed, said))
    return subprocess.CompletedProcess(["mailbot", *arguments], code, *texts)
