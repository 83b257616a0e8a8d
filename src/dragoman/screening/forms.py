"""The forms of all tokens, and the keys by which they are found."""

from __future__ import annotations

from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dragoman.names import ALPHABET, Token, skeleton
from dragoman.names.compiling import compiled
from dragoman.names.kernels import MAX_KEYS
from dragoman.names.likeness import costs, family_hash
from dragoman.names.sounds import codes
from dragoman.screening.pieces import Arrays, Ints, Pieces, merged, rows, take
from dragoman.screening.vocabulary import Vocabulary

_SPELLED = bytes.maketrans(bytes(range(len(ALPHABET))), ALPHABET.encode())


class _Forms(NamedTuple):
    """Forms by the consonants of their sounds, as the index has them (`layout.Vocabulary`); `key` and `form` in pairs.

    `order` holds the main forms by their sounds.
    """

    sound: Pieces
    writing: npt.NDArray[np.uint8]
    mass: npt.NDArray[np.float32]
    token: npt.NDArray[np.int32]
    order: npt.NDArray[np.int32]
    key: npt.NDArray[np.uint64]
    form: npt.NDArray[np.int32]

    def said(self, number: int) -> tuple[str, int]:
        """Return the sounds of a form, and its token."""
        return self.sound.at(number).translate(_SPELLED).decode(), int(self.token[number])


def form_arrays(former: Arrays, vocabulary: Vocabulary) -> Arrays:
    """Lay out the forms of all tokens of a settled vocabulary and the keys by which they are found."""
    old = _former_forms(former, vocabulary.settled[0])
    made = _new_forms(vocabulary.new, vocabulary.skeletons, vocabulary.settled[1])
    border = len(old.sound)

    def by_consonants(number: int) -> tuple[str, str, int]:
        sounds, token = old.said(number) if number < border else made.said(number - border)
        return skeleton(sounds), sounds, token

    order = merged(np.flatnonzero(old.token >= 0), np.arange(border, border + len(made.sound)), by_consonants)
    place = np.full(border + len(made.sound), -1, np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    sound = take(old.sound, made.sound, order)
    return {
        "vocabulary_form_start": sound.start.astype(np.int32),
        "vocabulary_form_sound": sound.columns[0],
        "vocabulary_form_writing": rows(old.writing, made.writing, order),
        "vocabulary_form_mass": rows(old.mass, made.mass, order),
        "vocabulary_form_token": rows(old.token, made.token, order),
        "vocabulary_form_order": place[_main_order(old, made)],
        **_key_arrays(
            np.concatenate([old.key, made.key]), place[np.concatenate([old.form, made.form + np.int32(border)])]
        ),
    }


def _main_order(old: _Forms, made: _Forms) -> Ints:
    """Return the main forms in the order of their sounds, those of the same sounds in that of their tokens."""
    border = len(old.sound)

    def by_sounds(number: int) -> tuple[bytes, int]:
        side, at = (old, number) if number < border else (made, number - border)
        return side.sound.at(at), int(side.token[at])

    stay = old.order[old.token[old.order] >= 0].astype(np.int64)
    return merged(stay, made.order.astype(np.int64) + border, by_sounds)


def _former_forms(arrays: Arrays, settled: npt.NDArray[np.int32]) -> _Forms:
    return _Forms(
        sound=Pieces(arrays["vocabulary_form_start"], (arrays["vocabulary_form_sound"],)),
        writing=arrays["vocabulary_form_writing"],
        mass=arrays["vocabulary_form_mass"],
        token=settled[arrays["vocabulary_form_token"]],
        order=arrays["vocabulary_form_order"],
        key=np.repeat(arrays["vocabulary_key_hash"], np.diff(arrays["vocabulary_key_start"])),
        form=arrays["vocabulary_key_form"],
    )


def _new_forms(tokens: list[Token], skeletons: list[str], settled: npt.NDArray[np.int32]) -> _Forms:
    """Make the forms of tokens in order; `settled` says what number each has."""
    kernels = compiled("dragoman.screening.kernels")
    every = [(skeletons[at], token.sounds, at, token.writing) for at, token in enumerate(tokens)]
    every += [
        (skeleton(sounds), sounds, at, written) for at, token in enumerate(tokens) for sounds, written in token.others
    ]
    every.sort(key=itemgetter(0, 1, 2))  # of a token the main form first
    laid_out = [codes(sounds) for _, sounds, *_ in every]
    sound = Pieces.of(laid_out)
    start = sound.start.astype(np.int32)
    writing = np.array([written for *_, written in every], np.uint8)
    of_token = np.array([at for *_, at, _ in every], np.int64)
    whole = np.array([token.whole for token in tokens], np.uint8)[of_token]
    exact = np.array([token.exact for token in tokens], np.uint8)[of_token]
    key = np.empty(len(every) * (MAX_KEYS + 1), np.uint64)
    form = np.empty(len(key), np.int32)
    count = kernels.forms_keys(start, sound.columns[0], writing, whole, costs(), key, form)
    mass = np.empty((len(every), 2), np.float32)
    kernels.all_masses(start, sound.columns[0], writing, exact, costs(), mass)
    main = {at: place for place, (_, sounds, at, _) in enumerate(every) if tokens[at].sounds == sounds}
    family_key, family_form = _family_keys(tokens, main)
    return _Forms(
        sound=sound,
        writing=writing,
        mass=mass,
        token=settled[of_token],
        order=np.array(sorted(sorted(main.values()), key=laid_out.__getitem__), np.int32),
        key=np.concatenate([key[:count], family_key]),
        form=np.concatenate([form[:count], family_form]),
    )


def _family_keys(tokens: list[Token], main: dict[int, int]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    pairs = [(family_hash(family), main[at]) for at, token in enumerate(tokens) for family in token.families]
    return np.array([pair[0] for pair in pairs], np.uint64), np.array([pair[1] for pair in pairs], np.int32)


def _key_arrays(key: npt.NDArray[np.uint64], form: npt.NDArray[np.int32]) -> Arrays:
    """Lay out pairs of key and form by key; pairs of forms that are no more (-1) are left out."""
    key, form = key[form >= 0], form[form >= 0]
    order = np.lexsort((form, key))
    hashes, cut = np.unique(key[order], return_index=True)
    slots = np.full(1 << max(4, (2 * len(hashes)).bit_length()), -1, np.int32)
    compiled("dragoman.screening.kernels").fill_slots(hashes, slots)
    return {
        "vocabulary_slots": slots,
        "vocabulary_key_hash": hashes,
        "vocabulary_key_start": np.append(cut, len(order)).astype(np.int32),
        "vocabulary_key_form": form[order],
    }
