"""The keys by which the forms of the vocabulary are found."""

from __future__ import annotations

import numpy as np

from dragoman.names.kernels import MAX_KEYS, Costs, form_keys
from dragoman.screening.layout import I32, U8, U64


def find_key(key: np.uint64, slots: I32, key_hash: U64) -> int:
    """Return the number of a key, or -1."""
    mask = np.uint64(len(slots) - 1)
    slot = (key ^ (key >> np.uint64(29))) & mask
    while True:
        number = slots[slot]
        if number < 0 or key_hash[number] == key:
            return int(number)
        slot = (slot + np.uint64(1)) & mask


def fill_slots(key_hash: U64, slots: I32) -> None:
    """Enter all keys into an empty (-1) table at least twice as long."""
    mask = np.uint64(len(slots) - 1)
    for number in range(len(key_hash)):
        key = key_hash[number]
        slot = (key ^ (key >> np.uint64(29))) & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = number


def forms_keys(
    form_start: I32, form_sound: U8, form_writing: U8, form_whole: U8, costs: Costs, out_key: U64, out_form: I32
) -> int:
    """Write (key, form) for every distinct key of every form; return how many."""
    keys = np.empty(MAX_KEYS, np.uint64)
    written = 0
    for form in range(len(form_start) - 1):
        sounds = form_sound[form_start[form] : form_start[form + 1]]
        count = form_keys(sounds, form_writing[form], form_whole[form] != 0, costs, keys)
        for k in range(count):
            known = False
            for earlier in range(k):
                if keys[earlier] == keys[k]:
                    known = True
            if not known:
                out_key[written] = keys[k]
                out_form[written] = form
                written += 1
    return written
