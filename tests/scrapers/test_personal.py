"""What is taken out of texts, and what must stay."""

from __future__ import annotations

import re
import stat
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.landing import BoardObservation, PayComponent, Posting, Refusal
from scrapers.personal import (
    EMAIL,
    NAME,
    PHONE,
    author_key,
    read_key,
    redact,
    redact_label,
    redact_row,
)

# What stands in ⟦⟧ is to go, all else is to stay.
EMAILS = [
    "Send a CV to ⟦jane.doe@acme.com⟧ today.",
    "Write to ⟦jobs@acme.com⟧, ⟦hr+ml@acme.co.uk⟧ or ⟦o'brien@acme.io⟧!",
    "Mail: ⟦Jane_Doe@Research.Acme.DE⟧.",
    '<p>Questions? ⟦<a href="mailto:jane@acme.com">Ask us</a>⟧ any time.</p>',
    '<a class="x" target="_blank" href="https://acme.com/jobs">Jobs</a> ⟦<a class="y" '
    'href="mailto:jane@acme.com?subject=ML%20role&amp;cc=hr@acme.com"><b>jane@acme.com</b></a>⟧',
    "&lt;p&gt;To ⟦&lt;a href=&quot;mailto:jane@acme.com&quot;&gt;Jane&lt;/a&gt;⟧ please&lt;/p&gt;",
    "&amp;lt;li&amp;gt;⟦jane@acme.com⟧&amp;lt;/li&amp;gt;",
    "link: ⟦mailto:jane%40acme.com⟧",
    "Reply to ⟦jane&#64;acme.com⟧ or ⟦john&#x40;acme.com⟧ or ⟦joe&commat;acme.com⟧.",
    "⟦&#106;&#97;&#110;&#101;&#64;&#97;&#99;&#109;&#101;&#46;&#99;&#111;&#109;⟧ is read daily.",
    '⟦<span class="__cf_email__" data-cfemail="7d17">[email&#160;protected]</span>⟧ is read.',
    '⟦<a href="/cdn-cgi/l/email-protection#7d17">[email protected]</a>⟧ is read.',
    "Apply: ⟦jane (at) acme (dot) com⟧",
    "Apply: ⟦jane [at] acme.com⟧ or ⟦joe{at}acme.io⟧ or ⟦jim &lt;at&gt; acme.com⟧",
    "Apply: ⟦jane.doe[AT]acme[DOT]com⟧.",
    "Ping ⟦jane at acme dot io⟧ if you like.",
    "Ping ⟦jane dot doe at acme dot co dot uk⟧ if you like.",
    "Reach out: ⟦careers AT acme DOT ai⟧",
    "Resumes to ⟦jane -at- acme dot eu⟧",
    "Resumes to ⟦jane (@) acme.com⟧",
    "Resumes to ⟦jane @ acme.com⟧",
    "Email me at ⟦jane at acme.com⟧ please",
    "Email ⟦jane@⟧ or ⟦jobs@⟧ and say hello.",
    "I lead the team (⟦jane@⟧).",
    "Ask via ⟦jane@acme⟧ (our domain is easy).",
    "⟦{first,last}@acme.com⟧ reaches us both",
    "tel or mail:⟦jane@acme.com⟧;⟦joe@acme.com⟧",
    "Bewerbung bitte an ⟦bewerbung@beispiel.de⟧ senden.",
    "Envoyez votre CV à ⟦recrutement@exemple.fr⟧.",
    "Envía tu CV a ⟦empleo@ejemplo.es⟧.",
    "Escribe a ⟦empleo (arroba) ejemplo (punto) es⟧.",
    "write ⟦jane＠acme.com⟧",
    "https://acme.com/unsubscribe?u=⟦jane%40acme.com⟧",
    "⟦jane(a)acme.fi⟧",
    "Write to ⟦jane [at] ⟧[our domain] today.",
    "<p>See ⟦https:&#x2F;&#x2F;uk.linkedin.com&#x2F;in&#x2F;jane⟧ or ⟦wa.me/14155550132⟧</p>",
]
PHONES = [
    "Call ⟦(415) 555-0132⟧ now.",
    "Call ⟦415-555-0132⟧ or ⟦415.555.0132⟧.",
    "Call us at ⟦1-415-555-0132⟧.",
    "Phone: ⟦+1 415 555 0132⟧",
    "⟦+49 30 901820⟧ or ⟦+49 (0)30 90182-0⟧",
    "Tel.: ⟦030 901820⟧",
    "Telefon: ⟦089/12 34 56-78⟧",
    "unter ⟦0171 / 1234567⟧ erreichbar",
    "Rufnummer ⟦0711 / 123 456 - 16⟧ jederzeit",
    "Tél. : ⟦01 23 45 67 89⟧",
    "Appelez le ⟦+33 6 12 34 56 78⟧",
    "Teléfono: ⟦612 34 56 78⟧",
    "Móvil ⟦+34 612 34 56 78⟧",
    "Ring ⟦020 7946 0958⟧ for a chat.",
    "UK: ⟦+44 (0)20 7946 0958⟧",
    "WhatsApp ⟦+91 98765 43210⟧ only",
    "Text me at ⟦4155550132⟧.",
    'Ring ⟦<a href="tel:+14155550132">our office</a>⟧ first.',
    "&lt;a href=&quot;https://acme.com&quot;&gt;x&lt;/a&gt; tel ⟦415-555-0132⟧",
    "Fax&nbsp;⟦+43 1 5123456⟧",
    "<strong>Telefon:</strong> ⟦+49 40-54711-266⟧</p>",
    "0041? No: ⟦0041 44 668 18 00⟧.",
    "Mobile (⟦07911 123456⟧)",
]
NAMES = [
    "Your contact: ⟦Jane Doe⟧",
    "Your contact: <strong>⟦Jane Doe⟧</strong>",
    "Recruiter: ⟦Aoife Ní Bhriain⟧",
    "Hiring Manager: ⟦Tresór Mbeki⟧",
    "Posted by: ⟦Jane Doe⟧",
    "Contact ⟦Jane Doe⟧ at ⟦jane@acme.com⟧.",
    "Email ⟦Jane⟧ at ⟦jane@acme.com⟧.",
    "Please email our recruiter ⟦Jane⟧ directly.",
    "Reach out to ⟦Jane Doe⟧ (Talent Partner).",
    "Ask for ⟦Xochitl⟧ ⟦xochitl@acme.com⟧",
    "I'm ⟦Jane⟧, CTO of this small team.",
    "I&#x27;m ⟦Jane⟧, the founder.",
    "Hi, I am ⟦Jane Doe⟧ and I lead data.",
    "My name is ⟦Vasek⟧ and I lead data.",
    "Hello, this is ⟦Jane⟧ from Acme.",
    "<p>We pay well.<p>— ⟦Jane⟧, CTO",
    "We pay well, and we hire all over the world.\n-- ⟦Jane⟧",
    "<p>Cheers,<p>⟦Jane⟧",
    "Best regards,\n⟦Jane Doe⟧\nHead of Data",
    "Thanks!<br>⟦Jane Doe⟧, VP Engineering",
    "<p>⟦Jane Doe⟧, Senior Recruiter",
    "Our team: ⟦Jane Doe⟧, Talent Acquisition Manager, and many more.",
    'See <a href="https://acme.com">us</a>, or ⟦<a href="https://www.linkedin.com/in/janedoe/">'
    "<u>Jane</u></a>⟧ there.",
    "Find me: ⟦https://www.linkedin.com/in/jane-doe-123⟧",
    "Find me: ⟦https:&#x2F;&#x2F;uk.linkedin.com&#x2F;in&#x2F;janedoe⟧",
    "Profil: ⟦https://www.xing.com/profile/Jane_Doe⟧",
    "Ansprechpartnerin: ⟦Frau Jana Müller⟧",
    "Dein Ansprechpartner ist ⟦Max Mustermann⟧.",
    "Ihre Ansprechpartner*in: ⟦Erika Mustermann⟧",
    "Bei Fragen wende dich gerne an ⟦Erika⟧.",
    "Bewerbungen an ⟦Herrn Dr. Max Mustermann⟧, Personalabteilung",
    "Für Rückfragen steht Ihnen ⟦Frau Schmidt⟧ zur Verfügung.",
    "&lt;p&gt;Ansprechpartner: ⟦J&uuml;rgen M&uuml;ller⟧&lt;/p&gt;",
    "Viele Grüße\n⟦Jana⟧",
    "Ich bin ⟦Anke⟧ und beantworte alles.",
    "Mein Name ist ⟦Anke Schulz⟧.",
    "Votre contact : ⟦Jean-Luc Dupont⟧",
    "Contactez ⟦Aurélie⟧ pour en savoir plus.",
    "Je suis ⟦Camille⟧, responsable du recrutement.",
    "Cordialement,\n⟦Camille Martin⟧",
    "Persona de contacto: ⟦María García⟧",
    "Me llamo ⟦Lucía⟧ y dirijo datos.",
    "Contacta con ⟦Lucía⟧ para saber más.",
    "Saludos,\n⟦Lucía⟧",
    "Neem contact op met ⟦Sanne de Vries⟧ via ⟦sanne@voorbeeld.nl⟧.",
    "Ask for ⟦Jane⟧ or ⟦John⟧.",
    "Hiring Manager: ⟦Jane Doe⟧. ⟦Jane⟧ will call you.",
    "Write ⟦jane.doe@acme.com⟧. ⟦Jane⟧ and the team answer.",
    "Questions go to me (⟦Jane⟧, CTO).",
    "Hey! ⟦Jane⟧ here, hiring again.",
    "⟦Jane⟧ will be in touch with you.",
    "Contact: ⟦Siobhán O'Brien⟧, President",
    "Let ⟦Jane⟧ know that you read this.",
]
KEPT = [
    # pay
    "Salary $150,000 - $200,000 plus 0.1% equity",
    "Base of 120.000 - 150.000 EUR, gross, 13th salary",
    "€ 50 000 – 65 000 brutto",
    "CHF 120'000 – 140'000, 100%",
    "$60.00 - $75.50 per hour, 2,080 hours",
    "Pay: USD 160000-210000",
    "401(k) with 4% match, 529 plan, 1099 or W2",
    "12-18 LPA, Rs. 12,00,000 - 18,00,000",
    "We raised $415.555.000 in 2021",
    "Call option value 100 000 - 150 000 PLN",
    "Mobile Lead, 120 000 - 150 000 PLN a year",
    # ids, dates, versions, addresses
    "Req 2416250-1950, job 4078002002, R-0012345",
    "Requisition ID: 415-2024-0132",
    "2019-04-05 to 2021-12-31, 01.02.2024 - 31.03.2024",
    "From 01/02/2024 until 12/2025, 2019 - 2022",
    "Python 3.11.2, CUDA 12.4.1, PyTorch 2.1.0+cu121",
    "10.0.0.1 and 192.168.100.200:8080",
    "221B Baker Street, London NW1 6XE; 1600 Amphitheatre Parkway, CA 94043",
    "Chausseestr. 12, 10115 Berlin",
    "9:00 - 17:30, 24/7, 365 days",
    "ISO 27001, DIN EN 9100, 21 CFR 820.30, IEC 62304-1",
    "https://jobs.lever.co/acme/1531a8ad-d030-4087-96e2-072a387d31ca",
    "https://boards.greenhouse.io/acme/jobs/4155550132?t=54a0bb",
    "https://acme.com/415-555-0132/",
    '<p style="min-height:1.5em" data-ccp-props="{&quot;335559739&quot;:0}">Work</p>',
    '<path d="M17.8946 4.29289C17.7071 17.5196 020 7946 0958"/>',
    "over 10 000 000 users, 1.000.000+ downloads, 100 000 000 rows a day",
    "ratio 0.95 - 0.99 and 1:100",
    "We text 10 000 people and call 24 000.",
    # at signs and words like it
    "recall@10, precision@k, mAP@0.5, NDCG@100",
    "Follow us on Twitter @acme or @acme_ai!",
    "https://medium.com/@acme/how-we-work",
    "npm install react@18.2.0 @angular/core@latest",
    "git clone git@github.com:acme/tool.git",
    "Engineer @ Acme, formerly @Globex",
    "Women@Acme and Data@Scale",
    "icon@2x.png",
    "Look at the dot plot at night.",
    "Apply at acme.com or at careers.acme.io/jobs.",
    "Email us at acme.com/contact or look at jobs.acme.com.",
    "at (least) three years; work (at home)",
    "You are good at dot products.",
    # words after what introduces a name
    "Contact Center Manager, Contact Lens Lab",
    "Contact our Support Team or Human Resources.",
    "Contact: Sales Department, Berlin",
    "Recruiter: Senior Technical Recruiter (m/w/d)",
    "Hiring Manager: Machine Learning Platform",
    "Email Marketing Manager with PyTorch",
    "Call Center Agent, Call For Papers",
    "Write Python, message Kafka, ping Redis, text Mining",
    "Reach out to Acme Robotics for details.",
    "I'm Senior Director of Engineering at Acme.",
    "I am American; you are European.",
    "This is Berlin, and this is Machine Learning.",
    "Our founder Jane Doe studied physics.",
    "Investors such as John Smith and Jane Doe back us.",
    "Best,\nAcme Robotics is growing and needs people who build models for many years to come. "
    "It has offices in ten countries, and all of them hire now. Remote work is fine with us too.",
    "Thanks to our Customers, Partners and Teams",
    "Talk to Users, speak to Customers, meet Deadlines",
    "Ansprechpartner für Kunden und Lieferanten sein",
    "Kontakt zu Kunden; Bewerbung an Hochschulen",
    "Frau/Mann/Divers, Frauen und Männer",
    "Point of contact for Enterprise Customers",
    "Reporting to the Head of Data, San Francisco, CA",
    "Recruiter | Menlo Park, CA | Onsite",
    "Experience with Julia, Ruby, Jasper, Claude and Sage",
    "Contact Julia developers everywhere",
    "Use Amazon Alexa, Google Home and Siri",
    "Jane Street, Morgan Stanley, Charles Schwab and Ernst Young",
    "Marie Curie fellowship, Alan Turing Institute, Ada Lovelace Award",
    "https://www.linkedin.com/company/acme/ and https://www.linkedin.com/jobs/view/4000000001",
    # titles
    "Siri - Machine Learning Engineer",
    "Backend Engineer - Grant Core",
    "Founding Product Engineer - August",
    "Art Director, Max",
    # frameworks
    "PyTorch, TensorFlow, Keras, JAX, scikit-learn, XGBoost, Caffe, MXNet, Theano",
    "<li>PyTorch (2.x) &amp; TensorFlow</li>",
    "&lt;li&gt;Torch, Flax, Ray, Dask, Horovod&lt;/li&gt;",
    "Deep Learning mit TensorFlow oder PyTorch",
]
MISSED = [
    "Either ⟦Tim⟧ or ⟦Chris⟧ responds promptly.",
    "Contact ⟦Xiuying Przybylski⟧ for details.",
    "Mail ⟦james at our little shop dot com⟧.",
    "The CEO's number spells ⟦+1 206 659 NINJA⟧.",
    "⟦田中さん⟧ is your recruiter.",
]
MARKS = (EMAIL, PHONE, NAME)


