"""What happened, in words, so that a failure can be followed by a person."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, and to which appointment (none: to all)."""

    step: int
    at: str
    token: str
    words: str

    def __str__(self) -> str:
        return f"{self.step:5} {self.at} {self.token or '-':12} {self.words}"


@dataclass(slots=True)
class Story:
    """The lines so far."""

    lines: list[Line] = field(default_factory=list)
    aloud: bool = False
    step: int = 0

    def tell(self, at: str, words: str, token: str = "") -> None:
        """Add a line."""
        line = Line(self.step, at, token, words)
        self.lines.append(line)
        if self.aloud:
            print(line)

    def of(self, token: str, *, most: int = 60) -> list[Line]:
        """Return the last lines about one appointment, and about all."""
        about = [line for line in self.lines if line.token in ("", token)]
        return about[-most:]


class Broken(Exception):
    """The proof failed: something was lost, doubled, or does not settle."""

    def __init__(self, what: str, token: str = "") -> None:
        super().__init__(what)
        self.token = token
