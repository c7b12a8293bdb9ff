"""`mailbot check` names what is wrong with the terms, once."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.console import run_here

ROOT = Path(__file__).parents[2]


def mailbot(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_here(folder, *arguments, width=500)


def test_a_mistake_in_the_terms_is_named_once_with_its_place(tmp_path: Path) -> None:
    assert mailbot(tmp_path, "init", "desk").returncode == 0
    desk = tmp_path / "desk"
    warranty = desk / "rules" / "warranty.yaml"
    shipped = warranty.read_text(encoding="utf-8")
    warranty.write_text(shipped.replace("consumables: true", "models: [TP-K99]"), encoding="utf-8")
    done = mailbot(desk, "check")
    assert done.returncode == 2
    assert "warranty.yaml:10: model TP-K99 of 'consumables' is not in the catalogue" in done.stderr
    warranty.write_text(shipped.replace("granted: false", "grated: false"), encoding="utf-8")
    done = mailbot(desk, "check")
    assert done.returncode == 2
    assert done.stderr.count("'grated' is not part of a term; did you mean 'granted'?") == 1
    assert f"{warranty}:13: " in done.stderr
