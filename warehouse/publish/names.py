"""Technologies, levels and countries as a reader writes them.

Belongs here: spellings of the codes that tables of `out` hold. Does not belong here: what adverts
call them (`warehouse.normalise.vocabulary`), or how a figure is written (`wording`).
"""

from __future__ import annotations

_TECHNOLOGIES = {
    "aws": "AWS",
    "bigquery": "BigQuery",
    "ci-cd": "CI/CD",
    "clickhouse": "ClickHouse",
    "cntk": "CNTK",
    "coreml": "Core ML",
    "cpp": "C++",
    "csharp": "C#",
    "cuda": "CUDA",
    "dbt": "dbt",
    "deepspeed": "DeepSpeed",
    "dl4j": "DL4J",
    "dotnet": ".NET",
    "executorch": "ExecuTorch",
    "fastai": "fastai",
    "fastapi": "FastAPI",
    "fsdp": "FSDP",
    "gcp": "GCP",
    "gpu": "GPU",
    "graphql": "GraphQL",
    "grpc": "gRPC",
    "huggingface": "Hugging Face",
    "jax": "JAX",
    "langchain": "LangChain",
    "langgraph": "LangGraph",
    "lightgbm": "LightGBM",
    "llamaindex": "LlamaIndex",
    "llama-cpp": "llama.cpp",
    "llm": "LLMs",
    "mlflow": "MLflow",
    "mlir": "MLIR",
    "mlops": "MLOps",
    "mlx": "MLX",
    "mongodb": "MongoDB",
    "mxnet": "MXNet",
    "mysql": "MySQL",
    "nccl": "NCCL",
    "nlp": "NLP",
    "nodejs": "Node.js",
    "nosql": "NoSQL",
    "numpy": "NumPy",
    "onnx": "ONNX",
    "opencv": "OpenCV",
    "openvino": "OpenVINO",
    "paddlepaddle": "PaddlePaddle",
    "php": "PHP",
    "postgresql": "PostgreSQL",
    "pytorch": "PyTorch",
    "rag": "RAG",
    "rocm": "ROCm",
    "ros": "ROS",
    "scikit-learn": "scikit-learn",
    "sglang": "SGLang",
    "slam": "SLAM",
    "sql": "SQL",
    "tensorflow": "TensorFlow",
    "tensorrt": "TensorRT",
    "tpu": "TPU",
    "triton-lang": "Triton (language)",
    "triton-server": "Triton server",
    "typescript": "TypeScript",
    "vllm": "vLLM",
    "wandb": "Weights & Biases",
    "xgboost": "XGBoost",
    "xla": "XLA",
}

_PROPER = frozenset(
    "airflow ansible azure caffe caffe2 cassandra chainer dask databricks django docker "
    "elasticsearch go haskell helm java javascript jenkins julia jupyter kafka keras kotlin "
    "kubeflow kubernetes linux lua matlab numba pandas polars prometheus python r rails ray react "
    "redis redshift ruby rust sagemaker scala slurm snowflake spark swift tableau terraform theano "
    "torch7".split()
)

_LEVELS = {
    "all": "all levels",
    "manager": "managers",
    "executive": "executives",
    "intern": "interns",
}

_FAMILIES = {
    "ml_engineer": "machine-learning engineers",
    "ml_platform": "machine-learning platform",
    "data_scientist": "data scientists",
    "data_engineer": "data engineers",
    "software_engineer": "software engineers",
    "product_design": "product and design",
    "go_to_market": "sales and marketing",
}

_COUNTRIES = {
    "all": "All countries",
    "AU": "Australia",
    "BR": "Brazil",
    "CA": "Canada",
    "CH": "Switzerland",
    "DE": "Germany",
    "ES": "Spain",
    "FR": "France",
    "GB": "United Kingdom",
    "IE": "Ireland",
    "IL": "Israel",
    "IN": "India",
    "JP": "Japan",
    "NL": "Netherlands",
    "PL": "Poland",
    "SE": "Sweden",
    "SG": "Singapore",
    "US": "United States",
}


def technology(family: str) -> str:
    """A technology by its family in the vocabulary: `scikit-learn` stays, `cpp` is C++."""
    if family in _TECHNOLOGIES:
        return _TECHNOLOGIES[family]
    return family.capitalize() if family in _PROPER else family.replace("-", " ")


def level(name: str) -> str:
    """A level of `core.roles`, or all of them."""
    return _LEVELS.get(name, name)


def role_family(name: str) -> str:
    """A role family of `core.roles`, in the plural where that is told of people."""
    return _FAMILIES.get(name, name.replace("_", " "))


def country(code: str) -> str:
    """A country by its ISO 3166 code; one without a name here keeps the code."""
    return _COUNTRIES.get(code, code)
