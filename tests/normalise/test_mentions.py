"""Frameworks and skills in text: spellings, homonyms, stance, and the vocabulary as a whole."""

from __future__ import annotations

import csv
import json
import re
import time
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from warehouse.normalise.mentions import find_mentions
from warehouse.normalise.text import to_text
from warehouse.normalise.types import Mention
from warehouse.score.mentions import score_mentions

LEAVES = {
    *("pytorch", "tensorflow", "jax", "keras", "mxnet", "theano", "caffe", "caffe2", "chainer"),
    *("cntk", "paddlepaddle", "torch7", "flax", "pytorch-lightning", "tflite", "tfjs", "tfx"),
    *("tf-serving", "executorch", "coreml", "onnx", "tensorrt", "openvino", "scikit-learn"),
    *("xgboost", "lightgbm", "catboost", "huggingface", "spacy", "fastai", "dl4j", "mlx", "vllm"),
    *("deepspeed", "triton-server", "triton-lang", "ray", "langchain"),
}

# text, the frameworks that it names
HITS = [
    ("Deep learning in PyTorch", "pytorch"),
    ("PYTORCH,TENSORFLOW", "pytorch tensorflow"),
    ("Py-Torch / Tensor Flow / Scikit Learn", "pytorch tensorflow scikit-learn"),
    ("the (py)Torch world", "pytorch"),
    ("Tensorflow/Keras/Pytorch", "tensorflow keras pytorch"),
    ("KerasTensorFlow", "keras tensorflow"),
    ("tensorflow2.0 and pytorch1.9", "tensorflow pytorch"),
    ("#PyTorch #TensorFlow", "pytorch tensorflow"),
    ("PyTorch等のフレームワーク、TensorFlowの経験", "pytorch tensorflow"),
    ("Kenntnisse in TensorFlow-Modellen oder Jax", "tensorflow jax"),
    ("Py\u200bTorch und Tensor\u00a0Flow", "pytorch tensorflow"),
    ("torchvision, TorchScript, libtorch, torch.compile", "pytorch"),
    ("we train with tf.keras", "tensorflow keras"),
    ("input pipelines in tf.data", "tensorflow"),
    ("PyTorch, TF, JAX", "pytorch tensorflow jax"),
    ("TensorFlow Lite, TF Lite or LiteRT", "tflite"),
    ("TensorFlow.js in the browser", "tfjs"),
    ("TensorFlow Extended (TFX)", "tfx"),
    ("TF-Serving behind gRPC", "tf-serving"),
    ("JAX/Flax at a research lab with TPUs", "jax flax"),
    ("numerics in Jax on GPUs", "jax"),
    ("PyTorch Lightning", "pytorch-lightning"),
    ("pytorch_lightning", "pytorch-lightning"),
    ("PyTorch, Lightning, Hydra", "pytorch pytorch-lightning"),
    ("MxNet, CNTK, Chainer, Caffe2", "mxnet cntk chainer caffe2"),
    ("Theano or Caffe", "theano caffe"),
    ("PaddlePaddle, or Paddle beside PyTorch", "paddlepaddle pytorch"),
    ("ExecuTorch on Android, Core ML on iOS", "executorch coreml"),
    ("CoreML", "coreml"),
    ("ONNXRuntime, OpenVINO, TensorRT-LLM", "onnx openvino tensorrt"),
    ("XGBoost / LightGBM / CatBoost", "xgboost lightgbm catboost"),
    ("sklearn and scikit", "scikit-learn"),
    ("hugging-face transformers", "huggingface"),
    ("HF Transformers", "huggingface"),
    ("spaCy and NLTK", "spacy"),
    ("a fast.ai course", "fastai"),
    ("Deeplearning4j (DL4J)", "dl4j"),
    ("MLX on Apple silicon", "mlx"),
    ("vLLM, DeepSpeed, LangChain", "vllm deepspeed langchain"),
    ("NVIDIA Triton and TensorRT", "triton-server tensorrt"),
    ("model servers (KServe, Triton)", "triton-server"),
    ("write CUDA and Triton kernels", "triton-lang"),
    ("GPU code: CUDA, Triton, CUTLASS", "triton-lang"),
    ("Ray, Dask and Kubernetes", "ray"),
    ("Ray Serve", "ray"),
    ("our keras.io fork", "keras"),
    ("PyTorch/https://example.com/jobs", "pytorch"),
    ("Tensorlfow, Tenserflow, TensorFlw", "tensorflow"),
    ("Pytroch, PyTourch and Pytoch", "pytorch"),
    ("TensorFlow, Theanos, Keros", "tensorflow theano keras"),
    ("Scitkit-learn; scikit leran", "scikit-learn"),
    ("PyTorch/TF2 and Keras/TF", "pytorch tensorflow keras"),
    ("Python (pandas, TF)", "tensorflow"),
    ("TF2.x with Keras", "tensorflow keras"),
    ("TF Hub, TF-Agents", "tensorflow"),
    ("PyTorchTensorFlow", "pytorch tensorflow"),
    ("TFJS, tensorflow-js", "tfjs"),
    ("🤗 Transformers", "huggingface"),
    ("PyTorch and Transformers for training, vLLM for serving", "pytorch huggingface vllm"),
    ("HuggingFace🤗", "huggingface"),
    ("熟悉PyTorch或TensorFlow框架", "pytorch tensorflow"),
    ("PyTorch・TensorFlow・Keras", "pytorch tensorflow keras"),
    ("Airflow\n\nRay\n\nSpark", "ray"),
    ("batch jobs on Ray (Anyscale) and Kubernetes", "ray"),
    ("JAX\n\nDocker\n\nPyTorch", "jax pytorch"),
    ("JAX based training with PyTorch as a fallback", "jax pytorch"),
    ("models written in PyTorch, served by Keras", "pytorch keras"),
    ("AI infrastructure such as Triton", "triton-server"),
    ("contributions to vLLMs and MLX-LM", "vllm mlx"),
    ("torchrun and functorch", "pytorch"),
    ("TensorFlow, MX Net", "tensorflow mxnet"),
]

