"""The promises of the storefront's pages, checked without a browser.

Run with `python3 -m unittest discover -s Tests/Storefront` after `pip install -r Tests/requirements.txt`.
"""

import functools
import json
import pathlib
import re
import unittest
import xml.etree.ElementTree as ElementTree

import html5lib

ROOT = pathlib.Path(__file__).resolve().parents[2]
STOREFRONT = ROOT / "Functions" / "Storefront"
STYLES = STOREFRONT / "styles.css"
CATALOG = ROOT / "infra" / "local" / "catalog.json"

# The paths behind the pages that functions answer, with the only fields that each form may send.
FORMS = {"/checkout": {"product", "quantity", "email"}, "/orders/resend": {"email"}}
LEGAL = {"terms", "privacy", "refunds", "license-agreement"}
UNLISTED = {"success", "cancel", "404", "4xx", "50x"}
PAGES = LEGAL | UNLISTED | {"index", "lost-email", "faq", "support"}
PAGE_WEIGHT = 50_000

# Which text stands on which ground; `--edge` and `--focus` draw lines, for which 3 is enough.
TEXT_PAIRS = [
    *[(text, ground) for text in ("ink", "muted", "accent", "accent-strong") for ground in ("page", "surface")],
    ("on-error", "page"), ("on-error", "surface"), ("on-accent", "accent"), ("on-accent", "accent-strong"),
    ("on-info", "info"), ("on-warning", "warning"), ("on-error", "error"),
]
LINE_PAIRS = [(line, ground) for line in ("edge", "focus") for ground in ("page", "surface")]


class Page:
    """One page, parsed as a browser does; `faults` is what a browser would silently mend."""

    def __init__(self, path):
        self.name = path.stem
        self.source = path.read_text(encoding="utf-8")
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        tree = parser.parse(self.source)
        self.faults = parser.errors
        self.elements = [element for element in tree.iter() if isinstance(element.tag, str)]

    def all(self, *tags):
        return [element for element in self.elements if element.tag in tags]

    def meta(self, name):
        return next((element.get("content") for element in self.all("meta") if element.get("name") == name), "")

    def ids(self):
        return [element.get("id") for element in self.elements if element.get("id") is not None]

    def classes(self):
        return {name for element in self.elements for name in element.get("class", "").split()}

    def assets(self):
        """The addresses of what a browser loads by itself."""
        addresses = [element.get("src") for element in self.elements if element.get("src") is not None]
        addresses += [link.get("href") for link in self.all("link")]
        for element in self.elements:
            addresses += [part.split()[0] for part in element.get("srcset", "").split(",") if part.strip()]
        return addresses

    def links(self):
        return [anchor.get("href") for anchor in self.all("a")]


def text(element):
    return " ".join("".join(element.itertext()).split())


def served_file(address):
    """The file that nginx answers with (`try_files $uri $uri.html`), or None."""
    path = address.partition("#")[0].lstrip("/") or "index.html"
    return next((file for file in (STOREFRONT / path, STOREFRONT / f"{path}.html") if file.is_file()), None)


def styles_assets():
    """The files that the stylesheet loads."""
    addresses = re.findall(r"url\(\"?([^\")]*)\"?\)", STYLES.read_text(encoding="utf-8"))
    return {served_file(address) for address in addresses}


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def on_every_page(test):
    """Runs the test once for each page and reports each by its name."""

    @functools.wraps(test)
    def run(self):
        for page in self.pages:
            with self.subTest(page=page.name):
                test(self, page)

    return run


class PageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = sorted(STOREFRONT.glob("*.html"))
        cls.pages = [Page(path) for path in cls.files]
        cls.by_name = {page.name: page for page in cls.pages}

    def test_the_shop_has_exactly_these_pages(self):
        self.assertEqual({path.stem for path in self.files}, PAGES)

    @on_every_page
    def test_every_page_is_well_formed(self, page):
        self.assertEqual(page.faults, [])

    @on_every_page
    def test_every_page_says_what_it_is(self, page):
        self.assertEqual(page.all("html")[0].get("lang"), "en")
        self.assertEqual([bool(text(title)) for title in page.all("title")], [True])
        self.assertIn("width=device-width", page.meta("viewport"))
        self.assertTrue(40 <= len(page.meta("description")) <= 160, page.meta("description"))
        self.assertEqual(page.meta("robots") == "noindex", page.name in UNLISTED)

    def test_no_two_pages_share_a_title_or_a_description(self):
        titles = [text(page.all("title")[0]) for page in self.pages]
        descriptions = [page.meta("description") for page in self.pages]
        self.assertEqual(len(set(titles)), len(self.pages))
        self.assertEqual(len(set(descriptions)), len(self.pages))

    @on_every_page
    def test_every_page_has_one_main_heading_and_skips_no_level(self, page):
        levels = [int(heading.tag[1]) for heading in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
        self.assertEqual(levels[0], 1)
        self.assertEqual(levels.count(1), 1)
        for above, below in zip(levels, levels[1:]):
            self.assertLessEqual(below, above + 1)

    @on_every_page
    def test_the_first_link_skips_to_the_content(self, page):
        first = page.all("a")[0]
        self.assertEqual((first.get("class"), first.get("href")), ("skip", "#main"))
        self.assertEqual([main.get("id") for main in page.all("main")], ["main"])

    def test_every_page_has_the_same_header_and_footer(self):
        for part in ("header", "footer"):
            copies = {re.search(f"<{part} .*?</{part}>", page.source, re.DOTALL).group() for page in self.pages}
            self.assertEqual(len(copies), 1, f"the {part} differs between pages")

    @on_every_page
    def test_identifiers_are_unique_and_references_to_them_resolve(self, page):
        ids = page.ids()
        self.assertEqual(len(ids), len(set(ids)))
        for attribute in ("for", "aria-labelledby", "aria-describedby"):
            for element in page.elements:
                self.assertLessEqual(set(element.get(attribute, "").split()), set(ids))

    @on_every_page
    def test_every_link_leads_somewhere(self, page):
        for address in page.links():
            if address.startswith("#"):
                self.assertIn(address[1:], page.ids())
            elif address.startswith("/"):
                self.assert_served(address)
            else:
                self.assertRegex(address, r"^(https://|mailto:support@genx\.example$)")

    def assert_served(self, address):
        file = served_file(address)
        self.assertIsNotNone(file, f"nothing is served at {address}")
        self.assertFalse(address.endswith(".html"), f"{address} shows its extension")
        fragment = address.partition("#")[2]
        if fragment:
            self.assertIn(fragment, self.by_name[file.stem].ids())

    @on_every_page
    def test_every_asset_is_ours_and_exists(self, page):
        for address in page.assets():
            self.assertRegex(address, r"^/[^/]", "an asset has an absolute path on this site")
            self.assertIsNotNone(served_file(address), f"nothing is served at {address}")

    @on_every_page
    def test_nothing_needs_inline_scripts_or_styles(self, page):
        self.assertEqual(page.all("script", "style", "iframe", "object", "embed", "base"), [])
        for element in page.elements:
            self.assertFalse([name for name in element.keys() if name == "style" or name.startswith("on")])
        self.assertNotIn("javascript:", page.source.lower())

    @on_every_page
    def test_every_image_has_a_text_alternative_and_a_size(self, page):
        for image in page.all("img"):
            self.assertIsNotNone(image.get("alt"), image.get("src"))
            self.assertTrue(image.get("width") and image.get("height"), image.get("src"))

    @on_every_page
    def test_every_visible_field_has_a_label(self, page):
        labels = {label.get("for") for label in page.all("label") if text(label)}
        for field in page.all("input", "select", "textarea"):
            if field.get("type") != "hidden":
                self.assertIn(field.get("id"), labels)

    @on_every_page
    def test_every_form_posts_known_fields_to_a_function(self, page):
        for form in page.all("form"):
            self.assertEqual(form.get("method"), "post")
            names = {field.get("name") for field in form.iter("input")}
            self.assertEqual(names, FORMS[form.get("action")])
            self.assertEqual([button.get("type") for button in form.iter("button")], ["submit"])

    def test_both_forms_are_where_they_belong(self):
        actions = [(page.name, form.get("action")) for page in self.pages for form in page.all("form")]
        self.assertEqual(actions, [("index", "/checkout"), ("lost-email", "/orders/resend")])

    def test_the_quantity_goes_from_1_to_25(self):
        field = next(field for field in self.by_name["index"].all("input") if field.get("name") == "quantity")
        self.assertEqual([field.get(name) for name in ("type", "min", "max", "value")], ["number", "1", "25", "1"])

    @on_every_page
    def test_only_the_product_page_names_a_price_and_only_once(self, page):
        mentions = re.findall(r"\bUSD\b|[$€£]", page.source)
        self.assertEqual(mentions, ["USD"] if page.name == "index" else [])

    @on_every_page
    def test_legal_pages_tell_the_seller_to_have_them_checked(self, page):
        has_note = page.source.startswith("<!DOCTYPE html>\n<!-- For the seller: ")
        self.assertEqual(has_note, page.name in LEGAL)

    @on_every_page
    def test_a_page_weighs_less_than_50_kB(self, page):
        files = {served_file(address) for address in page.assets()} | styles_assets()
        weight = len(page.source.encode()) + sum(file.stat().st_size for file in files)
        self.assertLess(weight, PAGE_WEIGHT)


class CatalogTests(unittest.TestCase):
    def setUp(self):
        self.page = Page(STOREFRONT / "index.html")
        if not CATALOG.is_file():
            self.fail(f"{CATALOG.relative_to(ROOT)} is missing: the page's price has nothing to be compared with")
        slug = next(field.get("value") for field in self.page.all("input") if field.get("name") == "product")
        products = json.loads(CATALOG.read_text(encoding="utf-8"))["products"]
        self.product = next((product for product in products if product["slug"] == slug), None)
        self.assertIsNotNone(self.product, f"the catalog has no product {slug}")

    def test_the_price_is_the_catalogs(self):
        prices = {(price["unit_amount"], price["currency"].upper()) for price in self.product["prices"]}
        shown = self.page.all("data")
        self.assertEqual(len(shown), 1, "the price stands in one place")
        amount, currency = text(shown[0]).split()
        self.assertRegex(amount, r"^\d+\.\d\d$")
        self.assertIn((int(shown[0].get("value")), currency), prices)
        self.assertEqual(int(amount.replace(".", "")), int(shown[0].get("value")))

    def test_the_name_and_the_keys_prefix_are_the_catalogs(self):
        self.assertEqual(text(self.page.all("h1")[0]), self.product["name"])
        self.assertIn(f"{self.product['key_prefix']}-XXXX-XXXX-XXXX", self.page.source)


class StyleTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        source = STYLES.read_text(encoding="utf-8")
        cls.guide = re.match(r"/\*.*?\*/", source, re.DOTALL).group()
        cls.rules = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
        cls.defined = set(re.findall(r"\.([a-z][a-z-]*)", re.sub(r"\{[^{}]*\}|\"[^\"]*\"", "{}", cls.rules)))

    def test_every_class_on_a_page_is_styled(self):
        for path in STOREFRONT.glob("*.html"):
            with self.subTest(page=path.stem):
                self.assertLessEqual(Page(path).classes(), self.defined)

    def test_the_guide_names_every_class_and_no_other(self):
        self.assertEqual(set(re.findall(r"\.([a-z][a-z-]*)", self.guide)), self.defined)

    def test_the_styles_load_nothing_from_elsewhere(self):
        self.assertNotIn("@import", self.rules)
        self.assertNotIn(None, styles_assets())

    def test_text_has_the_contrast_of_level_AA_in_light_and_dark(self):
        schemes = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in self.colour_blocks()]
        self.assertEqual(len(schemes), 2)
        for scheme, colours in zip(("light", "dark"), schemes):
            for pairs, least in ((TEXT_PAIRS, 4.5), (LINE_PAIRS, 3)):
                for front, ground in pairs:
                    with self.subTest(scheme=scheme, front=front, ground=ground):
                        self.assertGreaterEqual(contrast(colours[front], colours[ground]), least)

    def colour_blocks(self):
        return re.findall(r":root \{(.*?)\}", self.rules, re.DOTALL)


class DrawingTests(unittest.TestCase):
    def test_drawings_are_inert_and_load_nothing(self):
        for path in STOREFRONT.rglob("*.svg"):
            with self.subTest(drawing=path.name):
                tags = {element.tag.partition("}")[2] for element in ElementTree.parse(path).iter()}
                self.assertLessEqual(tags, {"svg", "title", "rect", "circle", "path", "g", "text"})
                self.assertIsNone(re.search(r"href|url\(|style=|\bon[a-z]+=", path.read_text(encoding="utf-8")))

    def test_every_file_is_text_that_something_uses(self):
        used = {served_file(address) for path in STOREFRONT.glob("*.html") for address in Page(path).assets()}
        used |= styles_assets()
        files = {path for path in STOREFRONT.rglob("*") if path.suffix in {".svg", ".css"}}
        self.assertEqual(files, used)
        others = {path.name for path in STOREFRONT.rglob("*") if path.is_file()} - {path.name for path in files}
        self.assertEqual(others, {f"{name}.html" for name in PAGES} | {"robots.txt"})


if __name__ == "__main__":
    unittest.main()
