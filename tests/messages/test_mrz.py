"""Machine-readable zones, held against the specimens and examples that ICAO Doc 9303 publishes."""

from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import DragomanError, QueryRefused
from dragoman.messages.mrz import TravelDocument, read, read_mrz, read_mrzs, recognise
from dragoman.messages.mrz_checks import ALPHABET, check_digit, covered
from dragoman.messages.mrz_layout import SIZES, spans, states
from dragoman.messages.mrz_names import arabic_word, fit_name, read_name, spellings
from dragoman.messages.mrz_writing import MrzFields, write_mrz

#: Codes of bodies and of persons without a nationality.
BODIES = (
    *("XXA", "XXB", "XXC", "XXX", "XPO", "XOM", "XBA", "XIM", "XCC", "XCE", "XCO", "XEC", "XES", "XMP", "XDC", "UNO"),
    *("UNA", "IAO", "NTZ"),
)
TODAY = date(2026, 3, 1)

TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
TD1_LONG = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
TD2_LONG = "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\nD23145890<UTO3407127M95071227349<<<8"
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
MRV_A = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
MRV_B = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"
SPECIMENS = {"TD1": TD1, "TD1 long": TD1_LONG, "TD2": TD2, "TD2 long": TD2_LONG, "TD3": TD3, "A": MRV_A, "B": MRV_B}


def document(text: str) -> TravelDocument:
    return read_mrz(text, today=TODAY)


@pytest.mark.parametrize(
    ("text", "kind", "number", "birth", "expiry", "nationality"),
    [
        (TD1, "TD1", "D23145890", "1974-08-12", "2012-04-15", "UTO"),
        (TD1_LONG, "TD1", "D23145890734", "1934-07-12", "1995-07-12", "UTO"),
        (TD2, "TD2", "D23145890", "1974-08-12", "2012-04-15", "UTO"),
        (TD2_LONG, "TD2", "D23145890734", "1934-07-12", "1995-07-12", "UTO"),
        (TD3, "TD3", "L898902C3", "1974-08-12", "2012-04-15", "UTO"),
        (MRV_A, "MRV-A", "L8988901C", "1940-09-07", "1996-12-10", "XXX"),
        (MRV_B, "MRV-B", "L8988901C", "1940-09-07", "1996-12-10", "XXX"),
    ],
)
def test_the_published_specimens_are_read_and_every_check_digit_holds(text, kind, number, birth, expiry, nationality):
    found = document(text)
    assert (found.kind, found.number, found.births, found.expiry) == (kind, number, (birth,), expiry)
    assert (found.issuer, found.nationality) == ("UTO", nationality)
    assert found.name.full in ("ANNA MARIA ERIKSSON", "PETER JOHN STEVENSON")
    assert found.valid
    assert len(found.checks) == {"TD1": 4, "TD2": 4, "TD3": 5}.get(kind, 3)


@pytest.mark.parametrize(
    ("text", "digit"),
    [
        ("520727", "3"),
        ("AB2134<<<", "5"),
        ("HA672242<658022549601086<<<<<<<<<<<<<<0", "8"),
        ("D231458907<<<<<<<<<<<<<<<34071279507122<<<<<<<<<<<", "2"),
        ("HA672242<658022549601086<<<<<<<", "8"),
    ],
)
def test_the_examples_of_appendix_a_are_computed(text, digit):
    assert check_digit(text) == digit


@pytest.mark.parametrize("text", SPECIMENS.values(), ids=SPECIMENS)
def test_line_feeds_do_not_matter(text):
    assert document(text.replace("\n", "")) == document(text) == document(text.replace("\n", " \r\n").lower())


@pytest.mark.parametrize("text", SPECIMENS.values(), ids=SPECIMENS)
def test_a_change_of_one_character_is_caught_or_cannot_be_detected(text):
    """By the weights 7, 3 and 1 (all coprime to 10) only a change by a multiple of 10 keeps the check digit."""
    original = document(text)
    lines = list(original.lines)
    guarded = {
        (span.line, place)
        for each in covered(original.kind, lines)
        for span in (*each.text, each.digit)
        for place in range(span.start, span.end)
    }
    values = {char: place for place, char in enumerate(ALPHABET)} | {"<": 0}
    missed = set()
    for line, printed in enumerate(lines):
        for place, before in enumerate(printed):
            for char in ALPHABET + "<":
                changed = list(lines)
                changed[line] = printed[:place] + char + printed[place + 1 :]
                if char == before or (line, place) not in guarded:
                    continue
                if document("\n".join(changed)).valid:
                    missed.add((values[char] - values[before]) % 10)
    assert missed <= {0}


