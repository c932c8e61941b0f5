"""What kind of work a title and a text are for: ML or not, family, level."""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from time import process_time
from typing import get_args

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from warehouse.normalise.role import classify_role, count_ml_duties
from warehouse.normalise.types import Family, Level

FRAMEWORKS = [
    "PyTorch", "TensorFlow", "JAX", "Keras", "Theano", "Caffe", "MXNet", "Flax", "Chainer", "Torch",
    "ONNX", "TensorRT", "scikit-learn", "XGBoost", "Hugging Face", "vLLM", "DeepSpeed", "Triton",
    "LangChain", "spaCy", "Ray", "TFLite", "Core ML", "OpenVINO", "fastai", "PaddlePaddle",
    "Triton Inference Server", "TensorRT-LLM", "Hugging Face Transformers", "KerasNLP", "fast.ai",
    "torchvision", "Deeplearning4j", "Ray Train", "PyTorch Lightning", "ML.NET", "torch.nn",
]  # fmt: skip

ML_TEXT = (
    "About the role\nYou will train and evaluate large language models, run distributed training on"
    " GPUs, fine-tune models with reinforcement learning, build evaluation pipelines and publish"
    " papers at NeurIPS. You know deep learning, embeddings and computer vision well."
)
PLAIN_TEXT = "About the role\nYou will build reliable services and talk to customers every week."

