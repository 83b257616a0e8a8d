"""Every script is read as its readers read it: beside the Latin spelling in use, each word finds its fellow."""

from __future__ import annotations

import pytest

from dragoman.names import tokenise
from dragoman.names.likeness import likeness
from dragoman.names.sounds import decode_icao, sounds_of, to_ascii
from dragoman.names.text import script_of

#: Script, as written, as commonly romanised: public figures of the past and invented names.
IN_USE = [
    ("arabic", "محمد", "Mohammed"),
    ("arabic", "جمال عبد الناصر", "Gamal Abdel Nasser"),
    ("arabic", "خالد الجعفري", "Khaled al-Jaafari"),
    ("arabic", "يوسف شاهين", "Youssef Chahine"),
    ("arabic", "فيروز", "Fairuz"),
    ("persian", "محمود احمدی‌نژاد", "Mahmoud Ahmadinejad"),
    ("persian", "پرویز", "Parviz"),
    ("persian", "گلستان", "Golestan"),
    ("urdu", "ذوالفقار بھٹو", "Zulfiqar Bhutto"),
    ("urdu", "عمران خان", "Imran Khan"),
    ("hebrew", "משה דיין", "Moshe Dayan"),
    ("hebrew", "יצחק רבין", "Yitzhak Rabin"),
    ("cyrillic", "Владимир Высоцкий", "Vladimir Vysotsky"),
    ("cyrillic", "Юрий Гагарин", "Yuri Gagarin"),
    ("cyrillic", "Щербаков", "Shcherbakov"),
    ("cyrillic", "Тарас Шевченко", "Taras Shevchenko"),
    ("greek", "Γιώργος Σεφέρης", "Giorgos Seferis"),
    ("greek", "Μελίνα Μερκούρη", "Melina Merkouri"),
    ("devanagari", "राज कपूर", "Raj Kapoor"),
    ("devanagari", "दाऊद इब्राहिम", "Dawood Ibrahim"),
    ("bengali", "সত্যজিৎ রায়", "Satyajit Ray"),
    ("bengali", "রহমান", "Rahman"),
    ("gurmukhi", "ਭਗਤ ਸਿੰਘ", "Bhagat Singh"),
    ("tamil", "பிரபாகரன்", "Prabhakaran"),
    ("chinese", "毛泽东", "Mao Zedong"),
    ("chinese", "邓小平", "Deng Xiaoping"),
    ("korean", "김일성", "Kim Il Sung"),
    ("korean", "김정은", "Kim Jong Un"),
    ("hiragana", "さくら", "Sakura"),
    ("katakana", "クロサワ", "Kurosawa"),
    ("latin with marks", "Đặng Văn Lâm", "Dang Van Lam"),
    ("latin with marks", "Recep Erdoğan", "Recep Erdogan"),
    ("latin with marks", "Łukasz Żółć", "Lukasz Zolc"),
    ("latin with marks", "Škoda Čech", "Skoda Cech"),
    ("latin with marks", "Strauß", "Strauss"),
    ("latin with marks", "Þór Sigurðsson", "Thor Sigurdsson"),
]


def alike(left: str, right: str) -> float:
    """Return the likeness of the least like word of a name to the best word, or joined pair, of another."""
    ours, theirs = tokenise(left), tokenise(right)
    offered = [*theirs.tokens, *(token for _, token in theirs.joins)]
    return min(max(likeness(token, other) for other in offered) for token in ours.tokens)


@pytest.mark.parametrize(("script", "written", "romanised"), IN_USE, ids=[f"{s}-{r}" for s, _, r in IN_USE])
def test_each_word_is_like_its_usual_romanisation(script: str, written: str, romanised: str) -> None:
    assert alike(written, romanised) >= 0.6


