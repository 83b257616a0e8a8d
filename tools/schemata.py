"""Write src/dragoman/model/data/schemata.json from the installed followthemoney.

followthemoney takes about a second and 60 MB to import; screening needs only which
schema extends which and the type of each property. ``--check`` compares instead of writing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from followthemoney import model

TARGET = Path(__file__).parents[1] / "src/dragoman/model/data/schemata.json"


def compile_schemata() -> str:
    """Return the JSON text: {schema: {"extends": [...], "caption": [...], "props": {name: type}}}."""
    rows = {
        schema.name: {
            "extends": sorted(parent.name for parent in schema.extends),
            "caption": list(schema.caption),
            "props": {
                name: prop.type.name
                for name, prop in sorted(schema.properties.items())
                if prop.schema == schema and not prop.stub
            },
        }
        for schema in sorted(model, key=lambda schema: schema.name)
    }
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row, separators=(',', ':'))}" for name, row in rows.items())
    return "{\n" + lines + "\n}\n"


def main() -> int:
    text = compile_schemata()
    if "--check" in sys.argv:
        return 0 if TARGET.read_text() == text else 1
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
