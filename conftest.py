"""Names the suite's pytest plugin."""

pytest_plugins = [
    "conformance.plugin.options",
    "conformance.plugin.session",
    "conformance.plugin.workers",
    "conformance.plugin.single_commands",
]