@pytest.mark.parametrize(("letter", "digit"), [("O", "0"), ("I", "1"), ("S", "5"), ("B", "8"), ("Z", "2")])
def test_a_letter_in_a_date_is_put_right_and_told(letter, digit):
    fields = MrzFields("P", "UTO", "DOE", "JANE", "X1234567", "UTO", "850121", "F", "301115")
    lines = write_mrz("TD3", fields)
    span = spans("TD3")["birth"]
    place = lines[1].index(digit, span.start, span.end)
    broken = lines[1][:place] + letter + lines[1][place + 1 :]
    found = document(f"{lines[0]}\n{broken}")
    assert found.births == ("1985-01-21",)
    assert [(each.field, each.read, each.proved) for each in found.repairs] == [("birth", letter, digit)]
    assert not found.problems
    assert not found.valid, "as printed, a check digit does not hold"


def test_a_number_is_put_right_only_where_one_reading_is_proved():
    found = document(TD3.replace("L898902C3", "L8989O2C3"))
    assert (found.number, found.repairs[0].place) == ("L898902C3", "line 2, position 6")
    # Here 0 for O at two places alike would make the digit hold: neither is proved.
    twice = write_mrz("TD3", MrzFields("P", "UTO", "DOE", "J", "O000", "UTO", "850121", "F", "301115"))
    broken = document(f"{twice[0]}\n{twice[1].replace('O000', '0000')}")
    assert broken.number == "0000"
    assert broken.repairs == ()
    assert any("one reading of number" in each.expected for each in broken.problems)


def test_a_wrong_digit_is_not_repaired_but_told_with_its_place():
    found = document(TD3.replace("F1204159", "F1204158"))
    assert [check.field for check in found.checks if not check.holds] == ["expiry", "composite"]
    assert found.problems[0].place == "line 2, position 28"
    assert found.repairs == ()


@pytest.mark.parametrize(
    ("printed", "births"),
    [
        ("74<<<<", ("1974",)),
        ("7408<<", ("1974-08",)),
        ("740000", ("1974",)),
        ("<<<<<<", ()),
        ("000000", ()),
        ("040301", ("2004-03-01",)),
        ("000101", ("2000-01-01",)),
        ("200229", ("2020-02-29", "1920-02-29")),
    ],
)
def test_what_is_known_of_a_birth_is_kept_and_no_more(printed, births):
    fields = MrzFields("P", "UTO", "DOE", "JANE", "X1234567", "UTO", printed, "<", "301115")
    found = document("\n".join(write_mrz("TD3", fields)))
    assert found.births == births
    assert found.valid
    assert found.to_record().values("birthDate") == list(births)


@pytest.mark.parametrize("printed", ["741301", "740231", "<<0812", "74<<12", "7A0101"])
def test_a_birth_that_cannot_be_is_a_problem(printed):
    lines = write_mrz("TD3", MrzFields("P", "UTO", "DOE", "JANE", "X1", "UTO", printed, "<", "301115"))
    found = document("\n".join(lines))
    assert [each.place for each in found.problems] == ["line 2, position 14"]


@pytest.mark.parametrize(
    ("code", "country"),
    [("D", "de"), ("RKS", "xk"), ("GBD", "gb"), ("EUE", "eu"), ("UNK", "xk"), ("FRA", "fr"), ("ANT", "an")]
    + [(code, None) for code in BODIES],
)  # fmt: skip
def test_the_codes_of_part_3_are_known(code, country):
    fields = MrzFields("P", code, "DOE", "JANE", "X1234567", code, "850121", "F", "301115")
    found = document("\n".join(write_mrz("TD3", fields)))
    assert found.valid
    assert found.nationality == code
    assert found.nationality_name
    assert found.to_record().first("nationality") == country


def test_the_codes_are_those_of_iso_3166_and_29_more():
    assert len(states()) == 249 + 30


