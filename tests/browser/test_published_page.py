"""The published page as readers meet it, in a real browser."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tagger.publishing import Manifest, render_site, trends_page, trends_svg, write_digest
from tests.unit.publishing.digest import HOSTILE, digest
from tests.unit.publishing.test_report import page as some_report
from tests.unit.publishing.test_trends import TAG_SET as TRENDS_TAG_SET
from tests.unit.publishing.test_trends import made as some_trends

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("site")
    write_digest(digest(), folder)
    return (folder / "index.html").as_uri()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """The page, watched: a console message, an error or a request that leaves it fails the test."""
    context = browser.new_context()
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "data:")) else complaints.append(request.url),
    )
    opened.goto(site)
    yield opened
    context.close()
    assert complaints == []


def shown(page: Page) -> list[int]:
    return [i for i, article in enumerate(page.locator("article").all()) if article.is_visible()]


def test_tags_of_one_dimension_widen_and_of_two_narrow(page: Page) -> None:
    assert shown(page) == [0, 1, 2]
    page.check("input[value='habitat:sea']")
    assert shown(page) == [0, 2]
    page.check("input[value='habitat:cs.CV']")
    assert shown(page) == [0, 1, 2]
    page.check("input[value='diet-kind:meat']")
    assert shown(page) == [2]
    expect(page.locator("#shown")).to_have_text("1 of 3 papers")
    counts = page.locator("label:has(input[value='diet-kind:plants']) .count")
    expect(counts).to_have_text("1")
    page.click("#clear")
    assert shown(page) == [0, 1, 2]


def test_search_finds_titles_and_abstracts_and_the_address_keeps_it(page: Page, site: str) -> None:
    page.fill("#search", "FORESTS about")
    assert shown(page) == [1]
    page.fill("#search", "whales")
    page.check("input[value='habitat:sea']")
    address = page.url
    assert "q=whales" in address and "tag=habitat%3Asea" in address
    page.goto("about:blank")
    page.goto(address)
    assert shown(page) == [0]
    assert page.is_checked("input[value='habitat:sea']") and page.input_value("#search") == "whales"


def test_all_chosen_tags_can_be_asked_for(page: Page, site: str) -> None:
    page.check("input[value='habitat:sea']")
    page.check("#all")
    assert shown(page) == [0, 2]
    expect(page.locator("label:has(input[value='habitat:forest']) .count")).to_have_text("1")
    page.check("input[value='habitat:forest']")
    assert shown(page) == [2]
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    assert shown(page) == [2] and page.is_checked("#all")


def test_papers_sort_by_upvotes_and_back(page: Page) -> None:
    titles = page.locator("article h2")
    before = titles.all_text_contents()
    page.select_option("#sort", "upvotes")
    assert titles.all_text_contents() == [before[0], before[2], before[1]]
    assert "sort=upvotes" in page.url
    page.locator("h1").click()
    page.keyboard.press("s")
    assert titles.all_text_contents() == before


def test_a_link_to_a_paper_leads_to_it_and_opens_its_abstract(page: Page, site: str) -> None:
    page.locator("article").first.get_by_text("Link", exact=True).click()
    assert page.url == f"{site}#paper-2405.14906"
    assert page.locator(".more").first.get_attribute("aria-expanded") == "true"
    page.goto("about:blank")
    page.goto(f"{site}#paper-own-3")
    assert shown(page) == [0, 1, 2]
    assert page.evaluate("document.querySelector(':target h2').textContent").startswith("1. Plain")


def test_the_keys_are_told_on_a_question_mark(page: Page) -> None:
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
def test_axe_finds_nothing(browser: Browser, site: str, scheme: str, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
    judged = context.new_page()
    judged.goto(site)
    judged.locator("article summary").first.click()
    if width < 800:
        judged.click(".find summary")
    judged.check("input[value='habitat:sea']")
    found = Axe().run(judged)
    assert found.violations_count == 0, found.generate_report()
    judged.click("#help")
    found = Axe().run(judged)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_nothing_found_is_said(page: Page) -> None:
    page.fill("#search", "zebra")
    expect(page.locator(".nothing")).to_be_visible()


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("jk")
    assert page.input_value("#search") == "jk", "a letter typed in the search moved the page"
    page.fill("#search", "")
    page.keyboard.press("Escape")
    for key, paper in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(page.locator("article").nth(paper)).to_be_focused()


def test_on_a_phone_the_tags_to_choose_from_are_folded_away(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    phone = context.new_page()
    phone.goto(site)
    expect(phone.locator(".find fieldset").first).to_be_hidden()
    expect(phone.locator("article").first).to_be_in_viewport()
    phone.click(".find summary")
    phone.locator(".find fieldset label").first.click()
    expect(phone.locator(".find summary")).to_have_text("Tags (1 chosen)")
    phone.set_viewport_size({"width": 1280, "height": 800})
    expect(phone.locator(".find fieldset").first).to_be_visible()
    context.close()


def test_a_title_that_holds_markup_shows_as_text(page: Page) -> None:
    title = page.locator("article h2").nth(1)
    assert title.text_content() == HOSTILE
    assert title.locator("script").count() == 0


def test_every_tag_tells_where_it_came_from(page: Page) -> None:
    page.locator("article summary").nth(1).click()
    lines = page.locator("article").nth(1).locator("details li")
    expect(lines).to_have_count(2)
    told = lines.all_text_contents()
    assert told[0].startswith(
        "Forest: accepted by the rule all-sure that ann set going, suggested by 2026-08-01-1 at 0.93"
    )
    assert told[1] == (
        "Dotted: accepted by the rule precision>=0.95 that ann set going, suggested by 2026-08-01-1 at 0.93, "
        "2026-08-07; "
        "the rule is set so that at least 95 % are right, at 95 % confidence; "
        "of 40 that precision>=0.95 accepted, checked blind, 39 were right: 98 % (87 to 100 %)"
    )
    assert page.locator("article").nth(1).locator(".tags li.rule").all_inner_texts() == ["Forest", "Dotted"]
    page.locator("article").first.locator("summary").click()
    by_person = page.locator("article").first.locator("details li").nth(1)
    expect(by_person).to_have_text("Plants: accepted by ann, 2026-08-07")


def test_a_long_abstract_opens_and_closes(page: Page) -> None:
    abstract, more = page.locator(".abstract").first, page.locator(".more").first
    small = abstract.bounding_box()
    more.click()
    large = abstract.bounding_box()
    assert small and large and large["height"] > 2 * small["height"]
    assert more.get_attribute("aria-expanded") == "true"
    expect(page.locator(".more").nth(2)).to_be_hidden()


def test_without_javascript_everything_can_be_read(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(site)
    assert plain.locator("article").count() == 3
    assert all(article.is_visible() for article in plain.locator("article").all())
    expect(plain.locator(".find")).to_be_hidden()
    plain.get_by_text("How the tags came about").click()
    expect(plain.locator("#ways li").first).to_have_text("accepted by ann")
    assert "trees listen" in (plain.locator(".abstract").first.inner_text())
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system_and_can_be_turned(browser: Browser, site: str, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    themed = context.new_page()
    themed.goto(site)

    def is_dark() -> bool:
        colour = themed.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(int(part) for part in colour[4:-1].split(",")) < 300

    assert is_dark() == (scheme == "dark")
    themed.click("#theme")
    assert is_dark() != (scheme == "dark")
    context.close()


def test_it_fits_a_phone(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    phone = context.new_page()
    phone.goto(site)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_a_turned_theme_is_remembered(browser: Browser, site: str) -> None:
    context = browser.new_context(color_scheme="light")
    themed = context.new_page()
    themed.goto(site)
    themed.click("#theme")
    themed.reload()
    assert themed.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(themed.locator("#theme")).to_have_text("Light")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_print_are_papers_and_no_controls_black_on_white(browser: Browser, site: str, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    printed = context.new_page()
    printed.goto(site)
    printed.check("input[value='habitat:forest']")
    if scheme == "dark":
        printed.click("#theme")
        printed.click("#theme")
    printed.emulate_media(media="print")
    controls = "button, input, select, summary, .find, .place, .also"
    assert printed.locator(controls).count() > 10
    assert not any(control.is_visible() for control in printed.locator(controls).all())
    tags = printed.locator("article:not([hidden]) .tags li")
    assert tags.count() == 5 and all(tag.is_visible() for tag in tags.all())
    colours = """() => [...document.querySelectorAll("body, h1, h2 a, .by, .tags li, .abstract")].flatMap((element) => {
        const { color, backgroundColor } = getComputedStyle(element);
        return [color, ...(backgroundColor === "rgba(0, 0, 0, 0)" ? [] : [`on ${backgroundColor}`])];
    })"""
    assert set(printed.evaluate(colours)) == {"rgb(0, 0, 0)", "rgb(51, 51, 51)", "on rgb(255, 255, 255)"}
    shown_address = "getComputedStyle(document.querySelector('#paper-own-3 h2 a'), '::after').content"
    assert printed.evaluate(shown_address) == '"https://example.org/p?a=1&b=2"'
    context.close()


def test_a_printed_paper_stays_whole_and_its_provenance_if_it_was_open(browser: Browser, site: str) -> None:
    context = browser.new_context()
    printed = context.new_page()
    printed.goto(site)
    printed.locator("article").first.locator("summary").click()
    printed.emulate_media(media="print")
    assert printed.evaluate("getComputedStyle(document.querySelector('article')).breakInside") == "avoid"
    assert printed.locator(".abstract").first.evaluate("(e) => e.scrollHeight <= e.clientHeight + 2")
    expect(printed.locator("article").first.locator("details li").first).to_be_visible()
    expect(printed.locator("article").nth(1).locator("details")).to_be_hidden()
    context.close()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("archive")
    later = replace(digest(), day=date(2026, 8, 10))
    for files in render_site([digest(), later]):
        Manifest(folder).write(files)
    return folder


@pytest.mark.parametrize("name", ["index.html", "2026-08-10/index.html", "tags/habitat/sea.html", "trends.html"])
@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 360)])
def test_axe_finds_nothing_in_the_archive(browser: Browser, archive: Path, name: str, scheme: str, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
    judged = context.new_page()
    judged.goto((archive / name).as_uri())
    found = Axe().run(judged)
    assert found.violations_count == 0, found.generate_report()
    assert judged.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_from_the_calendar_to_a_paper_and_back(browser: Browser, archive: Path) -> None:
    context = browser.new_context()
    reader = context.new_page()
    reader.goto((archive / "index.html").as_uri())
    reader.get_by_role("link", name="Sea", exact=True).click()
    expect(reader.locator("h1")).to_have_text("Sea")
    reader.get_by_role("link", name="On S²ea Songs").first.click()
    assert reader.url.endswith("2026-08-10/index.html#paper-2405.14906")
    reader.get_by_role("link", name="2026-08-07").click()
    reader.get_by_role("link", name="All days").click()
    reader.get_by_role("link", name="2026-08-10, 3 papers").click()
    expect(reader.locator("h1")).to_contain_text("August 10, 2026")
    context.close()


@pytest.mark.parametrize("name", ["index.html", "tags/habitat/sea.html", "tags/habitat/sea-2026.html"])
def test_a_theme_turned_anywhere_in_the_archive_holds_everywhere(browser: Browser, archive: Path, name: str) -> None:
    context = browser.new_context(color_scheme="light")
    reader = context.new_page()
    complaints: list[str] = []
    reader.on("console", lambda message: complaints.append(message.text))
    reader.goto((archive / name).as_uri())
    reader.click("#theme")
    expect(reader.locator("#theme")).to_have_text("Light")
    reader.goto((archive / "2026-08-10" / "index.html").as_uri())
    assert reader.evaluate("document.documentElement.dataset.theme") == "dark"
    reader.click("#theme")
    reader.go_back()
    expect(reader.locator("#theme")).to_have_text("Dark")
    assert reader.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(253, 252, 249)"
    assert complaints == []
    context.close()


@pytest.mark.parametrize("name", ["trends.html", "trends.svg"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_tags_over_time(browser: Browser, tmp_path: Path, scheme: str, name: str) -> None:
    render = trends_page if name.endswith(".html") else trends_svg
    (tmp_path / name).write_bytes(render(some_trends(), TRENDS_TAG_SET, 20))
    context = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 800})  # type: ignore[arg-type]
    judged = context.new_page()
    complaints: list[str] = []
    judged.on("console", lambda message: complaints.append(message.text))
    judged.goto((tmp_path / name).as_uri())
    if name.endswith(".html"):
        found = Axe().run(judged)
        assert found.violations_count == 0, found.generate_report()
        assert judged.evaluate("document.documentElement.scrollWidth") <= 390
    colours = judged.evaluate(COLOURS)
    context.close()
    assert complaints == []
    for what, least in {"text": 4.5, ".soft": 4.5, ".rising": 4.5, ".falling": 4.5, ".bars": 3}.items():
        assert contrast(colours[what], colours[".back"]) >= least, what


COLOURS = """() => Object.fromEntries(["text", ".soft", ".rising", ".falling", ".bars", ".back"].map(
    what => [what, getComputedStyle(document.querySelector(".trends").querySelector(what)).fill.match(/\\d+/g)]))"""


def contrast(*colours: list[str]) -> float:
    """The contrast of two colours (WCAG 2.2), which axe doesn't look for in pictures."""

    def light(part: str) -> float:
        share = int(part) / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    darker, lighter = sorted(
        0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue) for red, green, blue in colours
    )
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
def test_axe_finds_nothing_in_the_report(browser: Browser, tmp_path: Path, scheme: str, width: int) -> None:
    (tmp_path / "report.html").write_bytes(some_report())
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
    judged = context.new_page()
    complaints: list[str] = []
    judged.on("console", lambda message: complaints.append(message.text))
    judged.goto((tmp_path / "report.html").as_uri())
    for summary in judged.locator("summary").all():
        summary.click()
    found = Axe().run(judged)
    assert found.violations_count == 0, found.generate_report()
    assert judged.evaluate("document.documentElement.scrollWidth") <= width
    assert judged.evaluate("[...document.images].every(image => image.naturalWidth > 100)"), "a picture isn't shown"
    source = judged.evaluate("document.images[0].currentSrc === document.images[0].src")
    assert source is (scheme == "light"), "the picture is the one for the other scheme"
    context.close()
    assert complaints == []
