"""What kind of work a title and a text are for: ML or not, family, level."""

from __future__ import annotations

import csv
import re
from importlib.resources import files
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
]


@pytest.mark.parametrize(("title", "is_ml", "family", "level"), TITLES)
def test_a_telling_title_decides(title, is_ml, family, level):
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


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Our small crew is hiring a Senior Software Engineer.", "senior"),
        ("We're hiring a talented Staff Engineer.", "staff"),
        ("We are seeking a Junior Engineer.", "junior"),
        ("You will report to a Senior Engineer.", "mid"),
        ("We are looking for an engineer with 8+ years of experience.", "mid"),
        ("As a Member of Technical Staff, Engineer, you build.", "mid"),
    ],
)
def test_level_of_the_text_counts_only_where_it_asks_for_it(text, level):
    assert classify_role("Software Engineer", text).level == level
    assert classify_role("Principal Software Engineer", text).level == "staff"


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
            assert row.get("family", "research") in get_args(Family), row
            assert row.get("level", "mid") in {*get_args(Level), "none"}, row
            assert (row.get("ml_evidence") or "0").isdigit(), row


@given(st.text(max_size=80), st.text(max_size=200))
def test_any_text_gives_a_role(title, text):
    role = classify_role(title, text)
    assert role.family in get_args(Family)
    assert role.level in get_args(Level)
    assert isinstance(role.is_ml, bool)


@given(st.sampled_from([row[0] for row in TITLES]))
def test_case_and_space_of_a_title_change_nothing(title):
    assert classify_role(f" {title.upper()} ", PLAIN_TEXT) == classify_role(title, PLAIN_TEXT)
