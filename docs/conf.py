"""How the documentation is built: Markdown pages, one theme that comes with the builder, nothing from the network."""

from dragoman import __version__

project = "Dragoman"
copyright = "the Dragoman authors"  # noqa: A001  the name is Sphinx's
version = release = __version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
html_theme = "alabaster"
html_theme_options = {"description": "Who is on the lists, why the machine thinks so, and what it could not read"}
html_copy_source = False
html_show_sourcelink = False