# text, the frameworks that it names in spite of the trap in it
TRAPS = [
    ("REST services with JAX-RS, JAX-WS and JAXB; TensorFlow is a plus", "tensorflow"),
    ("Fly into JAX: our Jacksonville (JAX) office does machine learning", ""),
    ("JAX, FL | machine learning engineer", ""),
    ("The Jackson Laboratory (JAX) looks for a scientist who knows PyTorch", "pytorch"),
    ("My name is Jax and I lead the ML team", ""),
    ("Backed by Torch Capital, we build on PyTorch", "pytorch"),
    ("Ready to pass the torch to a new head of deep learning", ""),
    ("Torch (YC W99) coaches leaders with deep learning", ""),
    ("Operate a welding torch next to our ML team", ""),
    ("Terraform (TF), AWS, and models in PyTorch", "pytorch"),
    ("(python, golang, k8s, tf)", ""),
    ("TF-IDF, BM25 and Keras", "keras"),
    ("AML/TF typologies and machine learning", ""),
    ("Lots of caffeine and deep learning", ""),
    ("Deep learning talks at Caffe Nero", ""),
    ("Salesforce Lightning, and PyTorch", "pytorch"),
    ("Bitcoin Lightning node; lightning-fast PyTorch", "pytorch"),
    ("Flax Health hires for PyTorch", "pytorch"),
    ("Paddle handles our payments, TensorFlow our forecasts", "tensorflow"),
    ("SmartOS Triton on CUDA hosts", ""),
    ("Triton College teaches inference", ""),
    ("Transformers, switchgear and substations", ""),
    ("Maria Keras leads sales", ""),
    ("Contact Anna Keras, head of machine learning", ""),
    ("Theano Papadopoulou, our recruiter, loves AI", ""),
    ("Kevin Spacey and NLP", ""),
    ("our core ML platform team ships iOS apps", ""),
    ("MLX (Mellanox) switches and GPUs for PyTorch", "pytorch"),
    ("real-time ray tracing in CUDA", ""),
    ("X-ray images and Kubernetes", ""),
    ("Ask for Ray Smith; Python, Kubernetes, Spark", ""),
    ("send it to ray[at]example.com; Kubernetes", ""),
    ("scikit-image only", ""),
    ("a fast AI product", ""),
    ("Investors: the founders of Hugging Face and others", ""),
    ("papers at https://huggingface.co/example and mail pytorch@example.com", ""),
    ("https://example.com/jobs/senior-tensorflow-engineer", ""),
    ("tensors that flow", ""),
    ("AML / TF typologies beside PyTorch", "pytorch"),
    ("We at Torch.AI use PyTorch and Torch.AI tools", "pytorch"),
    ("customers are large enterprises (e.g., Hugging Face, Example Ltd)", ""),
    ("a spacy office near our Python team", ""),
    ("Ray Tracy and Ray Example run our Kubernetes team", ""),
    ("a tensor low-rank method", ""),
    ("PyTorch, Transformers, CNNs and LLMs", "pytorch"),
    ("deep learning (Transformers), mostly in PyTorch", "pytorch"),
    ("Jax Peterson, who runs our GPU cluster", ""),
    ("Core ML engineers for iOS", ""),
]

