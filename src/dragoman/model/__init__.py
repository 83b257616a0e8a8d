"""Records, their statements, and the values that statements hold."""

from dragoman.model.record import NAME_PROPERTIES, Quality, Record, Statement, parties

__all__ = ["NAME_PROPERTIES", "Quality", "Record", "Statement", "parties"]
