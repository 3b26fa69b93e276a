from typing import Any

MESSAGES: dict[str, Any] = {}
