"""What docs publish about the fund file is what the software reads."""

import json

import pytest

from . import docs


@pytest.mark.parametrize(("path", "now"), [(docs.SCHEMA, docs.schema()), (docs.PAGE, docs.page())])
def test_what_docs_publish_is_current(path: docs.Path, now: str) -> None:
    assert path.read_text(encoding="utf-8") == now, "python -m tests.fundfile.docs writes it anew"


def test_every_entry_is_described() -> None:
    schema = json.loads(docs.schema())
    for name, its in {"FundDocument": schema, **schema["$defs"]}.items():
        for entry, field in its.get("properties", {}).items():
            described = field.get("description") or entry in {"de", "fr", "postal_code", "city", "street"}
            assert described, f"{name}.{entry}"
