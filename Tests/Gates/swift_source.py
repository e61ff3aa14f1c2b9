"""Swift source without its comments and texts, so that a gate sees code alone."""

import re

_IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)\n]*\))?[ \t]+)*"
    r"(?:(?:public|package|internal|fileprivate|private)[ \t]+)?"
    r"import[ \t]+(?:(?:struct|class|enum|protocol|func|var|let|typealias)[ \t]+)?(\w+)",
    re.MULTILINE,
)
_FUNCTION = re.compile(r"\bfunc[ \t]+([^\s(<]+)|\b(init)[?!]?(?=[ \t]*[(<])")
# What begins another declaration, so that a function before it has no body.
_DECLARATION = re.compile(r"\n[ \t]*(?:@\w+[ \t\n]+)*(?:(?:package|private|fileprivate|static|mutating)[ \t]+)*(?:func|var|let|init|case)\b")
_LITERAL_START = re.compile(r'(#*)("""|")')


def imports(code):
    """The modules that blanked source imports, each with its line."""
    return [(match[1], code.count("\n", 0, match.start(1)) + 1) for match in _IMPORT.finditer(code)]


def functions(code):
    """The functions and initialisers of blanked source, each with its name, its first line and its number of lines."""
    found = []
    for match in _FUNCTION.finditer(code):
        body = _body(code, match.end())
        if body:
            first = code.count("\n", 0, match.start()) + 1
            found.append((match[1] or match[2], first, code.count("\n", match.start(), body) + 1))
    return found


def _body(code, at):
    """Where the body that begins behind a function's name ends; `None` when it has none, as in a protocol."""
    depth = 0
    for end in range(at, len(code)):
        character = code[end]
        if depth == 0 and (character == "}" or _DECLARATION.match(code, end)):
            return None
        if character in "({[":
            if character == "{" and depth == 0:
                return _closing(code, end)
            depth += 1
        elif character in ")}]":
            depth -= 1
    return None


def _closing(code, at):
    depth = 0
    for end in range(at, len(code)):
        depth += (code[end] == "{") - (code[end] == "}")
        if depth == 0:
            return end
    return None


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
