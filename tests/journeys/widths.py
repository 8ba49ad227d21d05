"""How wide a page is on a small screen."""

from playwright.sync_api import Page


def overflow(page: Page, width: int) -> list[str]:
    """Whether the page is wider than the window at this width."""
    page.set_viewport_size({"width": width, "height": 800})
    for _ in range(20):  # The header folds its links a moment after the window has changed.
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide <= width:
            return []
        page.wait_for_timeout(50)
    parts = page.evaluate(
        """width => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1)
           .filter(e => getComputedStyle(e).position !== 'fixed').slice(0, 4).map(e => e.outerHTML.slice(0, 120))""",
        width,
    )
    return [f"{wide} px wide in a window of {width} px: {parts}"]
