"""What the tests of examples share: a copy of `examples/` to work in, and its READMEs, which are run as they stand.

In a README, a block that begins with ```sh is what the reader types; the blocks of one README are one session, begun in
the folder that holds `examples/`, with tuner's programs on the PATH. A block that begins with ```text is what comes of it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from harness import BIN_DIR, TunerCase  # noqa: E402

SESSION_S = 300
SKIPPED = 77
# A virtual environment with the packages of the examples; where it lacks one, another python3 may have it.
PYTHON_ENVIRONMENT = Path(os.environ.get("TUNER_PYTHON_ENV", ROOT / "build" / "python"))


def typed(readme: str) -> str:
    """What a reader of this README types, from its first line to its last."""
    return "".join(re.findall(r"^```sh\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL))


class ExampleCase(TunerCase):
    def setUp(self) -> None:
        super().setUp()
        self.data_dir = self.folder / "tuner"
        self.examples = self.folder / "examples"
        self.python: list[str] = []
        ignored = shutil.ignore_patterns("data", "jobs", "__pycache__")
        shutil.copytree(ROOT / "examples", self.examples, ignore=ignored)

    def environment(self) -> dict[str, str]:
        folders = [str(BIN_DIR), *self.python, os.environ["PATH"]]
        return super().environment() | {"PATH": os.pathsep.join(folders)}

    def need(self, module: str) -> None:
        """From now on python3 is one that has this module; where there is none, the test is skipped."""
        for folder in [PYTHON_ENVIRONMENT / "bin", *map(Path, os.get_exec_path())]:
            self.python = [str(folder)]
            found = [str(folder / "python3"), "-c", f"import {module}"]
            if Path(found[0]).exists() and subprocess.run(found, capture_output=True).returncode == 0:
                return
        self.skipTest(f"no Python here has the module {module}")

    def set_trials(self, file: str, trials: int) -> None:
        """Makes a study of `examples/` smaller."""
        path = self.examples / file
        path.write_text(re.sub(r"maxTrials: \d+", f"maxTrials: {trials}", path.read_text()))

    def shell(self, commands: str, folder: Path, *arguments: str, **variables: str) -> str:
        """Runs a session that must go well; what it said on stdout."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands, "bash", *arguments], cwd=folder,
            env=self.environment() | variables, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=SESSION_S,
        )
        self.assertEqual(done.returncode, 0, f"{commands}\nstdout: {done.stdout}\nstderr: {done.stderr}")
        return done.stdout

    def run_readme(self, example: str, **variables: str) -> str:
        commands = typed((self.examples / example / "README.md").read_text())
        self.assertTrue(commands, f"the README of {example} has nothing to type")
        return self.shell(commands, self.folder, **variables)


def main() -> None:
    """Runs the tests of a file; ends with SKIPPED when none of them could run, so that ctest says so."""
    result = unittest.main(module="__main__", verbosity=2, exit=False).result
    if result.wasSuccessful() and result.testsRun == len(result.skipped):
        sys.exit(SKIPPED)
    sys.exit(not result.wasSuccessful())