@pytest.mark.parametrize(
    ("written", "stranger"),
    [
        ("محمد", "Khalid"),
        ("Владимир", "Sergei"),
        ("김정은", "Deng Xiaoping"),
        ("राज कपूर", "Bhagat Singh"),
        ("משה", "David"),
    ],
)
def test_a_word_is_unlike_a_strangers(written: str, stranger: str) -> None:
    assert max(likeness(a, b) for a in tokenise(written).tokens for b in tokenise(stranger).tokens) == 0.0


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("владимир", "vladimir"),
        ("щука", "Suka"),
        ("хрущёв", "KruSev"),
        ("жуков", "Zukov"),
        ("γιώργος", "giorgos"),
        ("μπάμπης", "babis"),
        ("मोदी", "modi"),
        ("कपूर", "kapur"),
        ("রহমান", "rahaman"),
        ("さくら", "sakura"),
    ],
)
def test_scripts_with_vowels_are_spelled_as_they_are_spoken(word: str, sounds: str) -> None:
    assert sounds_of(word, script_of(word[0])) == sounds


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("müller", "muller"),
        ("đặng", "dang"),
        ("łódź", "lodz"),
        ("strauß", "strauss"),
        ("søren", "soren"),
        ("þór", "thor"),
    ],
)
def test_latin_marks_fall_away_and_special_letters_unfold(word: str, plain: str) -> None:
    assert to_ascii(word) == plain


@pytest.mark.parametrize(
    ("zone", "letters"),
    [("mxhmwd", "محمود"), ("xhsyn", "حسين"), ("xkhald", "خالد"), ("max", None), ("ahmed", None), ("felix", None)],
)
def test_a_machine_readable_zones_escapes_are_arabic_letters_again(zone: str, letters: str | None) -> None:
    assert decode_icao(zone) == letters


@pytest.mark.parametrize(
    ("zone", "written"),
    [("MXHMWD", "محمود"), ("MXHMD", "محمد"), ("XKHALD", "خالد"), ("XHSYN", "حسين"), ("XSHARWN", "شارون")],
)
def test_a_name_from_a_machine_readable_zone_is_the_name_in_arabic(zone: str, written: str) -> None:
    (token,), (arabic,) = tokenise(zone).tokens, tokenise(written).tokens
    assert likeness(token, arabic) == 1.0


def test_a_zones_escapes_find_the_latin_spelling_too() -> None:
    assert alike("MXHMWD", "Mahmoud") >= 0.6
    assert alike("XKHALD", "Khaled") >= 0.6


@pytest.mark.parametrize("name", ["Max", "Alex", "Xavier", "Xi Jinping", "Felix", "Ajax Trading"])
def test_an_x_in_a_plain_name_is_no_escape(name: str) -> None:
    assert tokenise(name).tokens
    assert alike(name, name.upper()) == 1.0


def test_short_chinese_and_korean_names_are_parted_into_family_and_given_name() -> None:
    assert [token.text for token in tokenise("毛泽东").tokens] == ["毛", "泽东"]
    assert [token.text for token in tokenise("김정은").tokens] == ["김", "정은"]


@pytest.mark.parametrize("vocalised", ["مُحَمَّد", "مُحمّد"])
def test_arabic_vowel_marks_are_read_past(vocalised: str) -> None:
    assert tokenise(vocalised).tokens[0].sounds == tokenise("محمد").tokens[0].sounds


def test_hebrew_points_are_read_past() -> None:
    assert tokenise("מֹשֶׁה").tokens[0].sounds == tokenise("משה").tokens[0].sounds


@pytest.mark.parametrize(("one", "other"), [("كريم", "کریم"), ("علي", "علی"), ("اسامة", "أسامة"), ("فاطمة", "فاطمه")])
def test_arabic_persian_and_urdu_shapes_of_a_letter_are_alike(one: str, other: str) -> None:
    assert likeness(tokenise(one).tokens[0], tokenise(other).tokens[0]) >= 0.9


@pytest.mark.parametrize(
    ("marked", "stripped"),
    [
        ("Karadžić", "Karadzic"),
        ("Šešelj", "Seselj"),
        ("Peña", "Pena"),
        ("Çelik", "Celik"),
        ("Şahin", "Sahin"),
        ("Gonçalves", "Goncalves"),
        ("Milošević", "Milosevic"),
        ("Wałęsa", "Walesa"),
        ("Żółć", "Zolc"),
    ],
)
def test_a_name_is_like_itself_without_its_marks_as_passports_print_it(marked: str, stripped: str) -> None:
    assert alike(marked, stripped) >= 0.9
    assert alike(stripped, marked) >= 0.9