TITLES = [
    # title, is ML, family, level
    ("Machine Learning Engineer", True, "ml_engineer", "mid"),
    ("Sr. ML Engineer (Remote, EMEA)", True, "ml_engineer", "senior"),
    ("AI Engineer", True, "ml_engineer", "mid"),
    ("Staff Applied AI Developer", True, "ml_engineer", "staff"),
    ("Founding AI/ML Engineer", True, "ml_engineer", "mid"),
    ("Artificial Intelligence/ML (AI/ML) Developer", True, "ml_engineer", "mid"),
    ("Principal Applied Scientist- Search", True, "ml_engineer", "staff"),
    ("Software Engineer, Machine Learning", True, "ml_engineer", "mid"),
    ("Software Developer II - Computer Vision", True, "ml_engineer", "mid"),
    ("Computer Vision Engineer - Pipelines", True, "ml_engineer", "mid"),
    ("Member of Technical Staff, MLE (Nordics)", True, "ml_engineer", "mid"),
    ("Ingénieur Machine Learning (H/F)", True, "ml_engineer", "mid"),
    ("KI-Entwickler (m/w/d)", True, "ml_engineer", "mid"),
    ("Senior Machine Learning Operations Engineer", True, "ml_platform", "senior"),
    ("MLOps Engineer", True, "ml_platform", "mid"),
    ("Senior Software Engineer, ML Infrastructure", True, "ml_platform", "senior"),
    ("Backend Engineer – Inference Runtime", True, "ml_platform", "mid"),
    ("Member of Technical Staff - Inference", True, "ml_platform", "mid"),
    ("Sr. Data Scientist/Data Engineer", True, "data_scientist", "senior"),
    ("Data Scientist II", True, "data_scientist", "mid"),
    ("Junior Data Scientist", True, "data_scientist", "junior"),
    ("Werkstudent:in Data Science (m/w/d)", True, "data_scientist", "intern"),
    ("Data Science Manager", True, "management", "manager"),
    ("Head of Machine Learning", True, "management", "executive"),
    ("VP of AI", True, "management", "executive"),
    ("Engineering Manager, Computer Vision", True, "management", "manager"),
    ("Backend Engineer, Senior Machine Learning Engineer", True, "ml_engineer", "senior"),
    ("Engineering Manager, Data Scientist, iOS Developer", True, "data_scientist", "mid"),
    ("Senior Scala Developer, Junior Ruby Developer", False, "software_engineer", "senior"),
    ("Data Engineer", False, "data_engineer", "mid"),
    ("Senior Data Analyst (Reporting)", False, "data_engineer", "senior"),
    ("Analytics Engineer", False, "data_engineer", "mid"),
    ("Software Engineer", False, "software_engineer", "mid"),
    ("New Grad Software Engineer (Backend)", False, "software_engineer", "junior"),
    ("Software Engineer Intern, Web - Summer 2031", False, "software_engineer", "intern"),
    ("Senior Full-Stack Developer AI", False, "software_engineer", "senior"),
    ("Staff Site Reliability Engineer", False, "software_engineer", "staff"),
    ("C++ Developer (m/f/d)", False, "software_engineer", "mid"),
    ("Softwareentwickler (m/w/d)", False, "software_engineer", "mid"),
    ("Senior/Staff Backend Engineer", False, "software_engineer", "senior"),
    ("Principal Engineer", False, "software_engineer", "staff"),
    ("Engineering Lead", False, "software_engineer", "staff"),
    ("Acme Finance - Backend Engineer (Node)", False, "software_engineer", "mid"),
    ("QA Engineer", False, "software_engineer", "mid"),
    ("Security Engineer, AI", False, "software_engineer", "mid"),
    ("Engineering Manager", False, "management", "manager"),
    ("Senior Manager, Software Engineering", False, "management", "manager"),
    ("Tech Lead Manager, Core", False, "management", "manager"),
    ("Director, Tools Engineering", False, "management", "executive"),
    ("CTO", False, "management", "executive"),
    ("Mechanical Design Engineer", False, "hardware", "mid"),
    ("ASIC Verification Engineer", False, "hardware", "mid"),
    ("Product Manager", False, "product_design", "mid"),
    ("Senior AI Product Manager", False, "product_design", "senior"),
    ("Lead Product Designer", False, "product_design", "staff"),
    ("UX Researcher", False, "product_design", "mid"),
    ("Account Executive, Nordics", False, "go_to_market", "mid"),
    ("Sales Engineer", False, "go_to_market", "mid"),
    ("AI Solutions Architect", False, "go_to_market", "mid"),
    ("Customer Success Manager", False, "go_to_market", "mid"),
    ("Product Marketing Manager", False, "go_to_market", "mid"),
    ("Store Manager", False, "go_to_market", "manager"),
    ("Head of Sales", False, "go_to_market", "executive"),
    ("Technical Recruiter, Machine Learning", False, "operations", "mid"),
    ("Executive Assistant", False, "operations", "mid"),
    ("Chief of Staff", False, "operations", "mid"),
    ("Staff Accountant", False, "operations", "mid"),
    ("Legal Counsel, AI", False, "operations", "mid"),
    ("Registered Nurse", False, "operations", "mid"),
    ("Work Scheduler, Data Center", False, "operations", "mid"),
    ("Data Center Technician", False, "operations", "mid"),
    ("Project Manager", False, "operations", "mid"),
    ("Founder's Associate", False, "operations", "mid"),
    ("AI Trainer", False, "operations", "mid"),
    ("MTS, Frontend", False, "software_engineer", "mid"),
    ("Founding Senior Backend Engineer (Remote, EMEA)", False, "software_engineer", "senior"),
    ("Senior MTS - Post-Training", True, "research", "senior"),
    ("Member of Technical Staff, Pre-training", True, "research", "mid"),
    ("Data Scientist, Product Analytics", True, "data_scientist", "mid"),
    ("Machine Learning Team Lead", True, "management", "manager"),
    ("Deep Learning Compiler Engineer", True, "ml_platform", "mid"),
    ("GPU Kernel Engineer", False, "ml_platform", "mid"),
    ("Compiler Engineer, Machine Learning", True, "ml_platform", "mid"),
    ("Applied AI Researcher, Benchmarking", True, "research", "mid"),
    ("Senior Research Scientist | Voice AI", True, "research", "senior"),
    ("Python Engineer, ML", True, "ml_engineer", "mid"),
    ("Founding Backend Engineer (AI Focus)", True, "ml_engineer", "mid"),
    ("Product (Mobile), Data Science Engineers", True, "data_scientist", "mid"),
    ("Frontend Engineer, AI Platform", False, "software_engineer", "mid"),
    ("Full Stack Engineer (AI)", False, "software_engineer", "mid"),
    ("Software Engineer - Acme AI", False, "software_engineer", "mid"),
    ("Forward Deployed Engineer", False, "software_engineer", "mid"),
    ("Forward Deployed Accountant", False, "operations", "mid"),
    ("Web Applications Engineer", False, "software_engineer", "mid"),
    ("Field Applications Engineer", False, "go_to_market", "mid"),
    ("Corporate Security Engineer", False, "software_engineer", "mid"),
    ("Corporate Security Officer", False, "operations", "mid"),
    ("Ruby-on-Rails Engineer", False, "software_engineer", "mid"),
    ("Quality Assurance Engineer", False, "software_engineer", "mid"),
    ("Quality Engineer", False, "hardware", "mid"),
    ("Tech Lead", False, "software_engineer", "staff"),
    ("iOS/Android", False, "software_engineer", "mid"),
    ("acme.dev - Technical Sourcer", False, "operations", "mid"),
    ("Marketing - Web Developer", False, "software_engineer", "mid"),
    ("UX Developer", False, "software_engineer", "mid"),
    ("CAD Design Engineer", False, "hardware", "mid"),
    ("PCB Designer", False, "hardware", "mid"),
    ("Factory Automation Engineer", False, "hardware", "mid"),
    ("Field Service Engineer", False, "hardware", "mid"),
    ("Brand Designer", False, "product_design", "mid"),
    ("Email Marketing Designer", False, "product_design", "mid"),
    ("Creative Strategist", False, "go_to_market", "mid"),
    ("Community Manager", False, "go_to_market", "mid"),
    ("Community Health Worker", False, "operations", "mid"),
    ("Commercial Counsel", False, "operations", "mid"),
    ("Commercial Manager", False, "go_to_market", "mid"),
    ("Patient Support Specialist", False, "go_to_market", "mid"),
    ("IT Support Specialist", False, "operations", "mid"),
    ("Clinical Research Coordinator", False, "operations", "mid"),
    ("Market Research Analyst", False, "operations", "mid"),
    ("Biostatistician", False, "data_scientist", "mid"),
    ("Speech Language Pathologist", False, "operations", "mid"),
    ("Vision Center Manager", False, "operations", "mid"),
    ("Speech Engineer", True, "ml_engineer", "mid"),
    ("Landscape Architect", False, "operations", "mid"),
    ("Virtual Design Manager", False, "operations", "mid"),
    ("Pharmacy Tech", False, "operations", "mid"),
    ("Quant Systems Engineer", False, "software_engineer", "mid"),
    ("App Team Lead", False, "management", "manager"),
    ("Network Operations Engineer", False, "software_engineer", "mid"),
    ("QA/RA Specialist", False, "operations", "mid"),
    ("Landing Page Designer/Developer", False, "product_design", "mid"),
]

