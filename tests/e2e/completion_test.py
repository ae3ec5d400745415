"""Completion, in the shells themselves: what a person gets who presses the tab key."""

import shutil
import subprocess
import unittest

from harness import BIN_DIR, TunerCase

# Each prints what completes the words that it is given, one a line.
BASH = """
source <(tuner completion bash)
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_tuner
printf '%s\\n' "${COMPREPLY[@]}"
"""
# Of what it is told, zsh itself takes what begins like the word.
ZSH = """
source <(tuner completion zsh)
setopt ksharrays
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_tuner
printf '%s\\n' "${(M)COMPREPLY[@]:#${COMP_WORDS[COMP_CWORD]}*}"
"""
FISH = """
tuner completion fish | source
complete --do-complete "$argv"
"""


class Completion(TunerCase):
    def completions(self, shell: str, *words: str) -> set[str]:
        if shutil.which(shell) is None:
            self.skipTest(f"{shell} is not installed")
        line = {
            "bash": ["bash", "--norc", "-c", BASH, "bash", *words],
            "zsh": ["zsh", "-f", "-c", ZSH, "zsh", *words],
            "fish": ["fish", "--no-config", "-c", FISH, " ".join(words)],
        }[shell]
        environment = self.environment()
        environment |= {"PATH": f"{BIN_DIR}:{environment['PATH']}", "HOME": str(self.folder)}
        done = subprocess.run(line, env=environment, cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return {text.split("\t")[0] for text in done.stdout.splitlines()}

    def check(self, shell: str) -> None:
        self.tuner("run", str(self.write_study(trials=1)), "--name", "digits")
        self.assertLessEqual({"run", "trials", "completion"}, self.completions(shell, "tuner", ""))
        self.assertEqual(self.completions(shell, "tuner", "res"), {"resume"})
        self.assertLessEqual({"--top", "--data-dir"}, self.completions(shell, "tuner", "trials", "--"))
        self.assertEqual(self.completions(shell, "tuner", "run", "--max-t"), {"--max-trials"})
        self.assertEqual(self.completions(shell, "tuner", "jobs", "sub"), {"submit"})
        self.assertEqual(self.completions(shell, "tuner", "jobs", "submit", "tr"), {"training"})
        self.assertEqual(self.completions(shell, "tuner", "show", "dig"), {"digits-1"})
        self.assertNotIn("--max-trials", self.completions(shell, "tuner", "show", "--"))

    def test_bash_completes_commands_options_and_studies(self) -> None:
        self.check("bash")

    def test_zsh_completes_commands_options_and_studies(self) -> None:
        self.check("zsh")

    def test_fish_completes_commands_options_and_studies(self) -> None:
        self.check("fish")

    def test_another_shell_is_refused_with_those_that_are_known(self) -> None:
        self.assertIn("bash", self.tuner("completion", "tcsh", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
