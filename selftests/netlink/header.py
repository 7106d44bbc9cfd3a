# SPDX-License-Identifier: GPL-2.0
"""What uapi/linux/mcr.h says, in code and comments, and what the manual says."""

import os
import re
import shutil
import subprocess
import tempfile

from spec import TREE


class Doc:
    """What a comment of the header says of an attribute.

    kind is the type as it is written: "u32", "string", "nest", ...; about is
    the enum it speaks of; limits are (min, max) where given; most is the name
    of the constant that bounds a string.
    """

    def __init__(self, text, inherited_kind, all_read_only):
        words = text
        self.read_only = all_read_only or words.startswith("(r) ")
        words = words[4:] if words.startswith("(r) ") else words
        kind = re.match(r"(u8|u16|u32|u64 array|u64|string|flag|nest|"
                        r"4 or 16 bytes)\b",
                        words)
        self.kind = kind.group(1) if kind else inherited_kind
        if words.startswith("padding"):
            self.kind = "pad"
        enum = re.match(r"\w+ of enum (\w+)", words)
        self.about = enum.group(1) if enum else None
        limits = re.match(r"\w+, (\d+)-(\d+)\b", words)
        self.limits = tuple(map(int, limits.groups())) if limits else None
        most = re.search(r"of at most (MCR_\w+) bytes", words)
        self.most = most.group(1) if most else None
        self.multi = "may be repeated" in words
        self.never_0 = "never 0" in words


class Header:
    """The header's constants by its text alone, and its comments on them."""

    def __init__(self, text):
        self.text = text
        code = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
        self.constants = {}
        self.enums = {}
        for name, value in re.findall(r"^#define\s+(\w+)[ \t]+(\S.*?)\s*$",
                                      code, flags=re.M):
            self.constants[name] = _value(value)
        for name, body in re.findall(r"enum (\w+) \{(.*?)\};", code,
                                     flags=re.S):
            self.enums[name] = self._enum(body)
            self.constants.update(self.enums[name])
        self.docs = self._docs()

    @staticmethod
    def _enum(body):
        values = {}
        value = -1
        for entry in filter(None, (e.strip() for e in body.split(","))):
            name, _, given = (p.strip() for p in entry.partition("="))
            minus = re.fullmatch(r"(\w+) - (\d+)", given)
            if minus:
                value = values[minus.group(1)] - int(minus.group(2))
            elif given:
                value = int(given, 0)
            else:
                value += 1
            values[name] = value
        return values

    def _docs(self):
        """{enum: {constant: Doc}} from the kernel-doc comments."""
        docs = {}
        for body in re.findall(r"/\*\*\n(.*?)\*/", self.text, flags=re.S):
            lines = [re.sub(r"^ \*\s?", "", x) for x in body.splitlines()]
            head = re.match(r"enum (\w+) - (.*)", lines[0])
            whole = re.search(r"\(r\)", head.group(2))
            kind = re.search(r"\(r\) (u\d+) attributes", head.group(2))
            entries = {}
            last = None
            for line in lines[1:]:
                entry = re.match(r"@(\w+): (.*)", line)
                if entry:
                    last = entry.group(1)
                    entries[last] = entry.group(2)
                elif line.strip() and last and line[0].isspace():
                    entries[last] += " " + line.strip()
                else:
                    last = None
            docs[head.group(1)] = {
                name: Doc(text, kind.group(1) if kind else None, bool(whole))
                for name, text in entries.items()}
        return docs


class Manual:
    """What Documentation/netlink/protocol.md says of the commands.

    commands is {command: attributes its part speaks of}; replies_like is
    {command: others whose reply is its reply, too}.
    """

    def __init__(self, text):
        self.text = text
        parts = re.search(r"^## Commands\n(.*?)^## ", text,
                          flags=re.S | re.M).group(1)
        self.commands = {}
        self.replies_like = {}
        for part in re.split(r"^### ", parts, flags=re.M)[1:]:
            name = re.match(r"\w+", part).group(0)
            if not name.startswith("MCR_CMD_"):
                continue
            self.commands[name] = set(re.findall(r"\bMCR_A_\w+", part))
            self.replies_like[name] = set(re.findall(
                r"\bas `(MCR_CMD_\w+)`\s+shows\s+it", part))


def _value(text):
    if text.startswith('"'):
        return text.strip('"')
    return int(text, 0)


def compiled(text, names):
    """The values of constants as a C compiler sees them; None without one."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler:
        return None
    lines = ["#include <stdio.h>", text,
             "#define SAY(x) _Generic((x), char *: say_text, "
             "default: say_number)(#x, (x))",
             "static void say_text(const char *n, const char *v)",
             '{ printf("%s \\"%s\\"\\n", n, v); }',
             "static void say_number(const char *n, long v)",
             '{ printf("%s %ld\\n", n, v); }',
             "int main(void) {"]
    lines += ["SAY(%s);" % name for name in sorted(names)]
    lines += ["return 0; }"]
    with tempfile.TemporaryDirectory() as where:
        source = os.path.join(where, "constants.c")
        program = os.path.join(where, "constants")
        with open(source, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        subprocess.run([compiler, "-I", os.path.join(TREE, "uapi"), "-o",
                        program, source], check=True)
        output = subprocess.run([program], check=True, text=True,
                                stdout=subprocess.PIPE).stdout
    values = {}
    for line in output.splitlines():
        name, _, value = line.partition(" ")
        values[name] = _value(value)
    return values


def names_by_compiler(text):
    """The names that a preprocessor and a parser of its output would see.

    What the text parser might miss: every #define by `cpp -dM`, and every
    identifier inside an enum of `cpp -P`.
    """
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler:
        return None
    defines = subprocess.run([compiler, "-E", "-dM", "-x", "c", "-"],
                             input=text, check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    flat = subprocess.run([compiler, "-E", "-P", "-x", "c", "-"], input=text,
                          check=True, text=True, stdout=subprocess.PIPE).stdout
    names = set(re.findall(r"^#define (_*MCR_\w+) \S", defines, flags=re.M))
    return names | set(re.findall(r"\b_*MCR_\w+", flat))
