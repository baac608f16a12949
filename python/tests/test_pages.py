"""The Python of README.md and docs/python.md runs, and prints what stands below it."""

import re
import subprocess
import sys
from pathlib import Path

from conftest import need

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)


def run(program, folder):
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_programs_of_the_page_print_what_it_says(tmp_path):
    need("pandas")
    blocks = BLOCK.findall((ROOT / "docs" / "python.md").read_text(encoding="utf-8"))
    assert len(blocks) >= 5 and all(text for _, text in blocks)
    mark = "-" * 8 + "block"
    printed = run(f"print({mark!r})\n".join(program for program, _ in blocks), tmp_path)
    assert printed.split(mark + "\n") == [text for _, text in blocks]


def test_the_program_of_the_readme_runs(tmp_path, file):
    (program, _), *others = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert not others and len(program.splitlines()) <= 10
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "debian.h5").write_bytes(file.read_bytes())
    printed = run(program, tmp_path)
    assert re.fullmatch(r"test accuracy [01]\.\d+\nnode 0 is of class (even|odd) with probability [01]\.\d+\n", printed)
