"""Which machine-learning frameworks a repository depends on, by the files that say so.

Belongs here: which repository an address names, where its dependency files lie, and what they name.
Does not belong here: asking for them (`scrapers.spiders`), or counting (`warehouse`). Pure: a file
is read and never run.

Frameworks are those of the Papers with Code archive (pytorch, tf, jax, mxnet, paddle, mindspore,
caffe2), Keras counted as tf as it does; its label "torch" is Torch for Lua, which no file of Python
names.
"""

from __future__ import annotations

import ast
import re
import tomllib
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import yaml

FILES = ("requirements.txt", "pyproject.toml", "environment.yml", "setup.py")
"""The files that are asked for, in the root of a repository."""

LONGEST_CHARS = 1_000_000
"""A longer file is no list of dependencies."""

_EXACT = {
    "pytorch": """
        accelerate apex bitsandbytes botorch captum deepspeed diffusers e3nn espnet fairscale
        fairseq fastai flash-attn gpytorch kornia lightning lightning-fabric monai mmcv mmcv-full
        mmengine open-clip-torch peft pyro-ppl pyg sentence-transformers speechbrain
        stable-baselines3 timm trl ultralytics vllm xformers
    """,
    "tf": "keras keras-nightly tf-gpu tf-keras tf-nightly tf-slim tflearn tflite-runtime",
    "jax": """
        blackjax brax chex clu diffrax distrax dm-haiku equinox evosax flax gymnax jaxlib jaxopt
        jraph numpyro objax optax orbax orbax-checkpoint penzai rlax trax
    """,
    "mxnet": "gluonnlp",
    "mindspore": "mindcv mindformers mindnlp",
}
"""Packages that can't work without the framework, beside those that bear its name."""
_NAMED = {
    "pytorch": re.compile(r"(?:py)?torch(?:[-0-9a-z]*)|.+-(?:py)?torch"),
    "tf": re.compile(
        r"(?:intel-)?tensorflow(?:-.+)?|tf-nightly-.+|tf-models-.+|tf-agents|keras-.+"
    ),
    "jax": re.compile(r"jax(?:-.+)?|jaxlib-.+|.+-jax"),
    "mxnet": re.compile(r"mxnet(?:-.+)?"),
    "paddle": re.compile(r"paddle.*|ppdiffusers"),
    "mindspore": re.compile(r"mindspore(?:-.+)?"),
    "caffe2": re.compile(r"caffe2(?:-.+)?"),
}
_NOT_IT = frozenset(
    {
        "tensorflow-data-validation",
        "tensorflow-datasets",
        "tensorflow-io-gcs-filesystem",
        "tensorflow-metadata",
        "torchlight",
    }
)
"""Packages that bear a framework's name and work without it: JAX reads such data sets as well."""
_BY_NAME = {name: framework for framework, names in _EXACT.items() for name in names.split()}
_IMPORTS = frozenset(
    {"caffe2", "flax", "jax", "keras", "mindspore", "mxnet", "paddle", "tensorflow", "torch"}
)
"""Modules that tell a framework where setup.py imports them: it builds an extension of it."""

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_REQUIREMENT = re.compile(rf"({_NAME})\s*(?:\[[^\]]*\]\s*)?(?=$|[\s=<>!~;@,(#*&|])")
_CHANNEL = re.compile(r"^[\w./-]+::")
_EGG = re.compile(rf"[#&]egg=({_NAME})")
_WHEEL = re.compile(rf"/({_NAME})-\d[^/]*\.(?:whl|tar\.gz|zip)", re.IGNORECASE)
_CHECKOUT = re.compile(rf"/({_NAME}?)(?:\.git)?(?:@[^/#]*)?(?:[#?].*)?$")
_MARKUP = re.compile(r"\s*<(?:!doctype|html|head|body|\?xml)\b", re.IGNORECASE)
_ASKS = frozenset({"install_requires", "extras_require", "setup_requires", "tests_require"})
_GITHUB = re.compile(
    r"(?:(?:https?|git|ssh)://(?:[^/@\s]+@)?|git@)?(?:www\.)?github\.com[/:]"
    r"([A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)/([A-Za-z0-9._-]+)",
    re.IGNORECASE,
)
_NO_OWNERS = frozenset(
    {"about", "apps", "collections", "features", "marketplace", "orgs", "sponsors", "topics"}
)


