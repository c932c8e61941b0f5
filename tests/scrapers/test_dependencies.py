"""Frameworks in the dependency files of repositories."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.dependencies import (
    FILES,
    LONGEST_CHARS,
    Repository,
    file_of,
    framework_of,
    frameworks,
    github_repository,
)


@pytest.mark.parametrize(
    ("package", "framework"),
    [
        ("torch", "pytorch"),
        ("Torch", "pytorch"),
        ("pytorch", "pytorch"),
        ("pytorch_lightning", "pytorch"),
        ("pytorch-cuda", "pytorch"),
        ("torchvision", "pytorch"),
        ("torch.geometric", "pytorch"),
        ("segmentation-models-pytorch", "pytorch"),
        ("open_clip_torch", "pytorch"),
        ("sentence-transformers", "pytorch"),
        ("tensorflow", "tf"),
        ("tensorflow-gpu", "tf"),
        ("tf_nightly", "tf"),
        ("Keras", "tf"),
        ("keras-cv", "tf"),
        ("intel-tensorflow", "tf"),
        ("tensorflow-datasets", None),
        ("tensorboard", None),
        ("tensorboardX", None),
        ("tf2onnx", None),
        ("tfidf", None),
        ("jax", "jax"),
        ("jaxlib", "jax"),
        ("jax-cuda12-plugin", "jax"),
        ("dm_haiku", "jax"),
        ("jaxtyping", None),
        ("einops", None),
        ("mxnet-cu101", "mxnet"),
        ("gluonts", None),
        ("paddlepaddle-gpu", "paddle"),
        ("paddlenlp", "paddle"),
        ("mindspore-ascend", "mindspore"),
        ("caffe2", "caffe2"),
        ("caffe", None),
        ("transformers", None),  # runs on several
        ("numpy", None),
        ("torchlight", None),
    ],
)
def test_a_package_tells_its_framework(package: str, framework: str | None) -> None:
    assert framework_of(package) == framework


PIP_FREEZE = "numpy==1.26.4\ntorch @ file:///tmp/build/torch-2.1.0-cp311-linux_x86_64.whl\n"
CONDA_LIST = "# platform: linux-64\n_libgcc_mutex=0.1=main\npytorch=1.12.1=py3.9_cuda11.3_0\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("torch\n", {"pytorch"}),
        ("torch>=1.7,<2 # the trainer\nnumpy\n", {"pytorch"}),
        ("torch==2.1.0+cu118\n", {"pytorch"}),
        ("jax[cuda12]>=0.4.20; sys_platform == 'linux'\n", {"jax"}),
        ("  tensorflow-gpu ~= 1.15\n", {"tf"}),
        ("torch 1.9.0\n", {"pytorch"}),
        ("Keras==2.2.4\ntorch\n", {"tf", "pytorch"}),
        (PIP_FREEZE, {"pytorch"}),
        (CONDA_LIST, {"pytorch"}),
        ("https://download.example/whl/cu111/torch-1.9.0%2Bcu111-cp38.whl\n", {"pytorch"}),
        ("git+https://github.com/jax-ml/jax.git@main\n", {"jax"}),
        ("-e git+https://github.com/some/fork.git#egg=pytorch_lightning\n", {"pytorch"}),
        ("numpy \\\n  --hash=sha256:00\ntensorflow==2.15 \\\n --hash=sha256:11\n", {"tf"}),
        ("torch\r\nnumpy\r\n", {"pytorch"}),
        # other dependencies alone
        ("numpy\nscipy\n", set()),
        ("--extra-index-url https://download.pytorch.org/whl/cu118\nnumpy\n", set()),
        ("# torch is needed for training\nnumpy\n", set()),
        ("mytorch-like-thing\n", set()),
        ("-c constraints.txt\nnumpy\n", set()),
        # says nothing
        ("", None),
        ("# to do\n", None),
        ("-r requirements/base.txt\n", None),
        ("-r base.txt\nnumpy\n", None),
        ("-r base.txt\ntorch\n", {"pytorch"}),
        ("<!DOCTYPE html><title>Sign in</title>torch", None),
    ],
)
def test_requirements(text: str, found: set[str] | None) -> None:
    assert frameworks("requirements.txt", text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[project]\nname = "torch"\ndependencies = ["numpy>=1", "torch>=2"]\n', {"pytorch"}),
        ('[project]\ndependencies = ["numpy"]\n[tool.black]\nline-length = 99\n', set()),
        (
            '[project]\ndependencies = ["numpy"]\n'
            '[project.optional-dependencies]\ngpu = ["jax[cuda]"]\ntf = ["tensorflow"]\n',
            {"jax", "tf"},
        ),
        ('[tool.poetry.dependencies]\npython = "^3.9"\ntorch = {version = "2"}\n', {"pytorch"}),
        ('[tool.poetry.dependencies]\npython = "^3.9"\nnumpy = "*"\n', set()),
        ('[tool.poetry.dependencies]\npython = "^3.9"\n', None),
        ('[tool.poetry.group.train.dependencies]\nflax = "*"\n', {"jax"}),
        ('[dependency-groups]\ntrain = ["torch", {include-group = "dev"}]\n', {"pytorch"}),
        ('[tool.pixi.pypi-dependencies]\ntorch = "*"\n', {"pytorch"}),
        ('[tool.pixi.feature.gpu.dependencies]\npytorch-gpu = "*"\n', {"pytorch"}),
        ('[build-system]\nrequires = ["setuptools", "torch"]\n', {"pytorch"}),
        ('[build-system]\nrequires = ["setuptools"]\n', None),
        ('[project]\nname = "x"\ndynamic = ["dependencies"]\n', None),
        (
            '[project]\ndynamic = ["dependencies"]\n'
            '[tool.setuptools.dynamic]\ndependencies = {file = ["requirements.txt"]}\n',
            None,
        ),
        ("[project\n", None),
        ('[project]\ndependencies = "torch"\n', {"pytorch"}),  # not valid, and clear
    ],
)
def test_pyproject(text: str, found: set[str] | None) -> None:
    assert frameworks("pyproject.toml", text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "name: x\nchannels:\n  - pytorch\n  - defaults\n"
            "dependencies:\n  - python=3.9\n  - pip\n  - numpy\n",
            set(),
        ),
        ("dependencies:\n  - python=3.9\n  - pytorch::pytorch=1.7\n", {"pytorch"}),
        (
            "dependencies:\n  - numpy\n  - pip:\n    - tensorflow==2.4\n    - jaxlib\n",
            {"tf", "jax"},
        ),
        ("dependencies: [python=3.9, pytorch]\n", {"pytorch"}),
        ("dependencies:\n  - numpy\n  - pip:\n    - -r requirements.txt\n", None),
        ("dependencies:\n  - python=3.9\n", None),
        ("channels:\n  - pytorch\n", None),
        ("dependencies:\n\t- pytorch\n", None),
        ("- pytorch\n", None),
    ],
)
def test_environment(text: str, found: set[str] | None) -> None:
    assert frameworks("environment.yml", text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("setup(name='x', install_requires=['numpy', 'torch>=1.6'])", {"pytorch"}),
        ("setup(name='torch', install_requires=['numpy'])", set()),
        ("NEEDS = ['jax']\nNEEDS += ['flax']\nsetup(install_requires=NEEDS + ['numpy'])", {"jax"}),
        ("needs = ['numpy']\nneeds.append('torch')\nsetup(install_requires=needs)", {"pytorch"}),
        ("extras = {}\nextras['tf'] = ['tensorflow']\nsetup(extras_require=extras)", {"tf"}),
        ("setup(extras_require={'gpu': ['mxnet-cu101'], 'doc': ['sphinx']})", {"mxnet"}),
        ("setup(**{'install_requires': ['paddlepaddle']})", {"paddle"}),
        ("setup(install_requires='''\n  numpy\n  mindspore\n''')", {"mindspore"}),
        ("from torch.utils.cpp_extension import CUDAExtension\nsetup(name='ops')", {"pytorch"}),
        ("import numpy\nsetup(name='x', packages=['torch'])", None),
        ("setup(install_requires=open('requirements.txt').read().splitlines())", None),
        ("setup(keywords='torch tensorflow', name='x')", None),
        ("A = B\nB = A\nsetup(install_requires=A)", None),
        ("print 'python 2'\nsetup(install_requires=['torch'])", None),
        ("setup(install_requires=['torch'", None),
        ("\0", None),
    ],
)
def test_setup(text: str, found: set[str] | None) -> None:
    assert frameworks("setup.py", text) == found


def test_a_file_that_is_no_list_is_not_read() -> None:
    assert frameworks("requirements.txt", "torch\n" * LONGEST_CHARS) is None
    assert frameworks("setup.py", "x = " + "(" * 10_000) is None
    assert frameworks("environment.yml", "dependencies: " + "[" * 10_000) is None


@given(st.sampled_from(FILES), st.text(max_size=200))
def test_no_text_breaks_the_reader(file: str, text: str) -> None:
    found = frameworks(file, text)
    assert found is None or found <= {
        "pytorch", "tf", "jax", "mxnet", "paddle", "mindspore", "caffe2"
    }  # fmt: skip


@given(
    st.lists(st.sampled_from(["numpy", "scipy>=1", "pandas==2.0", "# note", ""]), max_size=6),
    st.sampled_from([("torch", "pytorch"), ("tensorflow", "tf"), ("jax", "jax")]),
    st.sampled_from(["", "==1.0", ">=0.4,<2", "[all]", " ; python_version<'3.9'", "  # why"]),
)
def test_a_framework_is_found_wherever_it_stands(
    others: list[str], wanted: tuple[str, str], rest: str
) -> None:
    package, framework = wanted
    text = "\n".join([*others, package + rest, *others])
    assert frameworks("requirements.txt", text) == {framework}


@pytest.mark.parametrize(
    ("address", "repository"),
    [
        ("https://github.com/acme/net", ("acme", "net")),
        ("http://www.github.com/acme/net/", ("acme", "net")),
        ("https://github.com/acme/net.git", ("acme", "net")),
        ("https://github.com/acme/net/tree/main/src?x=1#readme", ("acme", "net")),
        ("github.com/a-c-m-e/my_net.js", ("a-c-m-e", "my_net.js")),
        ("git@github.com:acme/net.git", ("acme", "net")),
        ("https://GitHub.com/Acme/Net", ("Acme", "Net")),
        ("https://github.com/acme", None),
        ("https://github.com/orgs/acme", None),
        ("https://gitlab.com/acme/net", None),
        ("https://acme.github.io/net", None),
        ("https://notgithub.com/acme/net", None),
        ("https://github.com/acme/..", None),
        ("", None),
        (None, None),
    ],
)
def test_the_repository_of_an_address(
    address: str | None, repository: tuple[str, str] | None
) -> None:
    assert github_repository(address) == (Repository(*repository) if repository else None)


def test_the_files_of_a_repository_are_asked_in_its_newest_state() -> None:
    addresses = Repository("acme", "net").addresses()
    assert addresses[0] == "https://raw.githubusercontent.com/acme/net/HEAD/requirements.txt"
    assert tuple(map(file_of, addresses)) == FILES