LEVELS = [
    # title, level
    ("Software Engineer II", "mid"),
    ("Software Engineer III", "senior"),
    ("Software Engineer I", "junior"),
    ("Software Engineer (L5)", "mid"),
    ("Mid-level Data Engineer", "mid"),
    ("Mid/Senior Data Engineer", "senior"),
    ("Semi Senior Product Owner", "mid"),
    ("Entry Level Analyst", "junior"),
    ("Data Entry Clerk", "mid"),
    ("Management Trainee", "junior"),
    ("Apprentice Electrician", "intern"),
    ("Co-op Software Developer", "intern"),
    ("Summer Analyst, Banking", "intern"),
    ("Student Brand Manager", "intern"),
    ("Student Success Coordinator", "mid"),
    ("Stage Manager", "mid"),
    ("Stage - Assistant de projet (H/F)", "intern"),
    ("International Tax Manager", "mid"),
    ("Internal Communications Lead", "staff"),
    ("Principle Engineer", "staff"),
    ("Lead Generation Manager", "mid"),
    ("Staff Nurse", "mid"),
    ("Staff RN - Night Shift", "mid"),
    ("Support Staff", "mid"),
    ("Research Fellow", "mid"),
    ("Engineering Fellow", "staff"),
    ("Campus Recruiter", "mid"),
    ("Sales Associate", "junior"),
    ("Associate Director, Planning", "executive"),
    ("VP, Associate General Counsel", "executive"),
    ("Director of Photography", "mid"),
    ("Head Chef", "mid"),
    ("Head of Kitchens", "executive"),
    ("Ex-Founder", "mid"),
    ("School Principal", "manager"),
    ("Principal Product Manager", "staff"),
    ("Dermatologist (MD)", "mid"),
    ("Engineering Leader", "manager"),
    ("Manager Partner Integrations", "manager"),
    ("Sales Development Manager", "manager"),
    ("Customer Success Manager", "mid"),
    ("Shift Lead", "manager"),
    ("Subject Matter Expert", "mid"),
    ("Expert Security Engineer", "senior"),
    ("Senior Living Coordinator", "mid"),
    ("Full Stack Engineer, Director of Marketing", "mid"),
    ("Senior Engineer, VP Sales", "senior"),
    ("Backend Engineer (Team Lead)", "manager"),
    ("Abteilungsleiter Controlling", "executive"),
    ("Teamlead IT (m/w/d)", "manager"),
    ("Schulbegleiter (m/w/d)", "mid"),
    ("Projektleitung Tiefbau", "mid"),
]

