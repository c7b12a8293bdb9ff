"""`python -m tests.matching.report`: the tables of the labelled set, and each mistake with its reasons."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.matching.figures import count, mistakes, tables
from tests.matching.labelled import read_mails
from tests.matching.trial import shop, try_mail


def main() -> None:
    """Print them."""
    with tempfile.TemporaryDirectory() as folder, shop(Path(folder)) as opened:
        outcomes = [try_mail(opened, mail) for mail in read_mails()]
    print(mistakes(outcomes))
    print()
    print(tables(count(outcomes)))


if __name__ == "__main__":
    main()
