"""The rules of the tree that a robot can check. Each takes {path: text} and returns complaints, "path:line: words"."""
import posixpath
import re

from source_tree import blank, code_of, is_cpp, layer_of, line_of, without_comments

LAYERS = {  # who may include whom
    "proto": {"proto"},
    "index": {"proto", "index"},
    "ingest": {"proto", "index", "ingest"},
    "benchmarks": {"proto", "index", "ingest", "tests", "benchmarks"},
    "tests": {"proto", "index", "ingest", "tests"},
}
PRODUCT = ("proto", "index", "ingest")
ONLY_IN = {  # headers of these libraries, and the one room that may know them
    "rocksdb/": "index/store/",
    "libavcodec/": "ingest/inspect/inspector/",
    "libavformat/": "ingest/inspect/inspector/",
    "libavutil/": "ingest/inspect/inspector/",
    "libswscale/": "ingest/inspect/inspector/",
    "libswresample/": "ingest/inspect/inspector/",
}
LINES_MAX = 400
TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "benchmarks", "deploy", "index",
             "ingest", "proto", "tests"}
SYNC_FILE = "proto/base/durable_file.cc"
TABLE = "proto/http/wire_errors.cc"
THIS_ROOM = "tests/tidy/"
CMAKE = "CMakeLists.txt"

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
_IMPORT = re.compile(r'^import (")([^"]+)";', re.MULTILINE)
BANNED = [  # in code, comments and literals left out
    (r"\bdetached\b", "nothing is detached: every task has an owner"),
    (r"\b(?:fsync|fdatasync|syncfs|sync_file_range)\s*\(", f"only {SYNC_FILE} syncs"),
    (r"\b(?:system|popen)\s*\(", "no shell: posix_spawn with arguments"),
    (r"(?<!operator )\bnew\b(?!\s*[=.,])", "no new: values, unique_ptr, RAII"),
    (r"(?<!= )(?<!operator )\bdelete\b", "no delete: values, unique_ptr, RAII"),
    (r"\bDISABLED_", "no disabled tests"),
    (r"\bGTEST_SKIP\s*\(\s*\)\s*;", "a skipped test says why"),
    (r"^[ \t]*#[ \t]*if[ \t]+0\b", "dead code goes"),
]
# How a class with a private constructor is made: owned in the same expression.
_OWNED_NEW = re.compile(r"(?<=_ptr<)[^;{}()]*>\s*\w*\(\s*new\b")
_SLEEP = re.compile(r"\b(?:sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")
_SLEEP_REASON = re.compile(r"//.*\bsleeps? because\b")
_REASON_BESIDE = re.compile(r";\s*//(?:\s+\S+){3}")
# Written in two parts, so that this file does not find itself.
_MARKS = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
_MACHINE = re.compile(r"(?<![\w.-])/(?:wo" r"rk|ho" r"me|ro" r"ot|Us" r"ers)/\w|/tmp/pl" r"an\b")
_HOSTS = re.compile(r'"resolved":\s*"http|^deb\s+http|registry\.np' r"mjs|deb\.deb" r"ian\.org", re.MULTILINE)
_TOKEN_PLACE = re.compile(r"\bErrorKind::k\w+\s*,([^;{}]*?)(?:,|[;{}])", re.DOTALL)
_TOKEN = re.compile(r'"([a-z][a-z0-9_]*)"')
_TABLE_ROW = re.compile(r'\bWireError\{\s*"([a-z0-9_]+)"')


def _at(path, text, position, words):
    return f"{path}:{line_of(text, position)}: {words}"


def layering(tree):
    """proto knows nobody, index knows proto, ingest knows both; foreign libraries stay in their room."""
    bad = []
    for path, text in tree.items():
        layer = layer_of(path)
        if layer not in LAYERS or not path.endswith((".cc", ".h", ".proto")):
            continue
        pattern = _IMPORT if path.endswith(".proto") else _INCLUDE
        for hit in pattern.finditer(text):
            quote, target = hit.groups()
            top = layer_of(target)
            if quote == '"' and top in LAYERS and top not in LAYERS[layer]:
                bad.append(_at(path, text, hit.start(), f"{layer} may not know {target}"))
            elif quote == '"' and top not in LAYERS:
                bad.append(_at(path, text, hit.start(), f"include from the root: {target}"))
            for library, room in ONLY_IN.items():
                if target.startswith(library) and not path.startswith(room):
                    bad.append(_at(path, text, hit.start(), f"only {room} includes {target}"))
    return bad


def _is_script(path, text):
    return text.startswith("#!") or path.endswith((".py", ".sh", ".mjs", ".js"))


def size(tree):
    """A file does one thing in at most 400 lines."""
    return [f"{path}:{lines}: over {LINES_MAX} lines" for path, text in tree.items()
            if (is_cpp(path) or path.endswith(".proto") or _is_script(path, text))
            and (lines := text.count("\n")) > LINES_MAX]


