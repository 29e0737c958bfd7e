"""What all tests share."""

pytest_plugins = [
    "tests.plugins.left_out",
    "tests.plugins.firestore",
    "tests.cloud.fixtures",
]
