"""The pytest plugin: options, the session, its workers, and the order of the tests."""