def first_comment(tree):
    """A file begins by saying what it does."""
    bad = []
    for path, text in tree.items():
        if (is_cpp(path) or path.endswith(".proto")) and not text.startswith("// "):
            bad.append(f"{path}:1: the first line says what the file does")
        if path.endswith(".h") and "#pragma once" not in text:
            bad.append(f"{path}:1: #pragma once is missing")
    return bad


def banned_calls(tree):
    """Calls with one place or none."""
    bad = []
    for path, text in tree.items():
        if not is_cpp(path):
            continue
        code = _INCLUDE.sub(lambda hit: blank(hit.group()), code_of(text))
        code = _OWNED_NEW.sub(lambda hit: blank(hit.group()), code)
        for pattern, words in BANNED:
            if path == SYNC_FILE and SYNC_FILE in words:
                continue
            bad += [_at(path, code, hit.start(), words) for hit in re.finditer(pattern, code, re.MULTILINE)]
        lines = text.split("\n")
        for hit in _SLEEP.finditer(code):
            line = line_of(code, hit.start())
            said = any(_SLEEP_REASON.search(near) for near in lines[max(0, line - 4):line])
            if not said and not _REASON_BESIDE.search(lines[line - 1]):
                bad.append(f"{path}:{line}: a sleep hides a race; wait for the event, or say why beside it")
        bad += [_at(path, text, hit.start(), "NOLINT names its check")
                for hit in re.finditer(r"NOLINT(?:NEXTLINE|BEGIN)?(?![\w(])", text)]
    return bad


def readmes(tree):
    """Each folder that is built, and deploy, says why it exists."""
    folders = {posixpath.dirname(path) for path in tree
               if posixpath.basename(path) == CMAKE and layer_of(path) in (*PRODUCT, "benchmarks")}
    return [f"{folder}:1: README.md is missing" for folder in sorted(folders | {"deploy"})
            if f"{folder}/README.md" not in tree]


def tokens(tree):
    """Every token of an error stands in the table of wire errors, and every row is used."""
    table = set(_TABLE_ROW.findall(tree.get(TABLE, "")))
    bad, used = [], set()
    for path, text in tree.items():
        if layer_of(path) not in PRODUCT or not is_cpp(path):
            continue
        code = without_comments(text)
        rows = set(_TABLE_ROW.findall(code)) if path == TABLE else set()
        used |= {word for word in _TOKEN.findall(code) if word not in rows or code.count(f'"{word}"') > 1}
        for place in _TOKEN_PLACE.finditer(code):
            bad += [_at(path, code, place.start(), f"token {word} is not in {TABLE}")
                    for word in _TOKEN.findall(place.group(1)) if word not in table]
    return bad + [f"{TABLE}:1: token {word} is used nowhere" for word in sorted(table - used)]


def unfinished(tree):
    """No marks of unfinished work, no paths of a machine, no hosts of a registry."""
    bad = []
    for path, text in tree.items():
        if path == "LICENSE":
            continue
        for pattern, words in ((_MARKS, "unfinished mark"), (_MACHINE, "path of a machine"),
                               (_HOSTS, "host of a registry")):
            bad += [_at(path, text, hit.start(), words) for hit in pattern.finditer(text)]
    return bad


def top_level(tree):
    """The top level holds what the design names."""
    names = {layer_of(path) for path in tree}
    return [f"{name}:1: the top level does not hold this" for name in sorted(names - TOP_LEVEL)
            if not name.startswith(".")]


def listed(tree):
    """Every source is listed by hand in a CMakeLists.txt of its folder or one above: nothing is left out."""
    bad = []
    for path in tree:
        if not path.endswith(".cc"):
            continue
        folder, names = posixpath.dirname(path), []
        while folder:
            names.append(f"{folder}/{CMAKE}")
            folder = posixpath.dirname(folder)
        if not any(re.search(rf"(?<![\w.]){re.escape(posixpath.relpath(path, posixpath.dirname(name)))}\b",
                             tree[name]) for name in names if name in tree):
            bad.append(f"{path}:1: no {CMAKE} lists it")
    return bad


def cmake_tests(tree):
    """No test is switched off in CMake."""
    return [_at(path, text, hit.start(), "a test that is switched off")
            for path, text in tree.items() if path.endswith(CMAKE)
            for hit in re.finditer(r"\b(?:WILL_FAIL|DISABLED)\b", text)]


def scripts(tree):
    """Bash scripts stop at the first failure."""
    return [f"{path}:1: set -euo pipefail is missing" for path, text in tree.items()
            if text.startswith("#!") and "bash" in text.split("\n", 1)[0] and not re.search(r"^set -E?euo pipefail$", text, re.MULTILINE)]


RULES = [layering, size, first_comment, banned_calls, readmes, tokens, unfinished, top_level, listed, cmake_tests,
         scripts]