OTHER_LANGUAGES = [
    # title, is ML, family, level
    ("Softwareentwickler:in Java (m/w/d)", False, "software_engineer", "mid"),
    ("Werkstudent Softwareentwicklung (m/w/d)", False, "software_engineer", "intern"),
    ("Ausbildung zum Fachinformatiker", False, "software_engineer", "intern"),
    ("Hosting-Architekt", False, "software_engineer", "mid"),
    ("Leiter Vertrieb (m/w/d)", False, "go_to_market", "executive"),
    ("Teamleitung Kundenservice (m/w/d)", False, "go_to_market", "manager"),
    ("Verkäufer (m/w/d) in Teilzeit", False, "go_to_market", "mid"),
    ("Mitarbeiter im Vertriebsinnendienst", False, "go_to_market", "mid"),
    ("Sachbearbeiter Buchhaltung (m/w/d)", False, "operations", "mid"),
    ("Filialleiter (m/w/d)", False, "operations", "manager"),
    ("Pflegefachkraft (m/w/d)", False, "operations", "mid"),
    ("Elektroniker für Betriebstechnik (m/w/d)", False, "operations", "mid"),
    ("Bauingenieur (m/w/d)", False, "hardware", "mid"),
    ("Grafikdesigner (m/w/d)", False, "product_design", "mid"),
    ("Produktmanager (m/w/d)", False, "product_design", "mid"),
    ("KI-Ingenieur (w/m/d)", True, "ml_engineer", "mid"),
    ("Ingénieur Logiciel (H/F)", False, "software_engineer", "mid"),
    ("Ingénieur DevOps Confirmé", False, "software_engineer", "senior"),
    ("Développeur Web - Alternance", False, "software_engineer", "intern"),
    ("Ingénieur mécanique", False, "hardware", "mid"),
    ("Ingénieur commercial", False, "go_to_market", "mid"),
    ("Chargée de clientèle (H/F)", False, "go_to_market", "mid"),
    ("Chargé de recrutement", False, "operations", "mid"),
    ("Conseiller de vente (H/F)", False, "go_to_market", "mid"),
    ("Stagiaire Marketing", False, "go_to_market", "intern"),
    ("Responsable Comptable", False, "operations", "manager"),
    ("Directeur Marketing", False, "go_to_market", "executive"),
    ("Ingénieur IA / Machine Learning", True, "ml_engineer", "mid"),
    ("Ingeniero de Software Senior", False, "software_engineer", "senior"),
    ("Ingeniero Civil", False, "hardware", "mid"),
    ("Científico de Datos", True, "data_scientist", "mid"),
    ("Practicante de Marketing", False, "go_to_market", "intern"),
    ("Gerente de Ventas", False, "go_to_market", "manager"),
    ("Desenvolvedora Python Sênior", False, "software_engineer", "senior"),
    ("Analista de Dados Júnior", False, "data_engineer", "junior"),
    ("Sviluppatore Front-end", False, "software_engineer", "mid"),
    ("Addetto vendite", False, "go_to_market", "mid"),
    ("Softwareontwikkelaar", False, "software_engineer", "mid"),
    ("Teamleider Logistiek", False, "operations", "manager"),
    ("Młodszy Programista .NET", False, "software_engineer", "junior"),
    ("Starszy Analityk Danych", False, "data_engineer", "senior"),
    ("Systemutvecklare", False, "software_engineer", "mid"),
    ("Softwareudvikler", False, "software_engineer", "mid"),
    ("Ohjelmistokehittäjä", False, "software_engineer", "mid"),
    ("Säljare", False, "go_to_market", "mid"),
    ("软件工程师", False, "software_engineer", "mid"),
    ("バックエンドエンジニア", False, "software_engineer", "mid"),
    ("백엔드 개발자", False, "software_engineer", "mid"),
    ("Разработчик Python", False, "software_engineer", "mid"),
]

