"""What is done on the letters of each kind that partners send."""

from __future__ import annotations

from dragoman.exchange.messages import Letter
from dragoman.node.partners import agreeing
from dragoman.node.partners import barring as barring
from dragoman.node.partners import cosigning as cosigning  # they register their handlers
from dragoman.node.partners import deconflicting as deconflicting
from dragoman.node.partners import leaving as leaving
from dragoman.node.partners import recalling_receiving as recalling_receiving  # registers its handlers
from dragoman.node.partners import requests_receiving as requests_receiving
from dragoman.node.partners.delivering import handles
from dragoman.node.partners.models import Partner


@handles(agreeing.KIND)
def take_agreement(letter: Letter, partner: Partner) -> None:
    """Keep an agreement and the acts on it."""
    agreeing.receive(letter.body if isinstance(letter.body, dict) else {}, partner)