MISSED = [
    # A glued pair is read by its first member's row; a row for each pair would be endless.
    ("PyTorchJAX", "pytorch jax"),
    # "TF" beside nothing that tells TensorFlow from Terraform
    ("we work closely with the Google TF people", "tensorflow"),
]


def frameworks(text: str, **context: str) -> set[str]:
    return {m.technology for m in find_mentions(text, **context) if m.kind == "framework"}


@pytest.mark.parametrize(("text", "expected"), HITS)
def test_a_spelling_is_read(text: str, expected: str) -> None:
    assert frameworks(text) == set(expected.split())


@pytest.mark.xfail(strict=True, reason="known misses, each with its own reason")
@pytest.mark.parametrize(("text", "expected"), MISSED)
def test_a_known_miss(text: str, expected: str) -> None:
    assert frameworks(text) == set(expected.split())


@pytest.mark.parametrize(("text", "expected"), TRAPS)
def test_a_homonym_is_not(text: str, expected: str) -> None:
    assert frameworks(text) == set(expected.split())


@pytest.mark.parametrize(
    ("text", "month", "expected"),
    [
        ("Torch, Theano or Caffe", "2016-05", "torch7 theano caffe"),
        ("deep learning with Torch and TensorFlow", "2017-06", "torch7 tensorflow"),
        ("deep learning with Torch and TensorFlow", "2018-01", "pytorch tensorflow"),
        ("deep learning with Torch and TensorFlow", None, "pytorch tensorflow"),
        ("Torch, Theano or Caffe", None, "torch7 theano caffe"),
        ("Lua/Torch", "2021-01", "torch7"),
        ("Torch7", None, "torch7"),
    ],
)
def test_a_bare_torch_depends_on_the_year(text: str, month: str | None, expected: str) -> None:
    found = find_mentions(text, month=month)
    assert {m.technology for m in found if m.kind == "framework"} == set(expected.split())


def test_weak_names_do_not_vouch_for_each_other() -> None:
    assert frameworks("Lightning, Paddle, Ray and Triton") == set()
    assert frameworks("Lightning, Paddle, Ray and PyTorch") == {
        "pytorch", "pytorch-lightning", "paddlepaddle", "ray",
    }  # fmt: skip


def test_the_title_is_context_and_no_source_of_mentions() -> None:
    assert frameworks("We train models.", title="PyTorch engineer") == set()
    text = "Pipelines in Chainer."
    assert frameworks(text) == set()
    assert frameworks(text, title="Machine learning engineer") == {"chainer"}