class Repository(NamedTuple):
    """A repository on GitHub."""

    owner: str
    name: str

    def addresses(self) -> list[str]:
        """Where the files of `FILES` lie in the newest state of its main branch."""
        return [
            f"https://raw.githubusercontent.com/{self.owner}/{self.name}/HEAD/{file}"
            for file in FILES
        ]


def github_repository(address: str | None) -> Repository | None:
    """The GitHub repository that an address leads to, whatever page of it.

    Args:
        address: A web, SSH or Git address, with or without its scheme.

    Returns:
        Owner and name; None for another host and for pages that are no repository.
    """
    match = _GITHUB.match((address or "").strip())
    if not match or match[1].lower() in _NO_OWNERS:
        return None
    name = re.sub(r"\.git$", "", match[2].rstrip("."))
    return Repository(match[1], name) if name.strip(".") else None


def file_of(address: str) -> str:
    """The name of the file at the end of an address."""
    return unquote(urlsplit(address).path.rsplit("/", 1)[-1])


def frameworks(file: str, text: str) -> frozenset[str] | None:
    """The frameworks that a dependency file names.

    Args:
        file: Its name, one of `FILES`.
        text: What it holds.

    Returns:
        Ids of frameworks, empty where the file names other dependencies alone. None where it does
        not say what is needed: another format, no dependencies, or only a pointer to other files.
    """
    if len(text) > LONGEST_CHARS or _MARKUP.match(text):
        return None
    lists = {
        "requirements.txt": _of_requirements,
        "pyproject.toml": _of_pyproject,
        "environment.yml": _of_environment,
        "setup.py": _of_setup,
    }[file]
    try:
        names = list(lists(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError, yaml.YAMLError):
        return None
    found = frozenset(filter(None, map(framework_of, names)))
    says_all = _ELSEWHERE not in names and names
    return found if found or says_all else None


def framework_of(package: str) -> str | None:
    """The framework that a package is, or can't work without.

    Args:
        package: Its name on PyPI or conda, in any spelling.

    Returns:
        Id of the framework; None for another package.
    """
    # PEP 503: runs of -, _ and . are one hyphen.
    name = re.sub(r"[-_.]+", "-", package).lower()
    if name in _NOT_IT:
        return None
    if name in _BY_NAME:
        return _BY_NAME[name]
    return next((fw for fw, pattern in _NAMED.items() if pattern.fullmatch(name)), None)


_ELSEWHERE = "-r"
"""Stands among the names for a pointer to another file."""


def _of_requirements(text: str) -> Iterator[str]:
    for raw in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        yield from _of_line(raw)


def _of_line(raw: str) -> Iterator[str]:
    """The package of one line of requirements (pip, `pip freeze`, `conda list --export`)."""
    line = raw.strip()
    if re.match(r"(?:-r|-c|--requirement|--constraint)\b", line):
        if not line.startswith(("-c", "--c")):
            yield _ELSEWHERE
        return
    line = re.sub(r"^(?:-e|--editable)[\s=]+", "", line)
    if not line or line.startswith(("#", "-")):
        return
    if re.match(r"(?:[a-z+]+://|\.{0,2}/|git@)", line):
        match = _EGG.search(line) or _WHEEL.search(line) or _CHECKOUT.search(line)
    else:
        match = _REQUIREMENT.match(_CHANNEL.sub("", line))
    if match and match[1]:
        yield match[1]


def _of_pyproject(text: str) -> Iterator[str]:
    data = tomllib.loads(text)
    yield from _requirements_in(_at(data, "project", "dependencies"))
    yield from _requirements_in(_at(data, "project", "optional-dependencies"))
    yield from _requirements_in(_at(data, "dependency-groups"))
    yield from _requirements_in(_at(data, "tool", "uv", "dev-dependencies"))
    yield from _requirements_in(_at(data, "tool", "pdm", "dev-dependencies"))
    yield from _requirements_in(_at(data, "tool", "flit", "metadata", "requires"))
    for tables in (_at(data, "tool", "poetry"), _at(data, "tool", "pixi")):
        yield from _keys_of_tables(tables)
    if isinstance(_at(data, "tool", "setuptools", "dynamic", "dependencies"), dict):
        yield _ELSEWHERE
    # What is needed to build is not all that is needed: it counts where it is a framework.
    for name in _requirements_in(_at(data, "build-system", "requires")):
        if framework_of(name):
            yield name


def _at(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _requirements_in(value: Any) -> Iterator[str]:
    """Packages in a list of requirements, or in a table of such lists."""
    if isinstance(value, str):
        yield from _of_line(value)
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            if not isinstance(part, dict):  # a group that includes another one
                yield from _requirements_in(part)


def _keys_of_tables(table: Any) -> Iterator[str]:
    """Packages that are keys of the tables of dependencies, at any depth (Poetry, pixi)."""
    if not isinstance(table, dict):
        return
    for key, value in table.items():
        if key in ("dependencies", "dev-dependencies", "pypi-dependencies"):
            yield from (name for name in _keys(value) if name != "python")
        else:
            yield from _keys_of_tables(value)


def _keys(value: Any) -> list[str]:
    return [str(key) for key in value] if isinstance(value, dict) else []


def _of_environment(text: str) -> Iterator[str]:
    data = yaml.safe_load(text)
    rows = _at(data, "dependencies")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, str):
            yield from (name for name in _of_line(row) if name.lower() not in ("python", "pip"))
        elif isinstance(row, dict):
            for line in row.get("pip") or ():
                yield from _of_line(str(line))


def _of_setup(text: str) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd escapes in somebody else's text
        tree = ast.parse(text)
    assigned: dict[str, list[ast.expr]] = {}
    asked: list[ast.expr] = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (_top(n.name) for n in names if _top(n.name) in _IMPORTS)
            case ast.ImportFrom(module=str(module), level=0) if _top(module) in _IMPORTS:
                yield _top(module)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    assigned.setdefault(_target(target), []).append(value)
            case ast.AugAssign(target=target, value=value):
                assigned.setdefault(_target(target), []).append(value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                assigned.setdefault(_target(target), []).append(value)
            case ast.Call(func=ast.Attribute(value=owner, attr="append" | "extend"), args=args):
                assigned.setdefault(_target(owner), []).extend(args)
            case ast.keyword(arg=str(arg), value=value) if arg in _ASKS:
                asked.append(value)
            case ast.Dict(keys=keys, values=values):  # setup(**{"install_requires": [...]})
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and key.value in _ASKS:
                        asked.append(value)
    yield from _strings(asked, assigned)


def _top(module: str) -> str:
    return module.split(".")[0]


def _target(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _strings(nodes: list[ast.expr], assigned: dict[str, list[ast.expr]]) -> Iterator[str]:
    """Requirements in expressions, and in what the names in them were assigned."""
    waiting: list[ast.AST] = list(nodes)
    followed: set[str] = set()
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Constant(value=str(text)):
                for line in text.splitlines():
                    yield from _of_line(line)
            case ast.Call():
                yield _ELSEWHERE  # read from a file, or made up in some other way
            case ast.Name(id=name) if name and name not in followed:
                followed.add(name)
                waiting += assigned.get(name, ())
            case ast.Dict(values=values):
                waiting += values
            case _:
                waiting += ast.iter_child_nodes(node)
