"""Names: text to tokens, for lists and queries alike. Knows no list."""

from dragoman.names.sounds import ALPHABET, skeleton, sounds_of
from dragoman.names.tokens import Kind, Name, Token, acronym, acronyms, tokenise

__all__ = ["ALPHABET", "Kind", "Name", "Token", "acronym", "acronyms", "skeleton", "sounds_of", "tokenise"]