STANCES = [
    ("We do not use TensorFlow.", "TensorFlow", True),
    ("No TensorFlow here, we use PyTorch", "TensorFlow", True),
    ("No TensorFlow here, we use PyTorch", "PyTorch", False),
    ("PyTorch, not TensorFlow or Keras", "Keras", True),
    ("PyTorch, not TensorFlow or Keras", "PyTorch", False),
    ("PyTorch instead of TensorFlow", "TensorFlow", True),
    ("We prefer PyTorch over TensorFlow", "TensorFlow", True),
    ("We prefer PyTorch over TensorFlow", "PyTorch", False),
    ("neither TensorFlow nor Keras", "Keras", True),
    ("TensorFlow is not used here", "TensorFlow", True),
    ("We use PyTorch; TensorFlow isn't used", "PyTorch", False),
    ("We don’t write TensorFlow anymore", "TensorFlow", True),
    ("Kein TensorFlow, sondern PyTorch", "TensorFlow", True),
    ("Kein TensorFlow, sondern PyTorch", "PyTorch", False),
    ("not only PyTorch but TensorFlow", "PyTorch", False),
    ("not limited to PyTorch", "PyTorch", False),
    ("If you don't know PyTorch, we teach you", "PyTorch", False),
    ("a no-code tool built on PyTorch", "PyTorch", False),
    ("PyTorch is a must, TensorFlow is not required", "TensorFlow", False),
    ("This is no desk job. PyTorch is.", "PyTorch", False),
    ("runs without manual work powered by PyTorch", "PyTorch", False),
    ("there is no denying PyTorch is popular", "PyTorch", False),
    ("sin TensorFlow", "TensorFlow", True),
]


@pytest.mark.parametrize(("text", "surface", "is_negated"), STANCES)
def test_negation_holds_within_its_clause(text: str, surface: str, is_negated: bool) -> None:
    assert [m.is_negated for m in find_mentions(text) if m.surface == surface] == [is_negated]


@pytest.mark.parametrize(
    ("text", "alternatives"),
    [
        ("PyTorch or TensorFlow", "PyTorch TensorFlow"),
        ("PyTorch, TensorFlow, or JAX", "PyTorch TensorFlow JAX"),
        ("PyTorch oder TensorFlow", "PyTorch TensorFlow"),
        ("PyTorch/TensorFlow", "PyTorch TensorFlow"),
        ("TensorFlow/Keras", ""),
        ("PyTorch/TensorFlow/Keras", "PyTorch TensorFlow Keras"),
        ("Figma / PyTorch / TensorFlow / Redis", ""),
        ("PyTorch / TensorFlow / Go", ""),
        ("PyTorch o TensorFlow", "PyTorch TensorFlow"),
        ("CI/CD of ML models", ""),
        ("AWS/GCP, PyTorch/JAX", "AWS GCP PyTorch JAX"),
        ("PyTorch或TensorFlow", "PyTorch TensorFlow"),
        ("one of PyTorch, TensorFlow", "PyTorch TensorFlow"),
        ("PyTorch or similar", "PyTorch"),
        ("PyTorch and TensorFlow", ""),
        ("PyTorch. TensorFlow or Keras", "TensorFlow Keras"),
    ],
)
def test_alternatives_are_told(text: str, alternatives: str) -> None:
    found = {m.surface for m in find_mentions(text) if m.is_alternative}
    assert found == set(alternatives.split())


def test_a_mention_knows_its_section() -> None:
    text = (
        "Requirements\nPyTorch\nJAX on TPUs is a plus\n\n"
        "Nice to have\nKeras\n\nAbout us\nTensorFlow"
    )
    assert {m.surface: m.section for m in find_mentions(text) if m.kind == "framework"} == {
        "PyTorch": "requirements",
        "JAX": "preferred",
        "Keras": "preferred",
        "TensorFlow": "about",
    }


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("Zeta | Berlin | You should know PyTorch.", "requirements"),
        ("Zeta | Berlin. Experience with PyTorch is needed.", "requirements"),
        ("Zeta | Berlin. PyTorch is required. We use Go.", "requirements"),
        ("Zeta | Berlin. We look forward to you. PyTorch is nice to have.", "preferred"),
        ("Zeta | Berlin. Our stack is PyTorch.", "other"),
        ("Zeta | Berlin. You will gain experience with PyTorch.", "other"),
        ("Zeta | Berlin. Our team has deep knowledge of PyTorch.", "other"),
        ("Zeta | Berlin. Stack: PyTorch, Go. We are looking for people.", "other"),
        ("What you'll do\nShip models\nProficiency in PyTorch", "requirements"),
    ],
)
def test_without_a_heading_the_sentence_tells_the_section(text: str, section: str) -> None:
    assert {m.section for m in find_mentions(text) if m.surface == "PyTorch"} == {section}


