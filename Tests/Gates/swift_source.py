"""Swift source without its comments and texts, so that a gate sees code alone."""

import re

_IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)\n]*\))?[ \t]+)*"
    r"(?:(?:public|package|internal|fileprivate|private)[ \t]+)?"
    r"import[ \t]+(?:(?:struct|class|enum|protocol|func|var|let|typealias)[ \t]+)?(\w+)",
    re.MULTILINE,
)
# What begins a declaration whose body is code, and what begins one whose body is declarations.
_DECLARATION = re.compile(r"\b(?:func[ \t]+([^\s(<]+)|(init|deinit|subscript)\b|(?:var|let)[ \t]+(\w+))")
_TYPE = re.compile(r"\b(?:struct|class|enum|actor|protocol|extension)[ \t]+\w[^(){}]*$")
_LITERAL_START = re.compile(r'(#*)("""|")')


def imports(code):
    """The modules that blanked source imports, each with its line."""
    return [(match[1], code.count("\n", 0, match.start(1)) + 1) for match in _IMPORT.finditer(code)]


def functions(code):
    """What has a body of code in blanked source (functions, initialisers, computed properties, closures kept in one).

    Each with its name, its first line and its number of lines, from the declaration to the end of its body.
    """
    found, at, since = [], 0, 0
    while (at := _next_brace(code, at)) is not None:
        if code[at] == "{" and not _TYPE.search(code, since, at):
            end = _closing(code, at)
            start = max(_DECLARATION.finditer(code, since, at), key=lambda match: match.start(), default=None)
            if start:
                first = code.count("\n", 0, start.start()) + 1
                name = start[1] or start[2] or start[3]
                found.append((name, first, code.count("\n", start.start(), end) + 1))
            at = end
        at += 1
        since = at
    return found


def _next_brace(code, at):
    found = re.compile(r"[{}]").search(code, at)
    return found and found.start()


def _closing(code, at):
    depth = 0
    for end in range(at, len(code)):
        depth += (code[end] == "{") - (code[end] == "}")
        if depth == 0:
            return end
    return len(code) - 1


def blanked(source):
    """The source with comments and literal text as spaces; lines stay where they are.

    Code inside an interpolation stays, for it is code.
    """
    out, end = [], 0
    while end < len(source):
        end = _copy_code(source, end, out, closing=None)
    return "".join(out)


def literals(source):
    """The source's literal text alone, with everything else as spaces; lines stay where they are."""
    shown = zip(_without_comments(source), blanked(source))
    return "".join(text if code in " \n" else " " for text, code in shown)


def _without_comments(source):
    """The source with comments alone as spaces."""
    out, at = [], 0
    while at < len(source):
        literal = _LITERAL_START.match(source, at)
        if source.startswith("//", at) or source.startswith("/*", at):
            at = _skip_comment(source, at, out)
        elif literal:
            end = _skip_literal(source, literal, [])
            out.append(source[at:end])
            at = end
        else:
            out.append(source[at])
            at += 1
    return "".join(out)


def _copy_code(source, at, out, closing):
    """Copies code up to the parenthesis that closes an interpolation, or to the end."""
    depth = 0
    while at < len(source):
        literal = _LITERAL_START.match(source, at)
        if source.startswith("//", at) or source.startswith("/*", at):
            at = _skip_comment(source, at, out)
        elif literal:
            at = _skip_literal(source, literal, out)
        else:
            character = source[at]
            depth += (character == "(") - (character == ")")
            out.append(character)
            at += 1
            if closing and depth < 0:
                return at
    return at


def _skip_comment(source, at, out):
    if source.startswith("//", at):
        end = source.find("\n", at)
        end = len(source) if end < 0 else end
    else:
        end = _end_of_block_comment(source, at)
    out.append(_spaces(source[at:end]))
    return end


def _end_of_block_comment(source, at):
    depth = 0
    while at < len(source):
        if source.startswith("/*", at):
            depth, at = depth + 1, at + 2
        elif source.startswith("*/", at):
            depth, at = depth - 1, at + 2
            if depth == 0:
                return at
        else:
            at += 1
    return at


def _skip_literal(source, start, out):
    hashes, quote = start[1], start[2]
    escape, end_mark = "\\" + hashes, quote + hashes
    out.append(_spaces(start[0]))
    at = start.end()
    while at < len(source):
        if source.startswith(escape + "(", at):
            out.append(" " * (len(escape) + 1))
            at = _copy_code(source, at + len(escape) + 1, out, closing=")")
        elif source.startswith(escape, at):
            out.append(_spaces(source[at : at + len(escape) + 1]))
            at += len(escape) + 1
        elif source.startswith(end_mark, at):
            out.append(" " * len(end_mark))
            return at + len(end_mark)
        else:
            out.append(_spaces(source[at]))
            at += 1
    return at


def _spaces(text):
    return re.sub(r"[^\n]", " ", text)
