"""Headless Chromium that asks nobody for anything."""

import shutil

from playwright.sync_api import Browser, Playwright

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def system_chromium() -> str | None:
    """Debian's Chromium, where it is; else Playwright starts its own."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def launched(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=system_chromium(), args=QUIET)