def test_a_list_over_lines_has_a_section_for_each() -> None:
    text = "Requirements\nPyTorch\nBonus\nJAX on GPUs"
    assert [m.section for m in find_mentions(text) if m.kind == "framework"] == [
        "requirements", "preferred",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "present", "absent"),
    [
        ("Backend in Go and Python", "go python", ""),
        ("Go ahead and apply; we are going far", "", "go"),
        ("R&D department", "", "r"),
        ("Statistics in R or Python", "r python", ""),
        ("k8s, golang and Postgres", "kubernetes go postgresql", ""),
        ("React quickly to customers", "", "react"),
        ("a React and Node.js app", "react nodejs", ""),
        ("C++, C# and .NET, see example.net", "cpp csharp dotnet", ""),
        ("guinea pigs and furniture", "", "pig"),
        ("RAG over a vector database with LLMs", "rag embeddings llm", ""),
        (
            "LoRA fine-tuning, INT8 quantization, low latency",
            "fine-tuning quantisation latency",
            "",
        ),
        ("ML infrastructure and model monitoring", "mlops", ""),
        ("LLM evals and distributed training", "evaluation training-systems", ""),
        ("we ship goods in a shipping container", "", "docker"),
        ("cutting-edge AI and cutting‑edge ML", "", "edge-ai"),
        ("models for edge devices", "edge-ai", ""),
        ("edge devices of a streaming service", "", "edge-ai"),
        ("high-throughput screening of cells", "", "latency"),
        ("throughput of our services", "latency", ""),
        ("training systems for new staff", "", "training-systems"),
        ("training pipelines on GPUs", "training-systems", ""),
        ("heat and airflow modeling", "", "airflow"),
        ("airflow, Airflow", "airflow", ""),
        ("high-throughput systems in Go", "go", ""),
        ("causal inference for pricing models", "", "inference"),
        ("training and inference of models", "inference", ""),
        ("model training and evaluation", "evaluation", ""),
        ("backed by the founders of Looker and Datadog", "", "looker datadog"),
        ("dashboards in Looker", "looker", ""),
    ],
)
def test_skills_stand_in_the_same_table(text: str, present: str, absent: str) -> None:
    found = {m.technology for m in find_mentions(text) if m.kind == "skill"}
    assert found >= set(present.split())
    assert not found & set(absent.split())


@given(
    st.lists(
        st.sampled_from(
            ["PyTorch", "TF", "jax", "(py)Torch", " ", ", ", "é", "👩\u200d💻", "\u200b", "\u00a0",
             "not", "\n", "Requirements:", "keras", "https://x.org/keras", "ray", "or", "/"]
        ),
        max_size=25,
    ).map("".join)
    | st.text(max_size=80)
    | st.text(st.characters(), max_size=40).map(lambda odd: f"PyTorch{odd}TensorFlow {odd} TF")
)  # fmt: skip
def test_spans_are_true_and_in_order(raw: str) -> None:
    for text in (raw, to_text(raw)):
        check_spans(text)


def check_spans(text: str) -> None:
    mentions = find_mentions(text)
    assert all(text[m.start : m.end] == m.surface != "" for m in mentions)
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)


def _table(name: str) -> list[dict[str, str]]:
    path = resources.files("warehouse.normalise") / "vocabulary" / name
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_every_framework_of_the_method_has_a_row_and_a_hit() -> None:
    rows = _table("technologies.csv")
    assert {row["technology"] for row in rows if row["kind"] == "framework"} == LEAVES
    hit = {label for _, expected in HITS for label in expected.split()} | {"torch7"}
    assert hit == LEAVES


