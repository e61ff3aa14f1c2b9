"""The local stack: everything that `make run` starts, and how it is watched and stopped."""
