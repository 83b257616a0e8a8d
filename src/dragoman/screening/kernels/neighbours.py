"""What in the vocabulary is like a query token."""

from __future__ import annotations

import numpy as np

from dragoman.names.kernels import LONGEST, MAX_KEYS, Codes, Costs, form_keys, likeness_at, masses
from dragoman.screening.kernels.alignment import CUT_LIKENESS, STEP_SLACK, STEPS
from dragoman.screening.kernels.keys import find_key
from dragoman.screening.layout import F32, I32, U8, U64, Vocabulary


def neighbours(
    sounds: Codes,
    start: I32,
    writing: U8,
    families: U64,
    family_like: int,
    cut: bool,
    whole: bool,
    exact: bool,
    vocabulary: Vocabulary,
    costs: Costs,
    best: U8,
    seen: U8,
    touched: I32,
    out: I32,
) -> int:
    """Collect the tokens of the vocabulary that are like one query token.

    `sounds`, `start`, `writing` are the token's forms, `families` its family keys; a token that is
    `cut` is also like those that begin with it, one found only
    `whole` has fewer keys, and one that is `exact` is like nothing but itself. `best` (T,) receives
    the likeness of each token written to `out` (T,); both it and `seen` (F,) are zero outside and
    the caller clears `best`. `touched` (F,) is working memory. Returns the number written.
    """
    keys = np.empty(MAX_KEYS, np.uint64)
    table = np.empty((3, LONGEST + 1), np.float32)
    found = 0
    for form in range(len(start) - 1):
        own = sounds[start[form] : start[form + 1]]
        marks = _sharing(own, writing[form], whole, vocabulary, costs, keys, seen, touched)
        found = _weigh(own, writing[form], exact, touched, marks, vocabulary, costs, table, best, out, found)
        for k in range(marks):
            seen[touched[k]] = 0
    if cut and not exact:
        found = _continuations(sounds[start[0] : start[1]], writing[0], vocabulary, best, out, found)
    for family in range(0 if exact else len(families)):
        number = find_key(families[family], vocabulary.slots, vocabulary.key_hash)
        if number >= 0:
            for at in range(vocabulary.key_start[number], vocabulary.key_start[number + 1]):
                member = vocabulary.key_form[at]
                if vocabulary.form_mass[member, 0] >= 0.0:
                    found = _keep(family_like, vocabulary.form_token[member], best, out, found)
    return found


def neighbours_of_all(
    sounds: Codes,
    form_start: I32,
    form_writing: U8,
    token_start: I32,
    families: U64,
    family_start: I32,
    cut: U8,
    whole: U8,
    exact: U8,
    family_like: int,
    vocabulary: Vocabulary,
    costs: Costs,
    best: U8,
    seen: U8,
    touched: I32,
    out: I32,
    near_start: I32,
    near_token: I32,
    near_like: U8,
    first: int,
) -> int:
    """Append the neighbours of query tokens `first` and on to the `near_*` arrays, ascending.

    `token_start` cuts the forms, `family_start` the family keys of each token. `near_start[n]` is
    where the neighbours of new token n begin. Returns the token at which the arrays were full, or
    how many there are.
    """
    for token in range(first, len(token_start) - 1):
        a = token_start[token]
        b = token_start[token + 1]
        found = neighbours(
            sounds,
            form_start[a : b + 1],
            form_writing[a:b],
            families[family_start[token] : family_start[token + 1]],
            family_like,
            cut[token] != 0,
            whole[token] != 0,
            exact[token] != 0,
            vocabulary,
            costs,
            best,
            seen,
            touched,
            out,
        )
        begin = near_start[token]
        room = begin + found <= len(near_token)
        if room:
            near_token[begin : begin + found] = np.sort(out[:found])
            near_start[token + 1] = begin + found
        for k in range(found):
            if room:
                near_like[begin + k] = best[near_token[begin + k]]
        for k in range(found):
            best[out[k]] = 0
        if not room:
            return token
    return len(token_start) - 1