def plain(case: str) -> str:
    return case.replace("⟦", "").replace("⟧", "")


def judged(case: str) -> tuple[list[str], bool]:
    """What was left of that which is to go, and whether all else stayed."""
    clean = redact(plain(case))
    secrets = re.findall(r"⟦(.*?)⟧", case, re.DOTALL)
    left = [secret for secret in secrets if secret in clean]
    rest = [part for part in re.split(r"⟦.*?⟧", case, flags=re.DOTALL) if part.strip()]
    place = 0
    for part in rest:
        found = clean.find(part, place)
        if found < 0:
            return left, False
        place = found + len(part)
    return left, True


@pytest.mark.parametrize("case", [*EMAILS, *PHONES, *NAMES])
def test_personal_data_goes_and_the_rest_stays(case: str) -> None:
    left, is_kept = judged(case)
    assert (left, is_kept) == ([], True), redact(plain(case))
    assert sum(redact(plain(case)).count(mark) for mark in MARKS) >= case.count("⟦")


@pytest.mark.parametrize("text", KEPT)
def test_what_only_looks_alike_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("case", MISSED)
@pytest.mark.xfail(strict=True, reason="known misses")
def test_known_misses(case: str) -> None:
    assert judged(case) == ([], True)


@pytest.mark.parametrize("case", [*EMAILS, *PHONES, *NAMES, *KEPT, *MISSED])
def test_redacting_again_changes_nothing(case: str) -> None:
    once = redact(plain(case))
    assert redact(once) == once


