"""JSON pointers (RFC 6901) and RFC 8984's patch objects."""

from collections.abc import Iterable, Mapping, Sequence

from sync.values import Json


def pointer_of(path: Iterable[str]) -> str:
    """Return the pointer to a member: "/locations/1/name"."""
    return "".join(f"/{escaped(name)}" for name in path)


def escaped(name: str) -> str:
    """Return a member's name as it stands within a pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def path_of(pointer: str) -> tuple[str, ...]:
    """Return the names in a patch's pointer, which has no leading slash."""
    names = pointer.split("/")
    return tuple(name.replace("~1", "/").replace("~0", "~") for name in names)


class PatchInvalid(ValueError):
    """The patch does not fit what it is to change; `pointer` is the patch's key."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer = pointer


def patch_problems(base: Json, patch: Mapping[str, Json]) -> list[PatchInvalid]:
    """Return every pointer of the patch that breaks a rule of RFC 8984, 1.4.9."""
    problems = []
    paths = {pointer: path_of(pointer) for pointer in patch}
    prefixes = {path[:end] for path in paths.values() for end in range(1, len(path))}
    for pointer, path in paths.items():
        if path in prefixes:
            text = "Another pointer of the patch leads into what this one replaces."
            problems.append(PatchInvalid(pointer, text))
        elif not _leads_somewhere(base, path):
            text = "Nothing is there that this pointer could change."
            problems.append(PatchInvalid(pointer, text))
    return problems


def _leads_somewhere(base: Json, path: Sequence[str]) -> bool:
    place = base
    for name in path[:-1]:
        if not isinstance(place, Mapping) or name not in place:
            return False
        place = place[name]
    return isinstance(place, Mapping)


def patched(base: Mapping[str, Json], patch: Mapping[str, Json]) -> dict[str, Json]:
    """Return the object with the patch applied; null removes a member.

    Pointers that lead nowhere are left out; nothing of `base` itself changes.
    """
    whole = dict(base)
    own: set[tuple[str, ...]] = set()
    for pointer, value in patch.items():
        path = path_of(pointer)
        if _leads_somewhere(whole, path):
            _place_of(whole, path, own)[path[-1]] = value
            if value is None:
                del _place_of(whole, path, own)[path[-1]]
    return whole


def _place_of(
    whole: dict[str, Json], path: Sequence[str], own: set[tuple[str, ...]]
) -> dict[str, Json]:
    """Return the object that holds the member; all on the way become copies, once."""
    place = whole
    for end, name in enumerate(path[:-1], 1):
        if tuple(path[:end]) not in own:
            place[name] = dict(place[name])
            own.add(tuple(path[:end]))
        place = place[name]
    return place


def put(object_: dict[str, Json], name: str, value: Json) -> None:
    """Set a member; take it away where its value is the default, which is falsy."""
    if value:
        object_[name] = value
    else:
        object_.pop(name, None)


def free_id(entries: Mapping[str, Json], wanted: str) -> str:
    """Return an id that no entry has: the one wanted, if it is free."""
    number, free = 1, wanted
    while free in entries:
        number += 1
        free = f"{wanted}-{number}"
    return free
