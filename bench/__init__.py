"""The benchmark: mailbot against the script that a shop would write without it. Run by `make bench`."""
