"""Writes a module with data classes for each schema. python generate.py <folder of schemas> <folder of modules>"""

import json
import sys
from pathlib import Path

from dataclasses_avroschema import ModelGenerator

schemas, modules = map(Path, sys.argv[1:])
modules.mkdir(parents=True, exist_ok=True)
for file in sorted(schemas.glob("*.avsc")):
    code = ModelGenerator().render(schema=json.loads(file.read_text()))
    (modules / f"{file.stem}.py").write_text(code)
