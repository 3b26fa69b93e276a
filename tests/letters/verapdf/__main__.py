"""``python -m tests.letters.verapdf``: print every kind of letter and let veraPDF judge each by both standards.

Needs Java and Maven, which GrantFlow itself does not; so it is a check of a release, not a part of the suite.
"""

import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path

from grantflow.kernel.parties import Party
from grantflow.letters.service.layout import stylesheet
from grantflow.letters.states import Channel, Kind
from grantflow.platform import pdf
from tests.letters.samples import JUDO_CLUB, facts, sheet

#: Of letters that only the second and the third font have.
RECIPIENT = replace(JUDO_CLUB, organisation="Türk-Alman Dostluğu Derneği · Ελλάδα", family_name="Świątek-Šťastný")
#: veraPDF's names of PDF/A-3a and PDF/UA-1.
STANDARDS = ("3a", "ua1")


def main() -> int:
    if not shutil.which("mvn") or not shutil.which("java"):
        print("veraPDF needs Java and Maven: sudo apt install maven", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="verapdf-") as folder:
        fetch = ["mvn", "-q", "-f", Path(__file__).with_name("pom.xml"), "dependency:copy-dependencies"]
        subprocess.run([*fetch, f"-DoutputDirectory={folder}/lib"], check=True)
        for kind, party, channel, language in product(Kind, Party, Channel, ("de", "fr")):
            other = "fr" if language == "de" else "de"
            made = facts(kind, party, channel=channel, recipient=RECIPIENT, title_language=other)
            printed = pdf.render(sheet(kind, made, language), css=stylesheet())
            Path(folder, f"{kind}-{party}-{channel}-{language}.pdf").write_bytes(printed.content)
        return max([_judge(Path(folder), standard) for standard in STANDARDS])


def _judge(folder: Path, standard: str) -> int:
    """0 where veraPDF passes every file; what it says is printed."""
    files = sorted(folder.glob("*.pdf"))
    cli = [
        "java",
        "-cp",
        f"{folder}/lib/*",
        "org.verapdf.apps.GreenfieldCliWrapper",
        "-f",
        standard,
        "--format",
        "text",
    ]
    said = subprocess.run([*cli, *files], capture_output=True, text=True, check=False).stdout.splitlines()
    verdicts = Counter(line.split()[0] for line in said if line.startswith(("PASS", "FAIL")))
    print(f"{standard}: {dict(verdicts)} of {len(files)}")
    print("\n".join(line for line in said if line.startswith("FAIL")), end="")
    return 0 if verdicts == {"PASS": len(files)} else 1


if __name__ == "__main__":
    sys.exit(main())