_PIECES = st.sampled_from([plain(case) for case in (*EMAILS, *PHONES, *NAMES, *KEPT)])
_JOINTS = st.sampled_from(["\n", " ", "<p>", "</p>\n<p>", ", ", " - ", "&lt;br&gt;"])


@given(st.lists(st.tuples(_PIECES, _JOINTS), min_size=1, max_size=6))
def test_any_text_of_such_pieces_is_clean_after_one_go(pieces: list[tuple[str, str]]) -> None:
    once = redact("".join(piece + joint for piece, joint in pieces))
    assert redact(once) == once
    assert "jane.doe@acme.com" not in once


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_can_be_redacted(text: str) -> None:
    assert redact(redact(text)) == redact(text)


_FACTS = (
    "We use PyTorch, TensorFlow and JAX.",
    "Salary: $150,000 - $200,000 a year.",
    "Pay range 65.000 – 80.000 € per year.",
    "Five years of scikit-learn or XGBoost.",
    "<li>Keras, ONNX and Triton</li>",
    "Day rate £500/day, Zürich, 80-100 %.",
)


@given(
    st.lists(st.sampled_from(_FACTS), min_size=1, max_size=4),
    st.sampled_from([plain(case) for case in (*EMAILS, *PHONES, *NAMES)]),
    st.booleans(),
)
def test_sentences_on_frameworks_and_pay_survive_beside_personal_data(
    facts: list[str], contact: str, is_first: bool
) -> None:
    said = "\n".join(facts)
    text = f"{contact}\n\n{said}" if is_first else f"{said}\n\n{contact}"
    assert said in redact(text)


