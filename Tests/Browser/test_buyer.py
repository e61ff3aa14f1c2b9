"""A buyer with a real browser: from the product page to the file on the disk."""

import hashlib
import secrets
import sys
import tempfile
import unittest
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import (
    JavascriptException,
    NoSuchElementException,
    SessionNotCreatedException,
    StaleElementReferenceException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))

import purchase
import stack_under_test
import web

PATIENCE = 20
# A browser on a busy machine may miss its own deadline for starting, which says nothing about the shop.
BROWSER_STARTS = 3

# What a look at a page answers when the page goes away in the middle of it; the next look sees the new one.
BETWEEN_PAGES = (JavascriptException, NoSuchElementException, StaleElementReferenceException)


class BuyerTests(unittest.TestCase):
    """Each test is one visit with a browser of its own."""

    def setUp(self):
        self.shop = purchase.Shop(stack_under_test.layout())
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.browser = browser(self.folder.name)
        self.addCleanup(self.browser.quit)
        self.email = f"browser-{secrets.token_hex(4)}@customer.example"

    def test_buys_two_licenses_reads_the_mail_and_downloads_a_file(self):
        self.open_payment(quantity=2)
        self.assertIn("98.00", self.text())
        self.press("Pay")
        self.wait_for(lambda: self.browser.current_url.startswith(self.shop.url))

        message = purchase.receipt(self.shop, self.email)
        keys = set(purchase.KEY.findall(message["text"]))
        self.assertEqual(len(keys), 2)
        self.wait_for(lambda: all(key in self.text() for key in keys), "the order's page shows both keys")

        self.browser.get(purchase.link_in_mail(self.shop, message))
        files = purchase.download_page(self.browser.current_url)
        for file in files:
            self.assertIn(file["sha256"], self.text())
        first = files[0]
        self.browser.find_element(By.PARTIAL_LINK_TEXT, "Download").click()
        saved = self.wait_for(lambda: next((path for path in Path(self.folder.name).glob("*.zip")), None))
        promised = {file["name"]: file["sha256"] for file in files}
        self.assertEqual(hashlib.sha256(saved.read_bytes()).hexdigest(), promised[saved.name], first["name"])

    def test_a_declined_card_and_a_second_thought_cost_nothing(self):
        self.open_payment(quantity=1)
        self.press("Decline")
        self.wait_for(lambda: "declined" in self.text().lower())
        self.press("Cancel")
        self.wait_for(lambda: self.browser.current_url.startswith(f"{self.shop.url}/cancel"))
        messages = web.get_json(f"{self.shop.mail}/api/messages/").json()["data"]
        self.assertFalse([each for each in messages if self.email in each["recipients_envelope"]])

    def test_a_lost_mail_comes_again_with_the_same_key(self):
        self.open_payment(quantity=1)
        self.press("Pay")
        self.wait_for(lambda: self.browser.current_url.startswith(self.shop.url))
        key = set(purchase.KEY.findall(purchase.receipt(self.shop, self.email)["text"]))

        self.browser.get(f"{self.shop.url}/lost-email")
        self.browser.find_element(By.NAME, "email").send_keys(self.email)
        self.browser.find_element(By.CSS_SELECTOR, "main form button").click()
        again = self.wait_for(self.second_mail, "a second mail arrives")
        text = web.get(f"{self.shop.mail}/api/messages/{again['id']}.plain").text
        self.assertEqual(set(purchase.KEY.findall(text)), key)

    def test_every_page_of_the_shop_opens_without_an_error_in_the_console(self):
        pages = ["", "success", "cancel", "lost-email", "faq", "support", "terms", "privacy", "refunds", "license-agreement"]
        for page in pages:
            with self.subTest(page=page):
                self.browser.get(f"{self.shop.url}/{page}")
                self.assertEqual(len(self.browser.find_elements(By.TAG_NAME, "h1")), 1)
                self.assertEqual([each["message"] for each in self.browser.get_log("browser")], [])

    def open_payment(self, quantity):
        """From the product page to the payment page, with this buyer's address."""
        self.browser.get(self.shop.url)
        field = self.browser.find_element(By.NAME, "quantity")
        field.clear()
        field.send_keys(str(quantity))
        self.browser.find_element(By.CSS_SELECTOR, 'form[action="/checkout"] input[name="email"]').send_keys(self.email)
        self.browser.find_element(By.CSS_SELECTOR, 'form[action="/checkout"] button').click()
        self.wait_for(lambda: self.browser.current_url.startswith(self.shop.sandbox))

    def press(self, label):
        """Presses the payment page's button whose text begins with `label`."""
        def pressed():
            buttons = self.browser.find_elements(By.TAG_NAME, "button")
            button = next((each for each in buttons if each.text.startswith(label)), None)
            if button:
                button.click()
            return button is not None

        self.wait_for(pressed, f"a button «{label}»")

    def second_mail(self):
        messages = web.get_json(f"{self.shop.mail}/api/messages/").json()["data"]
        mine = [each for each in messages if self.email in each["recipients_envelope"]]
        return mine[0] if len(mine) == 2 else None

    def text(self):
        """What the page says, read in one step so that a reload cannot come in between."""
        return self.browser.execute_script("return document.body ? document.body.innerText : ''")

    def wait_for(self, look, what="the page"):
        wait = WebDriverWait(self.browser, PATIENCE, ignored_exceptions=BETWEEN_PAGES)
        return wait.until(lambda _: look(), f"waited in vain: {what}")


def browser(folder):
    """A headless Chromium that saves what it downloads into `folder`."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,1000"):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": folder, "download.prompt_for_download": False})
    options.set_capability("goog:loggingPrefs", {"browser": "SEVERE"})
    for attempt in range(BROWSER_STARTS):
        try:
            return webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
        except SessionNotCreatedException:
            if attempt + 1 == BROWSER_STARTS:
                raise


if __name__ == "__main__":
    unittest.main()
