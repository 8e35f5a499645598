"""Which language a comment is written in, for the queue's filter. A guess that decides nothing."""

import unicodedata

LETTERS_NEEDED = 20  # fewer say too little: "lol ok haha" is Dutch to every detector
SHARE_NEEDED = 80  # percent of the text that has to be in the one language
_CALLED_TODAY = {"iw": "he", "jw": "jv"}  # by the detector, and in BCP 47
_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "ga": "Irish", "gl": "Galician", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese",
    "ka": "Georgian", "ko": "Korean", "ku": "Kurdish", "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian",
    "ms": "Malay", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian",
    "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def language_of(text: str) -> str | None:
    """The tag of the language (BCP 47, without region or script); None for a short or doubtful text."""
    if sum(1 for char in text if unicodedata.category(char)[0] == "L") < LETTERS_NEEDED:
        return None
    import pycld2  # 7 MB of tables: only for who posts

    try:
        is_sure, _, found = pycld2.detect(text, bestEffort=False)
    except pycld2.error:  # a character its tables do not know
        return None
    _, tag, share, _ = found[0]
    if not is_sure or share < SHARE_NEEDED or tag.startswith(("un", "xx")):
        return None
    tag = tag.partition("-")[0]
    return _CALLED_TODAY.get(tag, tag)


def language_name(tag: str) -> str:
    """What moderators call a language; the tag itself where the list here does not have it."""
    return _NAMES.get(tag, tag)