MISSES = [
    # title, is ML, family, level, why
    ("Student Assistant, Machine Learning", True, "ml_engineer", "intern", "assistant decides"),
    ("Head Chef", False, "operations", "manager", "such heads are no directors, and so unknown"),
    ("Sound Engineer", False, "operations", "mid", "engineers of whatever else are software's"),
]


@pytest.mark.parametrize(("title", "is_ml", "family", "level"), TITLES)
def test_a_telling_title_decides(title, is_ml, family, level):
    assert classify_role(title, PLAIN_TEXT) == (is_ml, family, level)


@pytest.mark.parametrize(("title", "level"), LEVELS)
def test_level_is_read_from_the_title(title, level):
    assert classify_role(title, PLAIN_TEXT).level == level


@pytest.mark.parametrize(("title", "is_ml", "family", "level"), OTHER_LANGUAGES)
def test_titles_of_other_languages(title, is_ml, family, level):
    assert classify_role(title, PLAIN_TEXT) == (is_ml, family, level)


@pytest.mark.parametrize(
    ("title", "is_ml", "family", "level"),
    [pytest.param(*row, marks=pytest.mark.xfail(reason=why, strict=True)) for *row, why in MISSES],
)
def test_known_misses(title, is_ml, family, level):
    assert classify_role(title, PLAIN_TEXT) == (is_ml, family, level)


@pytest.mark.parametrize("title", ["Research Scientist", "Research Engineer", "Researcher: Audio"])
def test_research_is_ml_where_the_text_says_so(title):
    assert classify_role(title, ML_TEXT) == (True, "research", "mid")
    assert classify_role(title, PLAIN_TEXT) == (False, "research", "mid")


@pytest.mark.parametrize("title", ["AI Applications Engineer", "AI Product Engineer"])
def test_an_engineer_of_ai_products_is_an_ml_engineer_where_the_text_says_so(title):
    assert classify_role(title, ML_TEXT) == (True, "ml_engineer", "mid")
    assert classify_role(title, PLAIN_TEXT) == (False, "software_engineer", "mid")


@pytest.mark.parametrize("title", ["Software Engineer", "Founding Engineer", "Technical Staff"])
def test_a_bare_engineer_needs_many_ml_duties(title):
    assert classify_role(title, ML_TEXT).is_ml
    assert not classify_role(title, "About the role\nYou will use machine learning.").is_ml


