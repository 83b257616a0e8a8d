"""What is to be screened: files and messages, turned into queries one by one."""

from dragoman.messages.queries import Account, Query, Unread

__all__ = ["Account", "Query", "Unread"]
