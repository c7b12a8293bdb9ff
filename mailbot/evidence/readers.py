"""Which libraries read files here, and their versions: installed or not, without loading them."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from mailbot.evidence.bounds import Bounds

_REVISION = 2  # raised when what is read from the same file by the same libraries changes
_PACKAGES = {
    "pdf": ("pypdfium2",),
    "pictures": ("pillow",),
    "codes": ("zxing-cpp",),
    "ocr": ("rapidocr", "onnxruntime"),
}
_READS = {"pdf": "attached PDFs are", "pictures": "attached pictures are", "codes": "QR and bar codes are"}


@cache
def installed() -> dict[str, str]:
    """Reader -> "package version", "" where it is not installed."""
    return {reader: _versions(packages) for reader, packages in _PACKAGES.items()}


def _versions(packages: tuple[str, ...]) -> str:
    try:
        return ", ".join(f"{package} {version(package)}" for package in packages)
    except PackageNotFoundError:
        return ""


def lacking(*, ocr: bool) -> list[str]:
    """What attached files are not read for, for the operator; `ocr` tells whether the settings want it."""
    found = [
        f"{_READS[reader]} not read: {', '.join(_PACKAGES[reader])} is not installed"
        for reader, versions in installed().items()
        if not versions and reader != "ocr"
    ]
    if ocr and not installed()["ocr"]:
        found.append("the writing in pictures is not recognised: the extra ocr is not installed")
    return found


def engine(bounds: Bounds) -> str:
    """Names everything that decides what is read from a file: another engine may read something else."""
    libraries = "; ".join(f"{reader} {versions or 'none'}" for reader, versions in installed().items())
    return f"{_REVISION}; {libraries}; {bounds.shape()}"