@pytest.mark.parametrize("title", ["Account Executive", "Product Manager", "Recruiter", "Designer"])
def test_no_text_makes_other_work_ml(title):
    assert not classify_role(title, ML_TEXT).is_ml


def test_the_employers_own_story_is_no_duty():
    story = ML_TEXT.removeprefix("About the role\n")
    assert count_ml_duties(f"{story}\n\n{PLAIN_TEXT}") == 0
    assert count_ml_duties(f"{story}\n\n{PLAIN_TEXT}", with_employer=True) > 5


def test_department_and_team_speak_where_the_title_does_not():
    assert classify_role("Talent pool 2026", "").family == "operations"
    assert classify_role("Acme Wizard", "", department="Engineering").family == "software_engineer"
    assert classify_role("Operations Manager", "", department="Customer Care").family == (
        "go_to_market"
    )
    assert classify_role("Software Engineer", ML_TEXT, department="Machine Learning").is_ml
    assert classify_role("Research Scientist", "", department="AI").is_ml
    assert classify_role("Senior Researcher", "", department="Product").family == "product_design"
    assert classify_role("Operations Manager", "", department="Engineering").family == "operations"
    assert classify_role("Open application", "", department="Sales").family == "go_to_market"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Our small crew is hiring a Senior Software Engineer.", "senior"),
        ("We're hiring a talented Staff Engineer.", "staff"),
        ("We are seeking a Junior Engineer.", "junior"),
        ("You will report to a Senior Engineer.", "mid"),
        ("We are looking for an engineer with 8+ years of experience.", "mid"),
        ("As a Member of Technical Staff, Engineer, you build.", "mid"),
        ("We are looking for a mid to senior software engineer.", "senior"),
        ("We are looking for an engineer to lead software work.", "mid"),
        ("You act as an adviser to senior software executives.", "mid"),
        ("You start as the lead for software at our events.", "mid"),
    ],
)
def test_level_of_the_text_counts_only_where_it_asks_for_it(text, level):
    assert classify_role("Software Engineer", text).level == level
    assert classify_role("Principal Software Engineer", text).level == "staff"


@pytest.mark.parametrize("text", ["", "Remote (EU), 40 h a week", "mail jobs at acme dot example"])
def test_a_title_of_a_list_needs_no_text(text):
    assert classify_role("Senior ML Engineer", text) == (True, "ml_engineer", "senior")
    assert classify_role("Backend Developer (Go)", text) == (False, "software_engineer", "mid")
    assert classify_role("Head of Data Science", text) == (True, "management", "executive")


@pytest.mark.parametrize(
    ("text", "role"),
    [
        (
            "Acme | Oslo | Onsite\nWe're looking for: Senior Front-end Engineers",
            (False, "software_engineer", "senior"),
        ),
        ("Acme hires a product designer in Lyon.", (False, "product_design", "mid")),
        ("Acme, Rome. Systems Engineering Intern", (False, "software_engineer", "intern")),
    ],
)
def test_an_opening_is_read_by_the_occupations_that_it_names(text, role):
    assert classify_role("", text) == role


@pytest.mark.parametrize("title", ["Multiple roles", "Various positions open", "Several Openings"])
def test_a_title_that_says_no_role_leaves_it_to_the_text(title):
    text = "Acme | Oslo | Onsite. We need senior Rust developers and a recruiter."
    assert classify_role(title, text) == (False, "software_engineer", "senior")
    assert classify_role(title, text, department="Sales").family == "go_to_market"


def test_a_role_that_the_text_names_weighs_as_much_as_several_duties():
    title, duty = "Senior Software Engineer, AI tools", "you will fine-tune LLMs."
    assert classify_role(title, f"About the role\nAs an AI Engineer, {duty}").is_ml
    assert not classify_role(title, f"About the role\nIn this team {duty}").is_ml