def test_lone_halves_of_surrogates_do_not_break_it() -> None:
    assert redact("mail \ud83d jane@acme.com") == f"mail ? {EMAIL}"


def test_an_author_is_the_same_under_one_key_and_another_under_another() -> None:
    one, two = b"k" * 16, b"l" * 16
    assert author_key("jane", one) == author_key("jane", one)
    assert len({author_key(name, key) for name in ("jane", "Jane") for key in (one, two)}) == 4
    assert re.fullmatch(r"[0-9a-f]{32}", author_key("jane", one))
    assert author_key("jane", b"k" * 65) != author_key("jane", b"k" * 64)


def test_a_key_that_keeps_no_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        author_key("jane", b"short")


def test_a_key_is_made_once_and_for_the_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HIRING_SIGNAL_KEY", raising=False)
    key = read_key(tmp_path)
    assert len(key) == 64
    assert read_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "author.key").stat().st_mode) == 0o600


def test_a_key_of_the_environment_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIRING_SIGNAL_KEY", "a secret of some length")
    assert read_key(tmp_path) == b"a secret of some length"
    assert not list(tmp_path.iterdir())


ENVELOPE = {"source": "lever", "board": "acme", "observed_at": datetime(2026, 1, 2, tzinfo=UTC)}


def test_all_texts_of_a_posting_are_redacted() -> None:
    posting = Posting(
        **ENVELOPE,
        source_id="1",
        url="mailto:jane@acme.com",
        company="Acme",
        title="ML Engineer (jane@acme.com)",
        body="Use PyTorch. Ask Jane at jane@acme.com.",
        location="Berlin, Tel. 030 901820",
        secondary_locations=("Paris", "Lyon, jane@acme.com"),
        pay_text="$150,000, ask jane@acme.com",
        pay_components=(PayComponent(type="Salary", min=1, zone="Ask jane@acme.com"),),
    )
    clean = redact_row(posting)
    assert clean.url is None
    assert clean.title == f"ML Engineer ({EMAIL})"
    assert clean.body == f"Use PyTorch. Ask {NAME} at {EMAIL}."
    assert clean.location == f"Berlin, Tel. {PHONE}"
    assert clean.secondary_locations == ("Paris", f"Lyon, {EMAIL}")
    assert clean.pay_text == f"$150,000, ask {EMAIL}"
    assert clean.pay_components[0].zone == f"Ask {EMAIL}"
    assert (clean.company, clean.source_id) == ("Acme", "1")
    assert posting.title == "ML Engineer (jane@acme.com)"


