"""The shell around every page: of the storefront's files, and of the pages that functions write.

The shell names what differs: `{{name}}` within a line is text, `{{{name}}}` alone on a line is markup or nothing at all.
"""

import html
import re
import textwrap

from .fault import Fault

SHELL = "infra/theme/shell.html"

WORD = re.compile(r"(?<!\{)\{\{(?P<name>\w+)\}\}(?!\})")
LINE = re.compile(r"^(?P<indent> *)\{\{\{(?P<name>\w+)\}\}\}\n", re.MULTILINE)
# What a page of the storefront says itself; all the rest is the shell's.
OWN = re.compile(
    r"<!DOCTYPE html>\n(?P<note>(?:<!--[^\n]*-->\n)?)<html.*?"
    r"^  <title>(?P<title>[^\n]*)</title>\n(?P<meta>(?:  <meta name=\"(?:description|robots)\".*?>\n)*).*?"
    r"^  <main id=\"main\" class=\"(?P<width>\w+)\">\n(?P<content>.*?)^  </main>\n",
    re.MULTILINE | re.DOTALL,
)
# What stands for each name in `Page.swift`; the note to the seller is in files alone.
IN_SWIFT = {
    "note": "",
    "title": "windowTitle",
    "meta": "meta",
    "width": "width.rawValue",
    "content": "main",
    "wordmark": "site.wordmark",
    "home": "site.homeLabel",
    "imprint": "site.imprint",
}


def page(shell, file, text, catalog):
    """A page of the storefront: its own title, metadata and content, in the shell."""
    own = OWN.match(text)
    if own is None:
        raise Fault(f"{file} has no <title>, or no <main id=\"main\"> that begins and ends on a line of its own")
    seller = html.escape(catalog["shop"]["name"])
    around = {
        "wordmark": seller,
        "home": html.escape(catalog["products"][0]["name"]),
        "imprint": f"<p>Made and sold by {seller}</p>\n",
    }
    return filled(shell, own.groupdict() | around)


def in_swift(shell):
    """The property `document` of a `Page`: the shell as the literal of a `Markup`."""
    if "\\" in shell or '"""' in shell:
        raise Fault(f"{SHELL} has a backslash or three quotes, which a literal of Swift takes for its own")
    lines = {found["name"] for found in LINE.finditer(shell)}
    values = {name: value and f"\\({value})" + "\n" * (name in lines) for name, value in IN_SWIFT.items()}
    literal = textwrap.indent(f'"""\n{filled(shell, values)}\n"""\n', "    ")
    return textwrap.indent(f"private var document: Markup {{\n{literal}}}\n", "    ")


def filled(shell, values):
    """The shell with what stands for its names; a line for which nothing stands is left out."""

    def value(found):
        if found["name"] not in values:
            raise Fault(f"{SHELL} names {found['name']}, which no page has")
        return values[found["name"]]

    def line(found):
        return value(found) and found["indent"] + value(found)

    return WORD.sub(value, LINE.sub(line, shell))
