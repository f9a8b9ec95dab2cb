#!/usr/bin/env python3
"""Runs clang-tidy over the translation units a change touches, or over all of them.

A changed header is checked through one unit that includes it: its own .cc, else the first that needs it. A unit whose
preprocessed text, configuration and tool have passed before is not checked again (cache: ~/.cache/hansom-tidy).
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIDY = "clang-tidy-14"
ROOMS = ("proto", "index", "ingest", "benchmarks", "tests")


def git(*arguments):
    """Lines of a git command, whoever owns the tree."""
    command = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def our_units(build):
    """Relative path of each of our .cc files -> its entry of compile_commands.json."""
    units = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if path.suffix == ".cc" and path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in ROOMS:
            units.setdefault(str(path.relative_to(ROOT)), entry)
    return units


def changed_files(base):
    """Files that differ from `base` in the work tree, new ones included."""
    return set(git("diff", "--name-only", "--diff-filter=d", base)) | set(
        git("ls-files", "--others", "--exclude-standard"))


def includes_of(path, seen):
    """The headers of ours that a file includes, directly or not."""
    for line in (ROOT / path).read_text(errors="replace").splitlines():
        if line.startswith('#include "'):
            header = line.split('"')[1]
            if header not in seen and (ROOT / header).is_file():
                seen.add(header)
                includes_of(header, seen)
    return seen


def units_of_change(units, changed):
    """The units to check for these changed files."""
    chosen = {path for path in units if path in changed}
    headers = sorted(path for path in changed if path.endswith(".h"))
    if not headers:
        return chosen
    reach = {path: includes_of(path, set()) for path in sorted(units)}
    for header in headers:
        own = header.removesuffix(".h") + ".cc"
        users = [own] if own in units else [path for path in reach if header in reach[path]]
        if users and not chosen.intersection(path for path in reach if header in reach[path]):
            chosen.add(users[0])
    return chosen


def without_precompiled(build):
    """A folder with a compile_commands.json whose units stand on their own includes: another compiler's precompiled
    header is no use to clang-tidy, and hides a missing #include."""
    entries = json.loads((build / "compile_commands.json").read_text())
    for entry in entries:
        words = shlex.split(entry["command"])
        while any(word.endswith("cmake_pch.hxx") for word in words):
            at = next(i for i, word in enumerate(words) if word.endswith("cmake_pch.hxx"))
            del words[at - 1:at + 1]
        words = [word for word in words if word not in ("-Winvalid-pch", "-fpch-preprocess")]
        entry["command"] = shlex.join([*words, "-Wno-unknown-warning-option"])
    folder = build / "clang-tidy"
    folder.mkdir(exist_ok=True)
    (folder / "compile_commands.json").write_text(json.dumps(entries))
    return folder


def fingerprint(entry, fixed):
    """What the verdict on a unit depends on: its preprocessed text with comments, the rules, the tool; not where the
    tree lies."""
    command = shlex.split(entry["command"])
    if "-o" in command:
        at = command.index("-o")
        del command[at:at + 2]
    command = command[next(i for i, word in enumerate(command) if word.endswith("++")):]
    command.remove("-c")
    done = subprocess.run([*command, "-E", "-C", "-P"], cwd=entry["directory"], capture_output=True)
    if done.returncode != 0:
        return None
    text = done.stdout.replace(entry["directory"].encode(), b"").replace(str(ROOT).encode(), b"")
    return hashlib.sha256(fixed + text).hexdigest()


def check(path, entry, build, cache, fixed):
    """Returns (path, verdict, output, seconds); verdict is passed, cached or failed."""
    before = time.monotonic()
    key = fingerprint(entry, fixed)
    if key and (cache / key).exists():
        return path, "cached", "", time.monotonic() - before
    done = subprocess.run([TIDY, "-p", str(build), "--quiet", str(ROOT / path)],
                          capture_output=True, text=True)
    if done.returncode == 0 and key:
        (cache / key).touch()
    verdict = "passed" if done.returncode == 0 else "failed"
    return path, verdict, done.stdout + done.stderr, time.monotonic() - before


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--base", help="commit to compare with; without it everything is checked")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def main():
    asked = arguments()
    build = without_precompiled(asked.build.resolve())
    units = our_units(build)
    chosen = units_of_change(units, changed_files(asked.base)) if asked.base else set(units)
    print(f"clang-tidy: {len(chosen)} of {len(units)} units"
          + (f", changed since {asked.base[:12]}" if asked.base else ""), flush=True)
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache",
                         "hansom-tidy")
    cache.mkdir(parents=True, exist_ok=True)
    version = subprocess.run([TIDY, "--version"], check=True, capture_output=True).stdout
    fixed = version + (ROOT / ".clang-tidy").read_bytes()
    count = {"passed": 0, "cached": 0, "failed": 0}
    with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
        running = [pool.submit(check, path, units[path], build, cache, fixed)
                   for path in sorted(chosen)]
        for number, future in enumerate(concurrent.futures.as_completed(running), 1):
            path, verdict, output, seconds = future.result()
            count[verdict] += 1
            if verdict != "cached":
                print(f"  [{number}/{len(chosen)}] {verdict} {path} ({seconds:.1f} s)", flush=True)
            if verdict == "failed":
                print(output, flush=True)
    print("clang-tidy: " + ", ".join(f"{n} {word}" for word, n in count.items()), flush=True)
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
