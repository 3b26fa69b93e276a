"""How much work one file is, for each role: ``make effort`` walks the journeys and prints one JSON object a line.

Pages opened by address, clicks, fields filled and keys typed, so that ease is a figure that can be compared.
"""

import json
import tempfile
from pathlib import Path

from tests.browser import launched
from tests.journeys.applying import STORIES
from tests.journeys.conftest import started
from tests.journeys.main_job import journey
from tests.journeys.visitor import Company

COUNTED = ("pages", "clicks", "fields", "keys")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="effort-") as folder:
        browsers, runs = launched(), started(Path(folder), {})
        browser, running = next(browsers), next(runs)
        try:
            for language, story in STORIES.items():
                company = Company(browser, running)
                journey(company, story, Path(folder))
                for role, effort in company.effort().items():
                    print(json.dumps({"story": language, "role": role, **{name: effort[name] for name in COUNTED}}))
                company.part()
        finally:
            runs.close()
            browsers.close()
    return 0
