"""Real servers on loopback for tests, the crash drill and the benchmark."""
