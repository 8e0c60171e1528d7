#!/usr/bin/env python3
"""Compares the trees of `reprise check --dump-ast` with those of a CPython 2.7.

    python3 tests/ast_dump/compare.py [--reprise target/debug/reprise] PYTHON2.7 FILE_OR_FOLDER…

Every .py, .pys and .pym file must give the same `ast.dump`, or the same error on the same line and column.
"""

import argparse
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def source_files(paths):
    for path in map(pathlib.Path, paths):
        if path.is_dir():
            for folder, folders, names in os.walk(path):
                folders.sort()
                for name in sorted(names):
                    if name.endswith((".py", ".pys", ".pym")):
                        yield os.path.join(folder, name)
        else:
            yield str(path)


def lines_of(command, files):
    """One line of output for every file."""
    result = subprocess.run(command, input="".join(f"{name}\n" for name in files).encode(), stdout=subprocess.PIPE)
    lines = result.stdout.decode("utf-8", "replace").split("\n")[:-1]
    if len(lines) != len(files):
        sys.exit(f"{command[0]} gave {len(lines)} lines for {len(files)} files (status {result.returncode})")
    return lines


def difference(ours, theirs):
    """Both texts around the first place where they differ."""
    at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
    start = max(0, at - 60)
    return f"    ours   …{ours[start:at + 60]}\n    theirs …{theirs[start:at + 60]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reprise", default="target/debug/reprise")
    parser.add_argument("--show", type=int, default=20, help="how many differences to show")
    parser.add_argument("python")
    parser.add_argument("paths", nargs="+")
    options = parser.parse_args()
    files = list(source_files(options.paths))
    same = errors = 0
    different = []
    for start in range(0, len(files), 200):
        batch = files[start:start + 200]
        theirs = lines_of([options.python, str(HERE / "dump_python2.py")], batch)
        ours = lines_of([options.reprise, "check", "--dump-ast", "-"], batch)
        for name, our_line, their_line in zip(batch, ours, theirs):
            if our_line == their_line:
                same += 1
                errors += our_line.startswith("!")
            else:
                different.append(name)
                if len(different) <= options.show:
                    print(f"{name}\n{difference(our_line, their_line)}")
    print(f"{len(files)} files: {same} identical ({errors} of them errors), {len(different)} different")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
