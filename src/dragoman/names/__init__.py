"""Names: text to tokens, for lists and queries alike. Knows no list."""

from dragoman.names.sounds import ALPHABET, skeleton, sounds_of
from dragoman.names.tokens import Kind, Name, Token, acronyms, tokenise

__all__ = ["ALPHABET", "Kind", "Name", "Token", "acronyms", "skeleton", "sounds_of", "tokenise"]
