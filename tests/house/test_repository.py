"""What is shipped: the frozen versions, the tracked files, and the wheel."""

from __future__ import annotations

import filecmp
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ("rules", "templates", "settings.yaml")


def test_frozen_versions_name_no_index_mirror_or_local_file() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 20
    for line in lines:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line), line


def _strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}.{key}", key
            yield from _strings(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, path)
    elif isinstance(value, str):
        yield path, value


def test_the_project_file_names_no_index_or_mirror() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for path, text in _strings(project):
        if path.startswith(".project.urls"):
            continue
        assert "://" not in text, f"{path}: {text}"
        assert not re.search(r"\s@\s|\bindex(-|_)?url\b|\bfind-links\b|\btrusted-host\b", text), f"{path}: {text}"


def test_every_dependency_is_frozen() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(d for group in project["optional-dependencies"].values() for d in group)]
    frozen = {
        re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower()
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    }
    names = {re.sub(r"[-_.]+", "-", re.split(r"[<>=!~;\[ ]", item)[0]).lower() for item in wanted}
    assert names - frozen == set()


def _tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


# Built from pieces, so that this file does not name what it looks for.
DEVELOPERS_PATHS = re.compile(rb"(?<![\w.])/(?:home|Users|ro" + rb"ot)/[\w.-]+/|[A-Z]:\\+Users\\")


def test_no_file_names_a_path_of_a_developers_machine() -> None:
    here = str(ROOT).encode() if len(ROOT.parts) > 2 else b"\0 no such thing"
    found = []
    for path in _tracked():
        data = path.read_bytes()
        if DEVELOPERS_PATHS.search(data) or here + b"/" in data:
            found.append(str(path.relative_to(ROOT)))
    assert found == []


def test_no_key_database_or_stored_mail_is_tracked() -> None:
    private = (".key", ".sqlite3", ".sqlite3-wal", ".pem", ".p12", ".env")
    assert [str(path) for path in _tracked() if path.name.endswith(private)] == []


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked: what `pip install mailbot` puts on a machine."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_carries_code_and_starter_files_and_nothing_else(installed: Path) -> None:
    top = {path.name for path in installed.iterdir()}
    assert {name for name in top if not name.endswith(".dist-info")} == {"mailbot"}
    assert (installed / "mailbot" / "store" / "migrations" / "0001_initial.sql").is_file()
    assert (installed / "mailbot" / "cli" / "explain_page.html.j2").is_file()
    for name in SHIPPED:
        _same(ROOT / name, installed / "mailbot" / "starter" / name)


def _same(one: Path, two: Path) -> None:
    """Two files, or two folders with everything in them, have the same content."""
    if one.is_file():
        assert filecmp.cmp(one, two, shallow=False), two
        return
    names = {str(path.relative_to(one)) for path in one.rglob("*") if path.is_file()}
    assert {str(path.relative_to(two)) for path in two.rglob("*") if path.is_file()} == names
    for name in names:
        assert filecmp.cmp(one / name, two / name, shallow=False), name


def _python(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python with the unpacked wheel before everything else."""
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith("MAILBOT_")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**environment, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_installed_package_makes_an_installation_that_passes_its_own_check(installed: Path, tmp_path: Path) -> None:
    where = _python(installed, tmp_path, "-c", "import mailbot; print(mailbot.__file__)")
    assert where.stdout.strip() == str(installed / "mailbot" / "__init__.py")
    done = _python(installed, tmp_path, "-m", "mailbot", "init", "desk")
    assert done.returncode == 0, done.stderr
    for name in SHIPPED:
        _same(installed / "mailbot" / "starter" / name, tmp_path / "desk" / name)
    assert (tmp_path / "desk" / "mailbot.key").stat().st_mode & 0o777 == 0o600
    done = _python(installed, tmp_path / "desk", "-m", "mailbot", "check", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    done = _python(installed, tmp_path, "-m", "mailbot", "init", "desk")
    assert done.returncode == 2  # nothing is ever overwritten
    assert "overwrites nothing" in done.stderr
