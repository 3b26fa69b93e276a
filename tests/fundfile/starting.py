"""The starting file without its doubts: as an export would write it."""

from grantflow.fundfile.service import STARTING_FILE

START = STARTING_FILE.read_text(encoding="utf-8")
BARE = START.replace("  # to be confirmed, here and below", "").replace("  # to be confirmed", "")
