"""Access security: the file, and the groups that records name. Main thread."""

from __future__ import annotations

from collections.abc import Iterator

from pydevpva.check.finding import Finding
from pydevpva.check.registry import rule
from pydevpva.check.site import Site
from pydevpva.db.source import read_text
from pydevpva.errors import LoadError, Location, did_you_mean
from pydevpva.serving.access_language import parse


@rule("asg", "an access security file with mistakes; ASG of a group that it does not have", "error")
def asg(site: Site) -> Iterator[Finding]:
    if site.access_file is None:
        return
    path, at = site.access_file
    try:
        groups = {node.name for node in parse(read_text(path), path) if node.kind == "ASG"} | {"DEFAULT"}
    except OSError as error:
        yield Finding("asg", at, f"cannot read {path}: {error.strerror}")
        return
    except LoadError as error:
        for problem in error.problems:
            yield Finding("asg", problem.location, problem.message)
        return
    for record in site.instances.values():
        group = site.text(record, "ASG")
        if group and group not in groups:
            what = f"{record.name}: no ASG({group}) in {path}{did_you_mean(group, groups)}; the record is of DEFAULT"
            yield Finding("asg", _place(site, record.name), what, f"ASG {group}")


def _place(site: Site, name: str) -> Location:
    return site.place(site.instances[name], "ASG")
