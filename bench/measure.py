"""Run a command and say what it cost: `python -S bench/measure.py COMMAND…` prints one JSON line after it.

A process of its own and small on purpose: a child's peak memory counts from the fork on, so it is never told
as less than its parent had.
"""

import json
import os
import sys
import time

started = time.monotonic()
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, usage = os.wait4(pid, 0)
print(
    json.dumps(
        {
            "exit": os.waitstatus_to_exitcode(status),
            "seconds": time.monotonic() - started,
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "peak_bytes": usage.ru_maxrss * 1024,  # Linux counts in KiB; of the largest process, not of all
        }
    )
)
