"""Labelled mails: which order and which wish each is about, and how often mailbot sees it."""
