"""docs/trainers.md and examples/trainers are one: what is printed is what is run."""

import re
import sys
import unittest

from example_case import ROOT

DOCUMENT = ROOT / "docs" / "trainers.md"
TRAINERS = ROOT / "examples" / "trainers"
LANGUAGES = {".sh": "sh", ".py": "python", ".cpp": "cpp"}
# A line that is a link to a trainer, and the block that belongs below it.
PLACE = re.compile(r"^\[(examples/trainers/(.+))\]\(\.\./\1\)\n(\n```[\w ]+\n.*?^```\n)?", re.MULTILINE | re.DOTALL)


def block(name: str) -> str:
    file = TRAINERS / name
    return f"\n```{LANGUAGES[file.suffix]} file\n{file.read_text()}```\n"


def with_blocks(document: str) -> str:
    """The document with each trainer below the link to it."""
    return PLACE.sub(lambda place: f"[{place[1]}](../{place[1]})\n{block(place[2])}", document)


class Documents(unittest.TestCase):
    def test_every_trainer_stands_in_the_document_as_it_is(self) -> None:
        document = DOCUMENT.read_text()
        self.assertEqual(document, with_blocks(document), "python3 tests/examples/documents_test.py --write mends it")

    def test_no_trainer_is_left_out(self) -> None:
        shown = [place[2] for place in PLACE.finditer(DOCUMENT.read_text())]
        self.assertEqual(sorted(shown), sorted(file.name for file in TRAINERS.iterdir() if file.suffix in LANGUAGES))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        DOCUMENT.write_text(with_blocks(DOCUMENT.read_text()))
    else:
        unittest.main(verbosity=2)
