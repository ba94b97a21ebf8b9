"Everything is read from settings.ini; the version from there too."
import re
from configparser import ConfigParser
from pathlib import Path
from setuptools import find_packages, setup

HERE = Path(__file__).parent
config = ConfigParser(delimiters=["="])
config.read(HERE/"settings.ini", encoding="utf-8")
cfg = config["DEFAULT"]

def readme():
    "README.md with links and pictures that work on another site, such as PyPI's."
    text, page = (HERE/"README.md").read_text(encoding="utf-8"), f"{cfg['git_url']}/%s/{cfg['branch']}/"
    text = re.sub(r'(!\[[^\]]*\]\(|src=")(?!https?:|data:)', lambda m: m[1] + page % "raw", text)
    return re.sub(r"\]\((?!https?:|mailto:|#)", "](" + page % "blob", text)

setup(
    name=cfg["lib_name"], version=cfg["version"], description=cfg["description"],
    long_description=readme(), long_description_content_type="text/markdown",
    url=cfg["git_url"], author=cfg["author"], author_email=cfg["author_email"],
    project_urls={"Documentation": cfg["doc_host"] + cfg["doc_baseurl"],
                  "Changelog": f"{cfg['git_url']}/blob/{cfg['branch']}/CHANGELOG.md"},
    license_expression="Apache-2.0", license_files=["LICENSE"], keywords=cfg["keywords"].split(),
    packages=find_packages(include=[cfg["lib_path"], f"{cfg['lib_path']}.*"]),
    package_data={cfg["lib_path"]: ["py.typed", "*.json", "widgets/*"]}, include_package_data=True,
    python_requires=f">={cfg['min_python']}",
    install_requires=cfg["requirements"].split(),
    extras_require={name: cfg[f"{name}_requirements"].split() for name in cfg["extras"].split()},
    entry_points={"console_scripts": cfg["console_scripts"].split(),
                  "nbdev": [f"{cfg['lib_name']}={cfg['lib_path']}._modidx:d"]},
    classifiers=["Development Status :: 3 - Alpha", "Intended Audience :: Science/Research", "Typing :: Typed",
                 "Programming Language :: Python :: 3 :: Only"],
)
