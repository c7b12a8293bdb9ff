"""mailbot: an after-sales desk that lives in e-mail."""

__version__ = "0.1.0"
