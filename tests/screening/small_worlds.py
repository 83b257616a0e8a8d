"""Small invented worlds of parties and queries: names of real-looking words, misspelt, joined, cut and mixed."""

from __future__ import annotations

from hypothesis import strategies as st

from dragoman.model import Record

#: Words as lists and people write them, in several spellings and scripts.
_WRITTEN = """
    Mohammed Muhammad Mohamed Md. Mhmmd Ahmed Ahmad Hussein Husain Houcine Hassan Khalid Khaled Halid Qasim
    Kassem Abdul Rahman Abdulrahman Abdurrahman Abdallah Abdullah Nasrullah Allah Din Jalaluddin Jalal
    ud-Din Abu Bakr Abubakr Umm ibn bin Bint al- El the Haji Mullah Sheikh Qari Dr Jr van de Boumediene Bou
    Krouh Boukrouh Djamel Jamal Gamal Tchiko Chiko Yusuf Youssef Qadhafi Gaddafi Kadafi Zawahiri Zawahri
    Ladin Laden Usamah Osama Aljafari Jafari Elhosseiny Smith Smyth Jones Johnson Jonson Ivan Ivanov Ivanova
    Petrov Petroff Schmidt Schmitt Kowalski Kim Jong Un Jongun Lee Garcia Martinez Oleksandr Alexander Sasha
    Bill William J. A. K M. O'Neill Al-Sham ISIL Trading Company Ltd LLC Bank Islamic State Front Jabhat
    Nusra Army Jaish Group Holdings Tehrik Taliban Pakistan Lashkar e Tayyiba TTP LeT محمد أحمد عبد الرحمن
    عبدالرحمن حسين الله نصر ابو بكر بن خالد الجعفري جبهة النصرة الدين جلال Мохаммед Иванов Иван Ахмад Петров
    Александр Γιώργος Παπαδόπουλος משה כהן 김정은 习近平 नरेन्द्र सिंह サクラ MXHMWD 0sama 14
"""
WORDS = tuple(_WRITTEN.split())

_LETTERS = "aeioubdhkmnrstyz"


@st.composite
def slips(draw: st.DrawFn, word: str) -> str:
    """Return a word with one slip of the pen."""
    at = draw(st.integers(0, max(0, len(word) - 1)))
    kind = draw(st.sampled_from(["drop", "add", "change", "swap", "cut", "double"]))
    letter = draw(st.sampled_from(_LETTERS))
    match kind:
        case "drop":
            return word[:at] + word[at + 1 :]
        case "add":
            return word[:at] + letter + word[at:]
        case "change":
            return word[:at] + letter + word[at + 1 :]
        case "swap":
            return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
        case "double":
            return word[:at] + word[at : at + 1] * 2 + word[at + 1 :]
    return word[: max(2, at)]


@st.composite
def names(draw: st.DrawFn, longest: int = 5) -> str:
    """Return a name of one to `longest` words, some with a slip, some joined to the next."""
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=longest))
    words = [draw(slips(word)) if draw(st.integers(0, 3)) == 0 else word for word in words]
    return "".join(word + draw(st.sampled_from([" ", " ", " ", "-", ""])) for word in words).strip(" -")


@st.composite
def nearly(draw: st.DrawFn, name: str) -> str:
    """Return another way in which a name may come in: shuffled, abridged, with initials, cut short, misspelt."""
    words = name.split() or [name]
    for kind in draw(
        st.lists(st.sampled_from(["shuffle", "less", "more", "initial", "slip", "join", "cut"]), max_size=3)
    ):
        at = draw(st.integers(0, len(words) - 1))
        match kind:
            case "shuffle":
                words = draw(st.permutations(words))
            case "less" if len(words) > 1:
                words = words[:at] + words[at + 1 :]
            case "more":
                words = [*words[:at], draw(st.sampled_from(WORDS)), *words[at:]]
            case "initial":
                words = [*words[:at], words[at][:1] + ".", *words[at + 1 :]]
            case "slip":
                words = [*words[:at], draw(slips(words[at])), *words[at + 1 :]]
            case "join" if len(words) > at + 1:
                words = [*words[:at], words[at] + words[at + 1].lower(), *words[at + 2 :]]
            case "cut":
                words = [*words[:-1], words[-1][: max(1, len(words[-1]) - 2)]]
        words = [word for word in words if word] or [name]
    return " ".join(words)


_DATES = st.sampled_from(["1957", "1957-03-10", "1957-10-03", "1957~", "1955/1960", "1958-03", "1970", "1999-12-31"])
_SCHEMATA = st.sampled_from(["Person", "Person", "Person", "Organization", "Company", "LegalEntity", "Vessel"])
_COUNTRY = st.sampled_from(["af", "iq", "ru", "kp"])
_PLACES = st.sampled_from(["Kandahar", "Qandahar, Afghanistan", "Basra", "Al-Basrah"])


@st.composite
def facts(draw: st.DrawFn, record: Record) -> Record:
    """Add to a record what is known beside its names, if anything."""
    person = record.schema == "Person"
    for value in draw(st.lists(_DATES, max_size=2)):
        record.add("birthDate" if person else "incorporationDate", value)
    for value in draw(st.lists(_COUNTRY, max_size=2)):
        record.add("nationality" if person else "country", value)
    if person:
        record.add("passportNumber", draw(st.sampled_from([None, None, "A1234567", "B7654321"])))
        record.add("birthPlace", draw(st.none() | _PLACES))
        record.add("gender", draw(st.sampled_from([None, "male", "female"])))
    return record


@st.composite
def parties(draw: st.DrawFn, number: int) -> Record:
    """Return a party of one to three names, some of them weak."""
    record = Record(f"p{number}", draw(_SCHEMATA), source=draw(st.sampled_from(["north", "south"])), version="1")
    record.add("name", draw(names()) or "x")
    for _ in range(draw(st.integers(0, 2))):
        record.add(draw(st.sampled_from(["alias", "weakAlias"])), draw(names()))
    return draw(facts(record))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Record], list[Record]]:
    """Return parties, and queries that resemble some of them."""
    listed = [draw(parties(number)) for number in range(draw(st.integers(1, 8)))]
    printed = [name for party in listed for name in party.names]
    asked = []
    for number in range(draw(st.integers(1, 5))):
        query = Record(f"q{number}", draw(_SCHEMATA))
        for _ in range(draw(st.integers(1, 2))):
            query.add("name", draw(st.sampled_from(printed).flatmap(nearly) | names()))
        asked.append(draw(facts(query)))
    return listed, asked
