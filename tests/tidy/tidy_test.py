#!/usr/bin/env python3
"""Holds the rules against the tree, and each rule against small samples that it must find."""
import unittest

import rules
import source_tree

TABLE = 'constexpr std::array k = {WireError{"known", 400, "T"}};'
# rule -> [(tree that breaks it, words of the complaint)]
BAD = {
    rules.layering: [
        ({"proto/a/a.h": '#include "index/store/store.h"\n'}, "proto may not know index/store/store.h"),
        ({"index/a.cc": '#include "ingest/x.h"\n'}, "index may not know ingest/x.h"),
        ({"ingest/a.cc": '#include "tests/x.h"\n'}, "ingest may not know tests/x.h"),
        ({"proto/evidence/a.proto": 'import "index/rows.proto";\n'}, "proto may not know"),
        ({"index/api/a.cc": "#include <rocksdb/db.h>\n"}, "only index/store/"),
        ({"ingest/inspect/pool.cc": "#include <libavutil/log.h>\n"}, "only ingest/inspect/inspector/"),
        ({"index/a.cc": '#include "a.h"\n'}, "include from the root"),
    ],
    rules.size: [
        ({"proto/a.cc": "//\n" * 401}, "over 400"),
        ({"deploy/run": "#!/bin/bash\n" + "\n" * 400}, "over 400"),
    ],
    rules.first_comment: [
        ({"proto/a.cc": "#include <x>\n"}, "says what"),
        ({"proto/a.h": "// A.\n"}, "pragma once"),
    ],
    rules.banned_calls: [
        ({"index/a.cc": "co_spawn(io, f(), asio::detached);"}, "detached"),
        ({"index/a.cc": "\n::fsync(fd);"}, "index/a.cc:2: only"),
        ({"index/a.cc": "fdatasync (fd);"}, "only"),
        ({"tests/a.cc": 'std::system("ls");'}, "no shell"),
        ({"tests/a.cc": 'popen("ls", "r");'}, "no shell"),
        ({"tests/a.cc": "std::this_thread::sleep_for(1s);"}, "sleep"),
        ({"tests/a.cc": "// It is slow.\nusleep(10);"}, "sleep"),
        ({"index/a.cc": "auto* p = new Thing();"}, "no new"),
        ({"index/a.cc": "delete p;"}, "no delete"),
        ({"index/a.cc": "delete[] p;"}, "no delete"),
        ({"tests/a.cc": "TEST(A, DISABLED_b) {}"}, "disabled"),
        ({"tests/a.cc": "GTEST_SKIP();"}, "says why"),
        ({"tests/a.cc": "#if 0\n#endif\n"}, "dead code"),
        ({"tests/a.cc": "int a;  // NOLINT\n"}, "names its check"),
    ],
    rules.readmes: [
        ({"index/store/CMakeLists.txt": "", "deploy/README.md": ""}, "index/store:1"),
        ({"index/README.md": ""}, "deploy:1"),
    ],
    rules.tokens: [
        ({rules.TABLE: TABLE, "index/a.cc": 'return fail(ErrorKind::kInvalid,\n "nobody", "m");'}, "token nobody"),
        ({rules.TABLE: TABLE, "index/a.cc": 'Error{ErrorKind::kInvalid, "nobody", "known"}'}, "token nobody"),
        ({rules.TABLE: TABLE, "index/a.cc": 'fail(ErrorKind::kInvalid, x ? "known" : "nobody", m)'}, "token nobody"),
        ({rules.TABLE: TABLE, "index/a.cc": '// "known"\n'}, "token known is used nowhere"),
    ],
    rules.unfinished: [
        ({"README.md": "TO" + "DO: write"}, "unfinished"),
        ({"deploy/a": "cd /ro" + "ot/x"}, "path of a machine"),
        ({"tests/package-lock.json": '"resol' + 'ved": "https://x"'}, "host of a registry"),
    ],
    rules.top_level: [({"utils/a.cc": ""}, "utils:1")],
    rules.listed: [
        ({"index/a.cc": "", "index/CMakeLists.txt": "b.cc"}, "no CMakeLists.txt lists it"),
        ({"tests/x/my_a.cc": "", "tests/x/a.cc": "", "tests/x/CMakeLists.txt": "my_a.cc"}, "tests/x/a.cc:1"),
    ],
    rules.cmake_tests: [({"tests/CMakeLists.txt": "PROPERTIES WILL_FAIL TRUE"}, "switched off")],
    rules.scripts: [({"deploy/x": "#!/usr/bin/env bash\nls\n"}, "pipefail")],
}
GOOD = {
    rules.layering: {"index/a.cc": '#include "proto/a.h"\n#include <vector>\n',
                     "index/store/b.cc": "#include <rocksdb/db.h>\n"},
    rules.size: {"proto/a.cc": "\n" * 400, "tests/vectors/long.txt": "\n" * 9999},
    rules.banned_calls: {
        "index/a.cc": 'A(const A&) = delete;\nstd::string s = "fsync(x) new thing";  // new, delete, detached\n'
                      "const char* raw = R\"(fsync(1) 'x)\";\nchar quote = '\"';\nauto n = 1'000'000;\n",
        "tests/b.cc": "// The kernel offers no event: sleeps because a lease of one second must run out.\n"
                      'sleep_for(1s);\nGTEST_SKIP() << "HANSOM_SHARED is not set";\n',
        "index/c.cc": "return std::unique_ptr<Store>(new Store(std::move(x)));",
        "index/d.cc": "#include <new>\nstd::unique_ptr<Spool> spool(new Spool(x));",
        "tests/c.cc": "usleep(10);  // the subject of the test\n",
        rules.SYNC_FILE: "::fsync(fd);",
    },
    rules.tokens: {rules.TABLE: TABLE, "index/a.cc": 'return fail(ErrorKind::kInvalid, "known", "other_words");'},
    rules.listed: {"index/store/a.cc": "", "index/CMakeLists.txt": "x store/a.cc)"},
    rules.unfinished: {"README.md": "todo lists; see https://example.org/home/page and ../shared"},
}


class Samples(unittest.TestCase):
    """Each rule can fail."""

    def test_every_rule_has_a_bad_sample(self):
        self.assertEqual(set(rules.RULES), set(BAD))

    def test_bad_samples_are_found(self):
        for rule, samples in BAD.items():
            for tree, words in samples:
                with self.subTest(rule=rule.__name__, words=words):
                    self.assertIn(words, "\n".join(rule(tree)))

    def test_good_samples_pass(self):
        for rule, tree in GOOD.items():
            with self.subTest(rule=rule.__name__):
                self.assertEqual(rule(tree), [])


class Tree(unittest.TestCase):
    """The tree keeps the rules."""

    @classmethod
    def setUpClass(cls):
        cls.tree = source_tree.read_tree()

    def test_the_tree_was_read(self):
        for path in (rules.TABLE, rules.SYNC_FILE, "CMakeLists.txt"):
            self.assertGreater(len(self.tree[path]), 1000)

    def test_rules(self):
        for rule in rules.RULES:
            with self.subTest(rule=rule.__name__):
                bad = rule(self.tree)
                self.assertEqual(bad, [], "\n" + "\n".join(bad))


if __name__ == "__main__":
    unittest.main()
