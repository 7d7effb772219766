"""The commands README.md tells a newcomer to type, for the tests and for .ci/run. It runs none of them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def readme_command(name: str, text: str) -> str:
    """The only line of the code block that follows the marker `<!-- command: name -->`."""
    blocks = re.findall(rf"<!-- command: {name} -->\n```sh\n(.*)\n```\n", text)
    if len(blocks) != 1:
        raise SystemExit(f"README.md has {len(blocks)} commands marked {name}, expected 1")
    return str(blocks[0])


if __name__ == "__main__":
    print(readme_command(sys.argv[1], README.read_text(encoding="utf-8")))