def test_reasons_and_samples_are_redacted_too() -> None:
    refusal = Refusal(**ENVELOPE, reason="jane@acme.com is no day", sample="415-555-0132")
    clean = redact_row(refusal)
    assert (clean.reason, clean.sample) == (f"{EMAIL} is no day", PHONE)
    board = BoardObservation(
        **ENVELOPE, state="failed", url="https://a.example", reason="it begins 'jane@acme.com'"
    )
    assert redact_row(board).reason == f"it begins '{EMAIL}'"


def test_what_holds_nothing_personal_passes_as_it_is() -> None:
    posting = Posting(**ENVELOPE, source_id="1", body="Use PyTorch.")
    assert redact_row(posting) is posting


LABELS = [
    "Recruiter: Machine Learning, Jane Street",
    "Jane - Machine Learning Engineer",
    "Siri - Machine Learning Engineer",
    "Engineering Manager for our conversational assistant - Jane",
    "Head of Data, contact Jane Doe",
    "Frau Holle Klinik, Ansprechpartnerin Erika Mustermann",
    "Jane Doe, Recruiter",
    "San Diego, Jane",
]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("field", ["title", "company", "location", "department", "team"])
def test_a_label_keeps_its_words(label: str, field: str) -> None:
    posting = Posting(**ENVELOPE, source_id="1", body="Use PyTorch.", **{field: label})
    assert redact_row(posting) is posting
    assert redact_label(label) == label


