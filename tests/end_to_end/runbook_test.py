"""The runbook's commands exist: each command line in it is held against the programs' own help."""

import pathlib
import re
import shlex
import unittest

import harness

RUNBOOK = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "runbook.md"
OURS = ("hansom", "hansomd", "hansom-unit")


def commands():
    """Of the blocks of shell, and of the text in between."""
    text = RUNBOOK.read_text()
    lines = [line for block in re.findall(r"```sh\n(.*?)```", text, re.S) for line in block.splitlines()]
    lines += re.findall(r"`((?:hansom|hansomd|hansom-unit) [^`]+)`", text)
    for line in lines:
        words = [word for word in shlex.split(line) if word != "..."]
        if words and words[0] in OURS:
            yield line, words


class Runbook(unittest.TestCase):
    def test_every_command_is_one(self):
        seen = 0
        for line, words in commands():
            with self.subTest(line):
                seen += 1
                self.check(words)
        self.assertGreater(seen, 25)

    def check(self, words):
        program, rest = words[0], words[1:]
        path, help_text = [], self.help_of(program, [])
        options = []
        while rest:
            word = rest.pop(0)
            if word.startswith("--"):
                options.append(word.split("=")[0])
                # The value of an option of its own is no subcommand.
                if rest and not rest[0].startswith("--") and not self.is_flag(help_text, word):
                    rest.pop(0)
            elif self.is_subcommand(help_text, word):
                path.append(word)
                help_text = self.help_of(program, path)
        self.assertFalse(program == "hansom" and not path, "no command of hansom is in it")
        for option in options:
            known = self.help_of(program, []) + help_text
            self.assertRegex(known, rf"(?m)(^|[\s,]){re.escape(option)}([\s,]|$)")

    def is_subcommand(self, help_text, word):
        part = re.split(r"(?m)^Subcommands:", help_text)
        return len(part) > 1 and re.search(rf"(?m)^  {re.escape(word)}\s", part[1]) is not None

    def is_flag(self, help_text, option):
        """A flag stands in the help without the name of a value's type behind it."""
        line = re.search(rf"(?m)^.*{re.escape(option)}(\s.*)?$", help_text)
        return line is not None and re.search(rf"{re.escape(option)}\s+(TEXT|UINT|INT|FLOAT)", line.group(0)) is None

    def help_of(self, program, path):
        return harness.run(harness.BIN / program, *path, "--help").stdout


if __name__ == "__main__":
    unittest.main(verbosity=2)