def test_the_vocabulary_is_consistent() -> None:
    rows = _table("technologies.csv")
    gates = _table("gates.csv")
    names = {row["technology"] for row in rows}
    assert {row["gate"] for row in rows if row["gate"]} == {gate["gate"] for gate in gates}
    phrases = {row["phrase"]: row["pattern"] for row in _table("gate_phrases.csv")}
    cells = [cell for gate in gates for cell in gate.values()] + list(phrases.values())
    assert set(re.findall(r"<(\w+)>", " ".join(cells))) == set(phrases)
    vouchers = {name for gate in gates for name in gate["vouchers"].split()}
    assert vouchers <= names | {"any", "framework", "skill"}
    belongs = {(row["technology"], row["family"], row["kind"]) for row in rows}
    assert len(belongs) == len(names), "a technology has one family and one kind"
    doubled = Counter((row["technology"], row["alias"]) for row in rows)
    assert [pair for pair, count in doubled.items() if count > 1] == []


def test_families_roll_up_the_leaves_that_claims_are_about() -> None:
    families: dict[str, set[str]] = {}
    for row in _table("technologies.csv"):
        if row["kind"] == "framework":
            families.setdefault(row["family"], set()).add(row["technology"])
    assert {name: leaves for name, leaves in families.items() if len(leaves) > 1} == {
        "pytorch": {"pytorch", "pytorch-lightning"},
        "tensorflow": {"tensorflow", "tflite", "tfjs", "tfx", "tf-serving"},
        "jax": {"jax", "flax"},
    }


@pytest.mark.parametrize(
    "piece", ["keras/", "a@a.", "://", "TF ", "no PyTorch ", "-' ", "RAG, LLM "]
)
def test_twice_the_text_costs_twice_the_time(piece: str) -> None:
    def cost(size: int) -> float:
        text = piece * (size // len(piece))
        took = []
        for _ in range(3):
            started = time.process_time()
            find_mentions(text)
            took.append(time.process_time() - started)
        return min(took)

    cost(1_000)
    assert cost(60_000) < 12 * max(cost(15_000), 0.02)


@pytest.mark.shared
def test_the_labelled_postings_are_read_right(shared: Path) -> None:
    lines = (shared / "gold" / "frameworks.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    predicted = {
        row["id"]: frameworks(
            to_text(row["text"]), title=row.get("title") or "", month=row["month"]
        )
        for row in rows
    }
    score = score_mentions(rows, predicted)
    assert score.f1.estimate >= 0.985
    assert score.precision.estimate >= 0.985
    for label in ("pytorch", "tensorflow", "jax", "keras"):
        assert score.by_label[label].f1 >= 0.99


def _spelled(mentions: list[Mention], name: str) -> bool:
    return any(re.search(name, m.surface, re.IGNORECASE) for m in mentions)


@pytest.mark.shared
def test_hacker_news_counts_agree_with_independent_ones(shared: Path) -> None:
    """The reference counts names spelled out, not "(Py)Torch", a bare "Torch", "TF" or TFX."""
    counts: Counter[tuple[str, str]] = Counter()
    with (shared / "captures" / "hackernews-2015-2024.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream):
            if "/items/" not in (record.rec_headers.get_header("WARC-Target-URI") or ""):
                continue
            for comment in json.loads(record.content_stream().read()).get("children", []):
                if not re.search("torch|tensor", comment.get("text") or "", re.IGNORECASE):
                    continue
                month = comment["created_at"][:7]
                found = find_mentions(to_text(comment["text"]), month=month)
                counts[month[:4], "pytorch"] += _spelled(found, "^py.?torch")
                counts[month[:4], "tensorflow"] += _spelled(found, "^tensor.?flow")
    reference = {"2018": (22, 142), "2020": (66, 130), "2021": (89, 96), "2022": (108, 47),
                 "2024": (58, 25)}  # fmt: skip
    for year, (pytorch, tensorflow) in reference.items():
        assert counts[year, "pytorch"] == pytest.approx(pytorch, rel=0.03)
        assert counts[year, "tensorflow"] == pytest.approx(tensorflow, rel=0.03)
