"""Digests of code: what was made by it is good as long as they stay.

Belongs here: the one way in which files are digested. Does not belong here: what hangs on a digest
(the callers), or digests of data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path


def digest_of_code(
    *folders: Path, without: Collection[str] = (), only: Collection[str] = ()
) -> str:
    """Digest of all files in some folders, compiled ones aside.

    Args:
        folders: Folders, read with all that lies below them.
        without: Names of folders below them to leave out.
        only: Endings of the files that count, like `.py`; of all, where it is empty.

    Returns:
        SHA-256 over relative paths and bytes, in hex.
    """
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if only and path.suffix not in only:
                continue
            if path.is_file() and path.suffix != ".pyc" and not set(name.parts) & set(without):
                digest.update(f"{folder.name}/{name.as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()
