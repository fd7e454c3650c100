"""Lessons and glossary, as a teacher uses them."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.server import RunningApp
from digitlab.learn import texts
from tests.browser.opened import opened

WAIT_MS = 20_000
DEFAULTS = [("view", "Map")]  # Streamlit takes a default out of the address
STEPS = [(lesson.name, step) for lesson in texts.lessons().values() for step in lesson.steps]


@pytest.mark.parametrize(("lesson", "step"), STEPS, ids=lambda value: getattr(value, "title", value))
def test_each_step_opens_its_view(browser: Browser, app: RunningApp, lesson: str, step: texts.Step) -> None:
    assert step.link
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{app.base_url}/{step.link.page}?{urlencode(step.link.query)}")
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=30_000
    )
    expect(page.get_by_text("Page not found")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    if step.link.query and step.link.page != "draw" and step.link.query[-1] not in DEFAULTS:
        name, _ = step.link.query[-1]
        expect(page).to_have_url(re.compile(rf"[?&]{name}="))  # it was understood
    page.close()


def test_a_lesson_question_link_and_answer_for_the_teacher_alone(browser: Browser, app: RunningApp) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app.base_url}/lessons?lesson=Latent+space")
    lesson = texts.lessons()["5-latent-space"]
    expect(page.get_by_role("heading", name=lesson.steps[0].title)).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("Answer", exact=True)).to_have_count(0)
    page.goto(f"{app.base_url}/lessons?lesson=Latent+space&teacher=yes")
    answer = page.get_by_text(lesson.steps[0].answer[:30])
    expect(answer).not_to_be_visible()
    page.get_by_text("Answer", exact=True).first.click()
    expect(answer).to_be_visible()
    page.get_by_role("link", name="The map").click()
    expect(page.get_by_role("heading", name="Latent space")).to_be_visible(timeout=WAIT_MS)
    page.close()


def test_a_word_is_looked_up_from_the_page_that_uses_it(browser: Browser, app: RunningApp) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{app.base_url}/mistakes")
    page.get_by_role("button", name="What do these words mean?").first.click()
    expect(page.get_by_text(texts.glossary()["recall"].text[:30])).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("link", name="All words").click()
    expect(page.get_by_role("heading", name="Glossary")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("textbox", name="Find a word").fill("momentum")
    page.get_by_role("textbox", name="Find a word").press("Enter")
    expect(page.get_by_text("like a ball that rolls")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("The share of all digits")).to_have_count(0)
    page.close()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_link_leads_to_its_place_on_a_long_page(browser: Browser, app: RunningApp, phone: bool) -> None:
    page = opened(browser, app, "data_set?at=a-map-of-digits", phone=phone)
    heading = page.get_by_role("heading", name="A map of digits")
    expect(heading).to_be_in_viewport(timeout=WAIT_MS)
    page.wait_for_timeout(4000)  # the charts above have grown
    top = heading.bounding_box()
    assert top
    assert 40 < top["y"] < 200, "below the menu, at the top"
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    page.wait_for_timeout(500)
    expect(heading).not_to_be_in_viewport()  # it doesn't hold anybody there
    page.close()
