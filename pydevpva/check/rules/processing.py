"""Who processes whom: circles, records that nothing processes, NPP where PP was meant. No thread."""

from __future__ import annotations

from collections.abc import Iterator

from pydevpva.check.connections import Connection
from pydevpva.check.finding import Finding
from pydevpva.check.registry import rule
from pydevpva.check.site import Site

SHOWN = 6


@rule("cycle", "circles of FLNK, PP and CP: records that process each other")
def cycle(site: Site) -> Iterator[Finding]:
    """Each circle once. EPICS ends one of FLNK and PP at the record it began with; one of CP never ends."""
    graph: dict[str, list[tuple[str, Connection]]] = {}
    for link in site.connections:
        if (pair := link.processes) is not None:
            graph.setdefault(pair[0].name, []).append((pair[1].name, link))
    for ring in _rings({name: [then for then, _ in edges] for name, edges in graph.items()}):
        members = set(ring)
        links = [link for name in ring for then, link in graph[name] if then in members]
        feeds = any(link.link.process in ("CP", "CPP") for link in links)
        names = [*ring[:SHOWN], *(["..."] if len(ring) > SHOWN else []), ring[0]]
        what = (
            "feed each other by CP, and need not end" if feeds else "process each other; EPICS ends it where it began"
        )
        if len(ring) == 1:
            names, what = [ring[0]], "processes itself" + (" by CP, again and again" if feeds else "")
        yield Finding("cycle", links[0].given.location, f"{' -> '.join(names)}: {what} ({links[0].where})")


def _rings(graph: dict[str, list[str]]) -> Iterator[list[str]]:
    """Strongly connected parts that hold a circle (Tarjan), without recursion: chains may be long."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    inside: set[str] = set()
    for start in graph:
        if start in index:
            continue
        index[start] = low[start] = len(index)
        open_.append(start)
        inside.add(start)
        work = [(start, iter(graph[start]))]
        while work:
            name, following = work[-1]
            for then in following:
                if then not in index:
                    index[then] = low[then] = len(index)
                    open_.append(then)
                    inside.add(then)
                    work.append((then, iter(graph.get(then, ()))))
                    break
                if then in inside:
                    low[name] = min(low[name], index[then])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    ring = _taken(open_, inside, name)
                    if len(ring) > 1 or name in graph.get(name, ()):
                        yield ring[::-1]


def _taken(open_: list[str], inside: set[str], name: str) -> list[str]:
    ring = []
    while True:
        ring.append(open_.pop())
        inside.discard(ring[-1])
        if ring[-1] == name:
            return ring


@rule("never-processed", "records that read or compute something, and that nothing ever processes")
def never_processed(site: Site) -> Iterator[Finding]:
    """Outputs are clients' to process; inputs and calculations are not."""
    for record, readers in site.idle:
        if not readers:
            what = f"{record.name}: nothing processes it: no SCAN, no PINI, no FLNK, no PP link to it"
            yield Finding("never-processed", record.location, what)


@rule("npp", "links that read a record, NPP, which nothing else processes: PP was meant")
def npp(site: Site) -> Iterator[Finding]:
    for record, readers in site.idle:
        for link in readers:
            what = f"{link.where}: reads {record.name} NPP, which nothing processes: PP was meant, or a SCAN"
            yield Finding("npp", link.given.location, what, f"npp {record.name}")
