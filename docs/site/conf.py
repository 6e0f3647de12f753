"""The site: which pages it has, and how they are read. `make docs` builds it from the clone as it is."""

from __future__ import annotations

from importlib.metadata import version as installed_version

project = "acgr"
project_copyright = "the authors of acgr, Apache-2.0"
release = version = installed_version("pulumi-acgr").split("+")[0]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click", "sphinx_copybutton"]

# The pages lie where a Git host shows them, so that a link between two of them holds in both places.
root_doc = "docs/index"
include_patterns = [
    "docs/**.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "bench/results.md",
    "examples/*/README.md",
    "sandbox/acgr_sandbox/COVERAGE.md",
]
exclude_patterns = [".*", "build", "dist", "tests", "**/node_modules"]
templates_path = ["templates"]

html_theme = "furo"
html_title = "acgr"
html_additional_pages = {"index": "start.html"}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style, pygments_dark_style = "friendly", "monokai"

# Anchors of headings are made as a Git host makes them.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

# Docstrings write code in single backticks.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_use_ivar = True

# A command is copied without its prompt, and without what it printed.
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
copybutton_line_continuation_character = "\\"
