#!/usr/bin/env python3
"Say whether a tag is the version in settings.ini: `python3 tools/version.py v0.1.0`."
import sys
from configparser import ConfigParser
from pathlib import Path

config = ConfigParser(delimiters=["="])
config.read(Path(__file__).resolve().parents[1]/"settings.ini", encoding="utf-8")
version, tag = config["DEFAULT"]["version"], " ".join(sys.argv[1:])
sys.exit(None if tag.removeprefix("v") == version else f"the tag is {tag!r}, the version in settings.ini {version}")
