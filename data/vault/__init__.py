"""Secrets and the second factor: an operating system's keyring, or an encrypted file."""
