"""What can go wrong with things that are kept, as one tree with the exit code of each.

TraderError
├── HomeError                 3: the home cannot be used as it is
│   └── HomeInUseError        3: another engine owns it; names the owner
├── JournalError              7: writing failed; the journal is closed and nothing more is taken
│   ├── JournalDamagedError   1: bytes do not fit chain or head; names the first bad sequence
│   ├── JournalUnreadableError 2: no journal, no key, or not a database
│   └── JournalNewerError     3: written by a later version of this program
├── SettingsError             4: names file, key and line
├── QueryError                2: SQL that the store refuses; names the position
├── StoreError                7: the projection failed even after it was rebuilt
├── VaultError                3: a secret cannot be kept or read, and what to do about it
│   ├── VaultUnavailableError 3: the keyring is missing, locked, hanging or not to be trusted
│   ├── WrongPassphraseError  3: of the encrypted file
│   └── VaultDamagedError     1: the encrypted file was changed, cut off, or is another thing
├── BackupError               3: a copy cannot be made or put back
└── ArchiveError              3: an epoch cannot be put away
"""

from engine.errors import MachineError, TraderError


class HomeError(MachineError):
    """The home cannot be used as it is: permissions, owner, a link where a file belongs."""


class HomeInUseError(HomeError):
    """Another engine owns this home."""


class JournalError(TraderError):
    """Writing failed. The journal is closed for good: what was asked for is not durable."""

    exit_code = 7


class JournalDamagedError(JournalError):
    """Bytes do not fit the chain or the head; `sequence` is the first that cannot be trusted."""

    exit_code = 1

    def __init__(self, sentence: str, sequence: int) -> None:
        super().__init__(sentence)
        self.sequence = sequence


class JournalUnreadableError(JournalError):
    """There is nothing to verify: no journal, no key, or a file that is no journal."""

    exit_code = 2


class JournalNewerError(JournalError):
    """Written by a later version of this program, which is never guessed at."""

    exit_code = 3


class SettingsError(TraderError):
    """A setting that cannot be used; the sentence names file, key and line."""

    exit_code = 4


class QueryError(TraderError):
    """SQL that the store does not answer; the sentence names the position."""

    exit_code = 2


class StoreError(TraderError):
    """The projection could not be brought up to date, not even from the beginning."""

    exit_code = 7


class StoreDamagedError(StoreError):
    """Bytes of the store cannot be read back; it can be made again from the journal."""


class BackupError(MachineError):
    """A copy cannot be made, or cannot be put back there."""


class ArchiveError(MachineError):
    """An epoch cannot be put away; the home is as it was."""


class VaultError(MachineError):
    """A secret cannot be kept or read; the sentence names no value."""


class VaultUnavailableError(VaultError):
    """No keyring that may be used, or one that does not answer: nothing was kept."""


class WrongPassphraseError(VaultError):
    """The file is whole; the passphrase is another one."""


class VaultDamagedError(VaultError):
    """Bytes of the file are not those that were written."""

    exit_code = 1
