"""What every step shares.

Belongs here: resources and the executor. Does not belong here: what they are
(`pipelines.settings`).
"""

import dagster as dg

from pipelines.settings import RunSettings


@dg.definitions
def resources() -> dg.Definitions:
    """The settings of a run; steps share one process, and heavy ones use the cores themselves."""
    return dg.Definitions(resources={"settings": RunSettings()}, executor=dg.in_process_executor)
