"""A second process that delivers while this one works through a backlog.

After an outage or in a surge (P21) the first customers get their answers while the last mails are still being read,
and the second core has something to do. It is `mailbot deliver --until-eof`: it sends what falls due until its
standard input ends, which it also does when this process is killed.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

from mailbot.deliver import DeliveryResult
from mailbot.errors import TryAgainLater

log = logging.getLogger(__name__)

_PATIENCE = 600  # seconds it may take to send the rest; each of its own waits is bounded by the settings


class Companion:
    """The running second process."""

    def __init__(self, settings_file: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mailbot", "--settings", str(settings_file), "deliver", "--until-eof", "--json"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def finish(self) -> DeliveryResult:
        """Let it send the rest and end; what it could not send is still in the outbox."""
        try:
            output, _ = self._process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            return DeliveryResult(troubles=[TryAgainLater("delivery takes too long; the next run carries on")])
        try:
            numbers = json.loads(output)
            return DeliveryResult(
                sent=int(numbers["sent"]),
                later=int(numbers["later"]),
                dead=int(numbers["dead"]),
                uncertain=int(numbers["uncertain"]),
            )
        except (ValueError, KeyError, TypeError):
            # It says on standard error what went wrong; the pass's own delivery meets the same trouble and reports it.
            log.warning("the delivering process ended with code %s", self._process.returncode)
            return DeliveryResult()