@pytest.mark.parametrize("label", LABELS)
def test_each_of_several_places_keeps_its_words(label: str) -> None:
    posting = Posting(
        **ENVELOPE, source_id="1", body="Use PyTorch.", secondary_locations=("Paris", label)
    )
    assert redact_row(posting) is posting


@pytest.mark.parametrize(
    ("label", "clean"),
    [
        ("Jane Doe, jane@acme.com", f"Jane Doe, {EMAIL}"),
        ("Contact Jane (at) acme (dot) com", f"Contact {EMAIL}"),
        ("Driver, call 415-555-0132", f"Driver, call {PHONE}"),
        ("Jane: https://www.linkedin.com/in/jane-doe", f"Jane: {NAME}"),
    ],
)
def test_a_label_loses_addresses_numbers_and_profiles(label: str, clean: str) -> None:
    assert redact_label(label) == clean
    assert redact_row(Posting(**ENVELOPE, source_id="1", title=label)).title == clean


def test_a_body_loses_the_name_that_a_title_keeps() -> None:
    said = "Ask for Jane Doe."
    clean = redact_row(Posting(**ENVELOPE, source_id="1", title=said, body=said))
    assert (clean.title, clean.body) == (said, f"Ask for {NAME}.")


@pytest.mark.parametrize(
    ("start", "unit", "end"),
    [
        ("Contact Jane ", "&lt;p&gt;", ""),
        ("-- Jane Doe", "&amp;lt;p class=&amp;quot;x&amp;quot;&amp;gt; ", "x"),
        ("mail a@b.co", "<a ", ""),
        ("mailto:x@y.co ", "<span class='y'>", ""),
        ("", "a.", "@"),
        ("+", "1 ", ""),
        ("", "Jane ", ""),
        ("", "a at b ", "dot com"),
        ("-- Jane", "&nbsp;", "x"),
        ("Contact Jane", " or Jane", ""),
    ],
)
def test_the_time_grows_with_the_length_alone(start: str, unit: str, end: str) -> None:
    """A text that makes a pattern try every way would hold up a whole run."""
    begun = time.perf_counter()
    redact(start + unit * 20_000 + end)
    assert time.perf_counter() - begun < 5