def test_a_code_that_is_none_is_a_problem():
    found = document(TD3.replace("P<UTO", "P<UT0"))
    assert found.problems[0].place == "line 1, position 3"


@pytest.mark.parametrize(
    ("primary", "secondary", "width", "field"),
    [
        ("NILAVADHANANANDA", "ARNPOL<PETCH<CHARONGUANG", 39, "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU"),
        ("PAPANDROPOULOUS", "JONATHON<WARREN<TREVOR", 39, "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR"),
        (
            "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WARNAMBOOL",
            "DINGO<POTOROO",
            39,
            "BENNELONG<WOOLOOM<WARRAND<WARNAM<<DINGO",
        ),
        ("ARKFREITH", "", 39, "ARKFREITH" + "<" * 30),
        ("PAPANDROPOULOUS", "JONATHON<ALEC", 30, "PAPANDROPOULOUS<<JONATHON<ALEC"),
        ("AL<BASRI", "HUDA<MUHAMMAD<JAWAD", 30, "AL<BASRI<<HUDA<MUHAMMAD<JAWAD<"),
    ],
)
def test_names_are_cut_as_the_published_examples_are(primary, secondary, width, field):
    assert fit_name(primary, secondary, width) == field


@pytest.mark.parametrize("line", ["BENNELONG<WOOLOOMOOLOO<WARRANDYTE<W<<DI", "BENNEL<WOOLOO<WARRAN<WARNAM<<DINGO<POTO"])
def test_a_full_name_field_is_said_to_be_cut(line):
    assert read_name(line).truncated
    assert read_name(line).secondary.startswith("DI")
    assert not read_name(line[:-1] + "<").truncated


words = st.lists(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=20), min_size=1, max_size=5)


@given(words, words, st.sampled_from([30, 31, 39]))
def test_a_cut_name_ends_in_a_letter_and_keeps_both_identifiers(primary, secondary, width):
    field = fit_name("<".join(primary), "<".join(secondary), width)
    name = read_name(field)
    assert len(field) == width
    assert name.primary
    assert name.secondary
    whole = len("<".join(primary)) + 2 + len("<".join(secondary))
    assert name.truncated == (whole >= width)


@pytest.mark.parametrize(
    ("spelling", "word"),
    [
        ("MXHMD", "محمد"),
        ("HXSHAM", "هشام"),
        ("FAXTTMXAH", "فاطمة"),
        ("XSHRYF", "شريف"),
        ("XXGBAL", "ہبال"),
        ("VXHMD", None),
    ],
)
def test_components_of_table_c_are_spelt_back(spelling, word):
    assert arabic_word(spelling) == word


def test_an_arabic_name_is_carried_in_its_script():
    line = "P<EGYALMXSSRY<<MXHMD<MXHMWD".ljust(44, "<")
    found = document(f"{line}\n{TD3.splitlines()[1]}")
    assert found.name.originals == ("محمد محمود المصري",)
    assert "محمد محمود المصري" in found.to_record().names


def test_a_doubled_letter_is_read_as_shadda_too():
    assert set(read_name("EBBAS<<XHSN<<", arabic=True).originals) == {"حسن عبباس", "حسن عباس"}


@pytest.mark.parametrize("field", ["XI<<JINPING", "XIA<<LI", "ALEXANDER<<MAXIM", "FELIX<<XAVIER"])
def test_latin_names_with_an_x_are_not_taken_for_arabic(field):
    assert read_name(field).originals == ()


def test_spanish_and_german_escapes_are_spelt_back():
    assert read_name("MUNXXOZ<<JOSE").originals == ("JOSE MUÑOZ",)
    assert read_name("MUXXLLER<<UWE").originals == ("UWE MÜLLER",)


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        ("Müller", None, ["MUELLER", "MUXXLLER", "MULLER"]),
        ("Muñoz", None, ["MUNOZ", "MUNXXOZ"]),
        ("Großmann-Ødegård", None, ["GROSSMANN<OEDEGAARD", "GROSSMANN<OEDEGARD"]),
        ("O'Connor", None, ["OCONNOR"]),
        ("Горбачёв", None, ["GORBACHEV"]),
        ("Щербаков", "bg", ["SHTERBAKOV"]),
        ("Їжак", "uk", ["YIZHAK"]),
        ("Київ", "uk", ["KYIV"]),
        ("Жуковић", "sr", None),
        ("محمد", None, ["MXHMD"]),
        ("فاطمة علي", None, ["FAXTTMXAH<ELY"]),
        ("عبد الرحمن", None, ["EBD<ALRXHMN"]),
    ],
)
def test_names_are_spelt_by_the_tables_of_section_6(name, language, expected):
    assert expected is None or spellings(name, language) == expected