def test_a_posting_without_a_title_is_read_by_its_opening():
    assert classify_role("", "We need backend engineers in Oslo.").family == "software_engineer"
    assert classify_role("", "").family == "operations"
    made = "We make machine learning tools for farms. Our team is small."
    assert classify_role("", made) == (False, "software_engineer", "mid")


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize(
    "title", ["{} Engineer", "Software Engineer ({})", "Engineer", "AI {} Lead"]
)
def test_framework_names_have_no_influence(title, framework):
    text = (
        "About the role\nYou will write {0}, train {0} models, know {0} or {0} and deploy {0}"
        " services. Experience with {0}, {0}-based inference and {0}/{0} is a plus."
    )
    with_name = classify_role(title.format(framework), text.format(framework))
    assert with_name == classify_role(title.format("Zyx"), text.format("Zyx"))
    assert count_ml_duties(text.format(framework)) == count_ml_duties(text.format("Zyx"))


def test_no_table_of_roles_holds_the_name_of_a_framework():
    for table in ("role_terms.csv", "ml_topics.csv", "ml_duties.csv", "level_terms.csv"):
        path = files("warehouse.normalise").joinpath("vocabulary", table)
        text = path.read_text(encoding="utf-8").casefold()
        words = set(re.findall(r"[a-z][a-z.-]+", text))
        assert words.isdisjoint(name.casefold() for name in FRAMEWORKS), table


def test_patterns_of_the_tables_are_valid_and_their_values_known():
    for table in ("role_terms.csv", "ml_topics.csv", "ml_duties.csv", "level_terms.csv"):
        path = files("warehouse.normalise").joinpath("vocabulary", table)
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        assert rows
        for row in rows:
            re2.compile(row["pattern"])
            bare = re.sub(r"\\.|\[[^]]*]", "_", row["pattern"])
            inner = bare.removeprefix("^").removesuffix("$")
            assert table == "ml_duties.csv" or not {"^", "$"} & set(inner), row
            assert bare == inner or "|" not in re.sub(r"\((?:[^()]|\([^()]*\))*\)", "", inner), row
            assert row.get("family", "research") in get_args(Family), row
            assert row.get("level", "mid") in {*get_args(Level), "none"}, row
            assert (row.get("ml_evidence") or "0").isdigit(), row


WORDS = st.sampled_from(
    [
        "Senior", "sr.", "STAFF", "Lead", "Head of", "Engineer,", "Developer", "ML", "AI", "/", "-",
        "|", "(m/w/d)", "&", "Data", "Scientist", "Sales", "leiter", ":in", "II", "Intern", "VP",
        "Research", "é", "工程师", "\ud800", "looking for a", "hiring an", "LLM", "models",
    ]
)  # fmt: skip
PHRASES = st.lists(WORDS, max_size=12).map(" ".join)
ANY_TEXT = st.text(st.characters(), max_size=200)  # halves of surrogate pairs too


@given(st.one_of(ANY_TEXT, PHRASES), st.one_of(ANY_TEXT, PHRASES), st.one_of(ANY_TEXT, PHRASES))
def test_any_text_gives_a_role(title, text, department):
    role = classify_role(title, text, department=department)
    assert role.family in get_args(Family)
    assert role.level in get_args(Level)
    assert isinstance(role.is_ml, bool)
    assert classify_role(title, text, department=department) == role


@given(st.sampled_from([row[0] for row in TITLES]))
def test_case_and_space_of_a_title_change_nothing(title):
    spaced = title.upper().replace(" ", " \u00a0\t")
    assert classify_role(f" {spaced} ", PLAIN_TEXT) == classify_role(title, PLAIN_TEXT)


@pytest.mark.parametrize(
    "piece", ["7", "<", " ", "\n", "a", "a,", "m/w/d ", "senior ", "lead gen ", "leit", "hiring a ",
              "engineer,", "about the role\n", "train the ", "\ud800", "é", "- "]
)  # fmt: skip
def test_long_nonsense_is_read_in_time(piece):
    nonsense = piece * (300_000 // len(piece))
    began = process_time()
    classify_role(nonsense, nonsense, department=nonsense)
    classify_role("", nonsense)
    assert process_time() - began < 2