def _sharing(
    own: Codes, writing: int, whole: bool, vocabulary: Vocabulary, costs: Costs, keys: U64, seen: U8, touched: I32
) -> int:
    """Collect in `touched` the forms that share a key with one form, each once, marked in `seen`."""
    key_start = vocabulary.key_start
    key_form = vocabulary.key_form
    marks = 0
    for k in range(form_keys(own, writing, whole, costs, keys)):
        number = find_key(keys[k], vocabulary.slots, vocabulary.key_hash)
        if number < 0:
            continue
        for at in range(key_start[number], key_start[number + 1]):
            other = key_form[at]
            if seen[other] == 0:
                seen[other] = 1
                touched[marks] = other
                marks += 1
    return marks


def _weigh(
    own: Codes,
    writing: int,
    exact: bool,
    touched: I32,
    marks: int,
    vocabulary: Vocabulary,
    costs: Costs,
    table: F32,
    best: U8,
    out: I32,
    found: int,
) -> int:
    """Keep the tokens of the touched forms that are like `own`."""
    form_start = vocabulary.form_start
    form_sound = vocabulary.form_sound
    form_writing = vocabulary.form_writing
    form_mass = vocabulary.form_mass
    form_token = vocabulary.form_token
    matrices = costs.matrices
    digraph = costs.digraph
    own_mass, other_mass = masses(own, writing, costs)
    for k in range(marks):
        other = touched[k]
        a = form_start[other]
        b = form_start[other + 1]
        value = 0.0
        if writing == form_writing[other] and same_at(own, form_sound, a, b):
            value = 1.0
        elif not exact and form_mass[other, 0] >= 0.0:
            value = likeness_at(
                own,
                0,
                len(own),
                writing,
                form_sound,
                a,
                b - a,
                form_writing[other],
                own_mass + form_mass[other, 0],
                other_mass + form_mass[other, 1],
                matrices,
                digraph,
                table,
            )
        if value > 0.0:
            found = _keep(int(value * STEPS + STEP_SLACK), form_token[other], best, out, found)
    return found


def all_masses(form_start: I32, form_sound: U8, form_writing: U8, form_exact: U8, costs: Costs, out: F32) -> None:
    """Write the masses of every form into `out` (F, 2), -1 where it is like nothing but itself."""
    for form in range(len(form_start) - 1):
        sounds = form_sound[form_start[form] : form_start[form + 1]]
        out[form, 0], out[form, 1] = masses(sounds, form_writing[form], costs)
        if form_exact[form]:
            out[form, 0] = -1.0
            out[form, 1] = -1.0


def same_at(own: Codes, sounds: Codes, a: int, b: int) -> bool:
    """Tell whether a form has the same sounds as `sounds` from a to b."""
    if b - a != len(own):
        return False
    for k in range(len(own)):  # noqa: SIM110
        if own[k] != sounds[a + k]:
            return False
    return True


def _compare_head(head: Codes, sounds: Codes) -> int:
    """Order a form against a head: 0 where it begins with the head."""
    for k in range(len(head)):
        if k >= len(sounds) or sounds[k] < head[k]:
            return -1
        if sounds[k] > head[k]:
            return 1
    return 0


def _continuations(head: Codes, writing: int, vocabulary: Vocabulary, best: U8, out: I32, found: int) -> int:
    """Keep the tokens whose main form begins with `head` and is longer."""
    low = 0
    high = len(vocabulary.form_order)
    while low < high:
        middle = (low + high) // 2
        form = vocabulary.form_order[middle]
        own = vocabulary.form_sound[vocabulary.form_start[form] : vocabulary.form_start[form + 1]]
        if _compare_head(head, own) < 0:
            low = middle + 1
        else:
            high = middle
    while low < len(vocabulary.form_order):
        form = vocabulary.form_order[low]
        own = vocabulary.form_sound[vocabulary.form_start[form] : vocabulary.form_start[form + 1]]
        if _compare_head(head, own) != 0:
            break
        if len(own) > len(head) and vocabulary.form_writing[form] == writing and vocabulary.form_mass[form, 0] >= 0.0:
            found = _keep(int(CUT_LIKENESS * STEPS), vocabulary.form_token[form], best, out, found)
        low += 1
    return found


def _keep(value: int, token: int, best: U8, out: I32, found: int) -> int:
    if value > best[token]:
        if best[token] == 0:
            out[found] = token
            found += 1
        best[token] = value
    return found
