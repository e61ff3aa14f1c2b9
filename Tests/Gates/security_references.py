"""Whether the files, headings and tests that a document names are there."""

import re

SEPARATOR = " | "
TEST_MARK = " :: "

_SWIFT_TEST = re.compile(r'@Test\(\s*"((?:[^"\\]|\\.)*)"')
_PYTHON_TEST = re.compile(r"^\s*(?:async )?def (test_\w+)\(", re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def listed(cell):
    """The parts of a cell that holds several names."""
    return [part.strip() for part in cell.split(SEPARATOR.strip()) if part.strip()]


class References:
    """The files of a repository, read once each."""

    def __init__(self, root):
        self._root = root
        self._names = {}

    def missing_file(self, name):
        """What is wrong with `path` or `path#Heading`; nothing when it is there."""
        path, _, heading = name.partition("#")
        file = self._root / path
        if not path or not file.is_file() and not file.is_dir():
            return f"there is no {path or 'file without a name'}"
        if heading and heading not in _HEADING.findall(file.read_text(encoding="utf-8")):
            return f"{path} has no heading «{heading}»"
        return None

    def missing_test(self, name):
        """What is wrong with `path :: the test's sentence or function`; nothing when it is there."""
        path, mark, test = name.partition(TEST_MARK)
        if not mark or not path.startswith("Tests/"):
            return f"«{name}» is no test: write Tests/…{TEST_MARK}its sentence or its function's name"
        if not (self._root / path).is_file():
            return f"there is no {path}"
        if test not in self._tests(path):
            return f"{path} has no test «{test}»"
        return None

    def _tests(self, path):
        if path not in self._names:
            source = (self._root / path).read_text(encoding="utf-8")
            names = _PYTHON_TEST.findall(source) if path.endswith(".py") else _SWIFT_TEST.findall(source)
            self._names[path] = {name.replace('\\"', '"') for name in names}
        return self._names[path]
