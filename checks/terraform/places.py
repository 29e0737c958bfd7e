"""Where things lie: the project, `terraform/`, and what is kept between two checks."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TERRAFORM = ROOT / "terraform"
KEPT = ROOT / ".cache" / "terraform"
"""Made anew when it is missing; nothing in it is anybody's work."""
