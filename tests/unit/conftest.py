"""How thoroughly promises are tried.

The machine may be busy: no example has to be quick. `--hypothesis-profile=long` looks
harder.
"""

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile(
    "house", deadline=None, max_examples=60, suppress_health_check=SLOW
)
settings.register_profile(
    "long", deadline=None, max_examples=800, suppress_health_check=SLOW
)
if settings.get_current_profile_name() in ("default", "ci"):
    settings.load_profile("house")
