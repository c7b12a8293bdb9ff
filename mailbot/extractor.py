"""Attached files are read in a process of their own: a file that makes a library hang, swell or die costs a note.

It is another process than the one that reads mail, because a mail whose file is bad must still be read. It has no key,
no settings and no network; it gets the bytes of a file and answers with text. The answer is JSON, which can't do what a
pickle of a process that a file took over could do.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

from mailbot.domain.documents import Source
from mailbot.domain.message import IncomingMail
from mailbot.domain.readings import MAIL, FileReading, FileText, kind_of
from mailbot.errors import BadItem
from mailbot.evidence.bounds import Bounds
from mailbot.evidence.files import read_file
from mailbot.evidence.packed import packed, unpacked
from mailbot.mail.parse import parse_mail
from mailbot.worker import Worker, how_it_ended, serve

_MOST_ANSWER = 16_000_000  # bytes
_MOST_FORWARDED = 10  # files of a forwarded mail that are read
_NETWORK = ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "subprocess.Popen", "os.exec")


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What the extracting process works with."""

    seconds: float  # for one file
    memory: int  # bytes of its own
    bounds: Bounds


@dataclass(frozen=True, kw_only=True)
class _File:
    content: bytes
    kind: str  # see `kind_of`


class Extractor:
    """The desk's end: starts the process with the first file, and again when it was lost."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._worker: Worker | None = None

    def read(self, content: bytes, kind: str, *, again: bool = True) -> FileReading:
        """What a file says, `kind` by `kind_of`; a file that defeats the process, twice with `again`, gives a note.

        Raises TryAgainLater when the process can't be started.
        """
        if self._worker is None:
            self._worker = Worker(
                "mailbot.extractor", self.bench, does="reads attached files", memory_setting="evidence.memory"
            )
        seconds = self.bench.seconds
        start = time.monotonic()
        try:
            answer = self._worker.exchange(_File(content=content, kind=kind), seconds, _MOST_ANSWER)
            reading = unpacked(answer)
        except TimeoutError:
            self.close()
            note = f"reading it takes longer than {seconds:g} seconds (evidence.file_seconds)"
            reading = FileReading(notes=(note,))
        except (EOFError, OSError):
            how = how_it_ended(self.close())
            if again:  # the process may have died of something else than this file
                return self.read(content, kind, again=False)
            reading = FileReading(notes=(f"reading it made the process die ({how})",))
        except BadItem as error:
            self.close()
            reading = FileReading(notes=(str(error),))
        return replace(reading, seconds=round(time.monotonic() - start, 3))

    @property
    def is_running(self) -> bool:
        """Whether any file was to be read yet."""
        return self._worker is not None

    def close(self) -> int:
        """End the process; the next file starts another one. Returns its exit code."""
        worker, self._worker = self._worker, None
        return worker.end() if worker is not None else 0


def _prepared(bench: Bench) -> Callable[[_File], bytes]:
    """What the process answers with."""
    warnings.simplefilter("ignore")  # libraries warn about hostile bytes, with words of the file
    sys.addaudithook(_refuse)
    return lambda file: packed(_read(file, bench.bounds))


def _refuse(event: str, _: object) -> None:
    """Nothing here has any business with the network or other programs; a hook can't be taken away again."""
    if event in _NETWORK:
        raise PermissionError(f"{event} is not for a process that reads files")


def _read(file: _File, bounds: Bounds) -> FileReading:
    return _forwarded(file.content, bounds) if file.kind == MAIL else read_file(file.content, file.kind, bounds)


def _forwarded(content: bytes, bounds: Bounds) -> FileReading:
    """Subject, new text and file names of a mail that was attached, and its files; mails within it only by name."""
    parsed = parse_mail(content)
    texts = [FileText(source=Source.FORWARDED, text=_words(parsed.mail)[: bounds.characters])]
    notes: list[str] = []
    missing: dict[str, None] = {}
    inner = [file for file in parsed.mail.attachments if kind_of(file) not in ("", MAIL)]
    for file in inner[:_MOST_FORWARDED]:
        reading = read_file(parsed.contents[file.sha256], kind_of(file), bounds)
        # Somebody else sent it, whatever it is.
        texts += [replace(text, source=Source.FORWARDED, inside=file.filename) for text in reading.texts]
        notes += [f"{file.filename}: {note}" for note in reading.notes]
        missing.update(dict.fromkeys(reading.missing))
    if len(inner) > _MOST_FORWARDED:
        notes.append(f"only the first {_MOST_FORWARDED} of its files were read")
    return FileReading(
        texts=tuple(text for text in texts if text.text.strip()), notes=tuple(notes), missing=tuple(missing)
    )


def _words(mail: IncomingMail) -> str:
    return "\n".join(filter(None, (mail.subject, mail.reply_text, *(file.filename for file in mail.attachments))))


if __name__ == "__main__":
    serve(_prepared, send=lambda connection, answer: connection.send_bytes(answer))
