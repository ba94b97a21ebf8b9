#!/usr/bin/env python3
"Store the PNG figures of notebooks with a palette of 255 colors: `python3 tools/shrink.py nbs/21_weak.ipynb …`."
import base64, io, json, sys
from pathlib import Path
from PIL import Image

def shrink(png):
    "The same picture, base64, with a palette; or the original where that is smaller."
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    out = io.BytesIO()
    image.quantize(255, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    small = base64.b64encode(out.getvalue()).decode()
    return small if len(small) < len(png) else png

for path in map(Path, sys.argv[1:]):
    nb = json.loads(path.read_text(encoding="utf-8"))
    for output in (o for cell in nb["cells"] for o in cell.get("outputs", [])):
        if "image/png" in output.get("data", {}): output["data"]["image/png"] = shrink(output["data"]["image/png"])
    path.write_text(json.dumps(nb, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
