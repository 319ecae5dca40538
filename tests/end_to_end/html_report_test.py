"""The page of `flopprof report --format html` in Debian's Chromium, where Playwright is at hand to drive it."""

import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

from exchange_test import FLOPPROF, HOSTILE, add_model_flops, make_nsys_export

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None
CHROMIUM = shutil.which("chromium")
# Where the pictures go that the tests take; nowhere unless it is set.
PICTURES = os.environ.get("FLOPPROF_PICTURES")
KERNELS = 9_998  # and two of the capture
STEPS = 3_000  # a third of them observed
STEP_FLOPS = 2**53 + 1  # a double would round it

# Of every text that is seen: WCAG's contrast with what is painted behind it.
CONTRASTS = """() => {
  const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const luminance = colour => colour.slice(0, 3).map(value => value / 255)
    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const [a, b] = [rgb(getComputedStyle(element).color), behind(element)].map(luminance);
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), walker.currentNode.data.trim()]);
  }
  return found;
}"""


def add_gpu_work(run):
    """Kernels of many names, and steps of which some were observed."""
    with sqlite3.connect(run) as db:
        db.executemany("INSERT INTO StringIds VALUES (?, ?)",
                       [(1000 + n, f"kernel_{n}<{n % 7}, float>") for n in range(KERNELS)])
        db.executemany("INSERT INTO kernel_work VALUES (1, ?, 1, ?, ?)",
                       [(1000 + n, n % 13 + 1, (n * 7919) % 1_000_003 + 1) for n in range(KERNELS)])
        db.execute("DELETE FROM step")
        db.executemany("INSERT INTO step VALUES (1, ?, 1, ?, ?, ?, ?)",
                       [(n, n * 1_000_000, 900_000 + n % 100 * 1000,
                         STEP_FLOPS if n % 3 == 0 else None, 7 if n % 3 == 0 else None)
                        for n in range(STEPS)])
        db.execute("UPDATE op_work SET step_class = 1, model_flops = ?", (STEP_FLOPS * STEPS // 3,))
        db.execute("INSERT INTO fault VALUES (1, 'counters denied', 3, 1700000000000000000, ?, 'ask')",
                   (HOSTILE,))
    db.close()


@unittest.skipUnless(sync_playwright, "no Playwright: tools/setup installs it from PyPI")
@unittest.skipUnless(CHROMIUM, "no Chromium: apt-get install chromium")
class HtmlReport(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        path = pathlib.Path(cls.folder.name)
        cls.run_db, cls.file = path / "run.db", path / "report.html"
        make_nsys_export(path / "capture.sqlite")
        cls.flopprof("import", path / "capture.sqlite", "-o", cls.run_db, "--step-range", "step *")
        add_model_flops(cls.run_db)
        add_gpu_work(cls.run_db)
        cls.flopprof("report", cls.run_db, "--format", "html", "-o", cls.file)
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        cls.browser = cls.playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        cls.addClassCleanup(cls.browser.close)

    @staticmethod
    def flopprof(*words):
        return subprocess.run([FLOPPROF, *map(str, words)], capture_output=True, text=True, check=True,
                              timeout=100).stdout

    def opened(self, width=1200, theme="light"):
        """The page; whatever it says on the console or asks of a network fails the test."""
        context = self.browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
        self.addCleanup(context.close)
        page = context.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url))
        page.goto(self.file.as_uri())
        said.remove(self.file.as_uri())
        self.addCleanup(lambda: self.assertEqual([each for each in said if each != "data:,"], []))
        return page

    def picture(self, page, name):
        if PICTURES:
            page.screenshot(path=pathlib.Path(PICTURES) / f"{name}.png", full_page=True)

    def first_cells(self, page, table, column=0):
        rows = page.locator(f"#{table} tbody tr")
        return rows.evaluate_all("(rows, column) => rows.map(row => row.cells[column].textContent)", column)

    def test_faults_and_totals_come_first_and_every_part_is_there(self):
        page = self.opened()
        self.assertIn("counters denied", page.locator(".faults").inner_text())
        titles = page.locator("h2").all_inner_texts()
        self.assertEqual(titles, ["Steps", "Phases", "Operators", "Kernels", "Ranks", "Devices", "All figures"])
        for title in page.locator("nav a").all():
            self.assertEqual(page.locator(title.get_attribute("href")).count(), 1)
        self.assertTrue(page.locator(".faults").bounding_box()["y"] < page.locator(".cards").bounding_box()["y"])
        self.picture(page, "light_1200")

    def test_numbers_are_those_of_json_to_the_digit(self):
        page = self.opened()
        for by, table in [("op", "operators-table"), ("kernel", "kernels-table")]:
            rows = json.loads(self.flopprof("report", self.run_db, "--format", "json", "--by", by))[f"by_{by}"]
            data = json.loads(page.locator(f"#{table}-data").evaluate("element => element.textContent"))
            self.assertEqual(len(data["rows"]), len(rows))
            for place, column in enumerate(data["columns"]):
                if column["kind"] not in ("number", "share"):
                    continue
                for line, row in zip(data["rows"], rows):
                    cell = line[place]
                    exact = cell[0] if isinstance(cell, list) else json.dumps(cell)
                    self.assertEqual(json.loads(exact), row[column["key"]])
        page.get_by_role("button", name="Exact numbers").click()
        self.assertIn(f"{STEP_FLOPS * STEPS:,} FLOP", page.locator(".cards").inner_text())

    def test_a_column_sorts_by_mouse_and_by_keyboard(self):
        page = self.opened()
        head = page.locator("#kernels-table thead th").nth(1)
        self.assertEqual(head.get_attribute("aria-sort"), "none")
        head.get_by_role("button").click()
        self.assertEqual(head.get_attribute("aria-sort"), "descending")
        launches = [int(text) for text in self.first_cells(page, "kernels-table", 1)]
        self.assertEqual(launches, sorted(launches, reverse=True))
        self.assertEqual(launches[0], 13)
        page.keyboard.press("Enter")
        self.assertEqual(head.get_attribute("aria-sort"), "ascending")
        self.assertEqual(set(self.first_cells(page, "kernels-table", 1)), {"1"})
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        self.assertEqual(outline, "solid")

    def test_a_search_leaves_the_rows_that_match(self):
        page = self.opened()
        page.locator("#kernels-table-search").fill("KERNEL_123<")
        self.assertEqual(self.first_cells(page, "kernels-table"), ["kernel_123<4, float>"])
        self.assertEqual(page.locator("#kernels-table-count").inner_text(), "1 of 10,000 rows match")
        page.locator("#kernels-table-search").fill("")
        self.assertEqual(len(self.first_cells(page, "kernels-table")), 25)
        page.locator("#kernels-table-more").click()
        self.assertEqual(len(self.first_cells(page, "kernels-table")), 275)

    def test_the_theme_is_the_readers_and_can_be_switched(self):
        for theme, other in [("light", "Dark theme"), ("dark", "Light theme")]:
            page = self.opened(theme=theme)
            before = page.evaluate("getComputedStyle(document.body).backgroundColor")
            self.assertEqual(before, "rgb(255, 255, 255)" if theme == "light" else "rgb(13, 17, 23)")
            page.get_by_role("button", name=other).click()
            self.assertNotEqual(page.evaluate("getComputedStyle(document.body).backgroundColor"), before)

    def test_every_text_has_contrast_in_both_themes(self):
        for theme in ("light", "dark"):
            page = self.opened(theme=theme)
            page.locator(".as-table summary").click()
            contrasts = page.evaluate(CONTRASTS)
            self.assertGreater(len(contrasts), 500)
            self.assertGreaterEqual(min(contrasts), [4.5], theme)
            self.picture(page, f"{theme}_table")

    def test_nothing_is_wider_than_a_narrow_screen(self):
        for theme in ("light", "dark"):
            page = self.opened(width=360, theme=theme)
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 360)
            self.picture(page, f"{theme}_360")

    def test_on_paper_it_is_light_whole_and_without_controls(self):
        page = self.opened(theme="dark", width=720)
        page.get_by_role("button", name="Light theme").click()
        page.get_by_role("button", name="Dark theme").click()
        page.emulate_media(media="print")
        self.assertEqual(page.evaluate("getComputedStyle(document.querySelector('.plot .y')).color"),
                         "rgb(87, 96, 106)")
        self.assertFalse(page.locator("#theme").is_visible())
        self.assertFalse(page.locator("nav").is_visible())
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 720)
        self.picture(page, "print")
        self.assertTrue(page.pdf(format="A4").startswith(b"%PDF"))

    def test_a_chart_reads_out_its_places(self):
        page = self.opened()
        chart = page.locator(".chart").first
        chart.focus()
        page.keyboard.press("End")
        tip = chart.locator(".tip")
        self.assertTrue(tip.is_visible())
        self.assertIn("2,992 to 2,999", tip.inner_text())
        self.assertRegex(tip.inner_text(), r"model FLOPs, median\s+9\.01 PFLOP")
        self.assertRegex(tip.inner_text(), r"source\s+2 modelled, 6 extrapolated")
        page.keyboard.press("Escape")
        self.assertFalse(tip.is_visible())
        chart.locator(".plot").hover(position={"x": 1, "y": 20})
        self.assertIn("0 to 7", tip.inner_text())
        self.picture(page, "tip")

    def test_tables_say_what_they_are(self):
        page = self.opened()
        for table in page.locator("table").all():
            self.assertTrue(table.locator("caption").text_content())
            for head in table.locator("thead th").all():
                self.assertEqual(head.get_attribute("scope"), "col")
            self.assertEqual(table.locator("tbody tr > :first-child:not(th[scope=row])").count(), 0)
        identifiers = page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
        self.assertEqual(len(identifiers), len(set(identifiers)))

    def test_a_hostile_name_is_text(self):
        page = self.opened()
        name = page.locator("#operators-table tbody th").filter(has_text="script").first
        self.assertIn("aten::</script>\"'\\\\n\\x1b[31m{},", re.sub(r"\\\\?n", r"\\\\n", name.inner_text()))
        self.assertLess(name.bounding_box()["width"], 700)
        name.locator("summary").click()
        self.assertIn("x" * 9_000, name.inner_text())
        self.assertEqual(page.locator("#operators-table-data").count(), 1)

    def test_it_is_small_and_sorts_at_once(self):
        self.assertLess(self.file.stat().st_size, 5_000_000)
        page = self.opened()
        milliseconds = page.evaluate("""() => {
          const button = document.querySelector("#kernels-table thead button");
          const began = performance.now();
          button.click();
          document.body.offsetHeight;
          return performance.now() - began;
        }""")
        print(f"sorted 10,000 kernels by name in {milliseconds:.0f} ms")

    def test_without_a_script_it_is_read_all_the_same(self):
        context = self.browser.new_context(java_script_enabled=False)
        self.addCleanup(context.close)
        page = context.new_page()
        page.goto(self.file.as_uri())
        self.assertEqual(page.locator("#kernels-table tbody tr").count(), 25)
        self.assertFalse(page.locator("#theme").is_visible())
        self.assertIn("The first 25 of 10,000 rows", page.locator("#kernels noscript").inner_text())


if __name__ == "__main__":
    unittest.main()
