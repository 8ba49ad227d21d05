"""Walking through the service as somebody who opens every link."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urldefrag

from werkzeug.test import TestResponse

from tests.client import PageClient

LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"')


def pages(client: PageClient, *starts: str, limit: int = 400) -> Iterator[tuple[str, TestResponse]]:
    """Every page a person reaches by links from these, each once; a link that leads nowhere fails the test."""
    waiting, seen = list(starts), set(starts)
    while waiting:
        url = waiting.pop(0)
        page = client.client.get(url, follow_redirects=True)
        assert page.status_code == 200, f"{url}: {page.status}"
        page.close()
        yield url, page
        for link in LINK.findall(page.text if page.mimetype == "text/html" else ""):
            target = urldefrag(unescape(link)).url
            if target.startswith("/") and target not in seen and not target.startswith("/static/"):
                seen.add(target)
                waiting.append(target)
        assert len(seen) < limit, f"more than {limit} pages: {sorted(seen)[:40]}"