@given(st.text(max_size=30))
def test_spellings_have_only_what_the_zone_can_print(name):
    assert all(set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ<") for text in spellings(name))


numbers = st.text(ALPHABET, min_size=1, max_size=9)
days = st.dates(date(1930, 1, 1), date(2010, 12, 31)).map(lambda day: day.strftime("%y%m%d"))


@settings(max_examples=150)
@given(
    st.sampled_from(sorted(SIZES)),
    words,
    words,
    numbers,
    days,
    days,
    st.sampled_from("MF<"),
    st.sampled_from(sorted(states())),
)
def test_what_is_written_is_read_again(kind, primary, secondary, number, birth, expiry, sex, state):
    code = "V" if kind.startswith("MRV") else "P" if kind == "TD3" else "I"
    fields = MrzFields(code, state, primary[0], secondary[0], number, state, birth, sex, expiry)
    lines = write_mrz(kind, fields)
    found = document("\n".join(lines))
    assert found.valid
    assert (found.kind, found.number, found.name.primary) == (kind, number, primary[0])
    assert found.births[0][2:].replace("-", "") == birth
    assert found.expiry is not None
    assert found.expiry[2:].replace("-", "") == expiry


@given(st.sampled_from(["TD1", "TD2"]), st.text(ALPHABET, min_size=10, max_size=14))
def test_a_long_number_goes_on_in_the_optional_field(kind, number):
    fields = MrzFields("I", "UTO", "DOE", "JANE", number, "UTO", "850121", "F", "301115")
    found = document("\n".join(write_mrz(kind, fields)))
    assert (found.number, found.valid, found.optional) == (number, True, ())


def test_a_filler_lost_at_the_end_is_made_up_and_told():
    found = document(TD3.replace("MARIA<<<<<<<<<<<<<<<<<<<", "MARIA<<<<<<<<<<<<<<<<<<"))
    assert found.number == "L898902C3"
    assert [each.place for each in found.problems] == ["line 1"]


@pytest.mark.parametrize("text", ["", "P<UTO", "A" * 44, TD3[:-2], TD1.splitlines()[0]])
def test_what_is_no_zone_is_refused_with_what_was_expected(text):
    with pytest.raises(QueryRefused, match="expected TD1 3 lines of 30"):
        document(text)


def test_many_zones_in_one_text_are_read_one_by_one():
    found = list(read_mrzs(f"{TD3}\n{TD1}\n\nnonsense\n\n{MRV_B}\n", today=TODAY))
    assert [getattr(each, "kind", None) for each in found] == ["TD3", "TD1", None, "MRV-B"]


def test_a_zone_is_a_message_with_its_holder_as_traveller():
    messages = list(read(io.BytesIO(f"{TD3}\n\nP<XX\nfoo".encode()), "scan.txt"))
    assert messages[0].parties[0].record.first("passportNumber") == "L898902C3"
    assert messages[0].parties[0].role == "traveller"
    assert "lines of" in messages[1].problems[0].found
    assert recognise(TD3.encode())
    assert not recognise(b"name,birthDate\n")


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=300), st.text("<ABCP0123456789\n", max_size=200).map(str.encode)))
def test_any_bytes_are_read_or_refused(content):
    try:
        for message in read(io.BytesIO(content), "x"):
            assert message.parties or message.problems
    except DragomanError:
        pass
    recognise(content)


@pytest.mark.parametrize("text", SPECIMENS.values(), ids=SPECIMENS)
def test_a_zone_that_is_cut_short_is_never_taken_for_whole(text):
    for end in range(len(text)):
        for found in read_mrzs(text[:end], today=TODAY):
            assert isinstance(found, QueryRefused) or found.problems or found.lines == tuple(text.split("\n"))
