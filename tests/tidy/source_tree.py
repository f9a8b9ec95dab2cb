"""The tree that the rules look at: the text of every file, and C++ text without comments and strings."""
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT_BYTES_MAX = 1 << 20


def read_tree(root=ROOT):
    """Path relative to the root -> text, of every file that is tracked or could be; binary and large ones as ''."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z", "--cached",
         "--others", "--exclude-standard"], capture_output=True)
    if listed.returncode == 0:
        paths = [root / name for name in listed.stdout.decode().split("\0") if name]
    else:  # an unpacked archive has no .git
        paths = [path for path in root.rglob("*")
                 if not path.relative_to(root).parts[0].startswith((".build", "site"))]
    return {str(path.relative_to(root)): text_of(path) for path in paths if path.is_file()}


def text_of(path):
    if path.stat().st_size > TEXT_BYTES_MAX:
        return ""
    data = path.read_bytes()
    try:
        return "" if b"\0" in data else data.decode()
    except UnicodeDecodeError:
        return ""


# One pass over C++: comments, raw strings, strings and characters, in the order a compiler would see them.
_NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.DOTALL)


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def code_of(text):
    """C++ with comments and the contents of literals blanked; lines and columns stay."""
    return _NOT_CODE.sub(lambda hit: blank(hit.group()), text)


def without_comments(text):
    """C++ with comments blanked and literals kept."""
    return _NOT_CODE.sub(
        lambda hit: blank(hit.group()) if hit.group().startswith(("//", "/*")) else hit.group(), text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def is_cpp(path):
    return path.endswith((".cc", ".h"))


def layer_of(path):
    return path.split("/", 1)[0]
