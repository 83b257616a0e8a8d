"""``python -m dragoman.node COMMAND``."""
