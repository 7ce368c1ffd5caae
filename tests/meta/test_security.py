"""Every security requirement S01 to S26: which tests show it, and what of it is not here yet."""

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
IDS = [f"S{number:02d}" for number in range(1, 27)]


class Shown(NamedTuple):
    """A requirement in a few words, its tests as `file:test`, and what is missing, if anything."""

    what: str
    tests: tuple[str, ...]
    missing: str = ""


VAULT = "unit/vault"
REQUIREMENTS: dict[str, Shown] = {
    "S01": Shown(
        "secrets in a keyring of the allow-list, never in plain text",
        (
            f"{VAULT}/test_keyrings.py:test_a_desktop_uses_its_own_keyring_even_where_the_library_would_chain_it",
            f"{VAULT}/test_keyrings.py:test_a_headless_machine_is_told_to_use_a_file",
            f"{VAULT}/test_keyrings.py:test_plain_text_installed_on_a_headless_machine_is_named_and_refused",
            f"{VAULT}/test_keyrings.py:test_what_keeps_nothing_or_plain_text_is_refused_even_when_it_is_named",
            f"{VAULT}/test_keyrings.py:test_a_chain_that_ends_in_plain_text_is_refused_even_when_it_is_named",
            f"{VAULT}/test_keyrings.py:test_an_environment_variable_that_chooses_is_refused_unless_named",
            f"{VAULT}/test_keyrings.py:test_a_settings_file_that_names_code_elsewhere_is_refused",
            f"{VAULT}/test_keyrings.py:test_plain_text_that_is_really_installed_gets_no_secret",
        ),
    ),
    "S02": Shown(
        "headless: an encrypted file with a passphrase; the environment only when asked for",
        (
            f"{VAULT}/test_sealed.py:test_every_byte_that_is_changed_is_told_as_damage",
            f"{VAULT}/test_sealed.py:test_scrypt_is_the_one_of_the_rfc",
            "process/test_secrets_commands.py:test_the_environment_is_read_on_request_alone_with_a_warning",
            "unit/test_leaks.py:test_what_was_read_from_the_environment_is_no_longer_in_it",
            "unit/test_leaks.py:test_an_engine_that_is_started_does_not_inherit_them",
        ),
    ),
    "S03": Shown(
        "a keyring that hangs is left after 3 s and paper goes on",
        (
            f"{VAULT}/test_keyrings.py:test_a_keyring_that_hangs_is_left_after_its_time_and_asked_once",
            f"{VAULT}/test_keyrings.py:test_looking_for_a_keyring_may_hang_as_well",
            "unit/runtime/test_factor_door.py:test_the_desk_goes_on_while_a_vault_is_slow",
        ),
    ),
    "S04": Shown(
        "a one-time code passes once, under any clock, in any process; five wrong ones lock",
        (
            f"{VAULT}/test_second_factor.py:test_no_step_is_accepted_twice_under_any_clock",
            f"{VAULT}/test_second_factor.py:test_two_processes_with_one_code_accept_it_once",
            f"{VAULT}/test_second_factor.py:test_a_lock_outlives_the_process_and_heeds_no_wall_clock",
            f"{VAULT}/test_second_factor.py:test_each_recovery_code_is_good_once_and_kept_as_a_hash_alone",
            "process/test_secrets_commands.py:test_a_code_is_verified_once_from_the_command_line",
        ),
    ),
    "S05": Shown(
        "order entry turns itself off, the screen locks, and what reduces risk works all the same",
        (
            "tui/test_guard.py:test_ten_minutes_without_a_key_turn_order_entry_off_until_a_word_is_typed",
            "tui/test_guard.py:test_a_locked_screen_shows_nothing_of_market_or_account",
            "tui/test_guard.py:test_halt_cancel_and_kill_work_while_it_is_locked",
            "tui/test_guard.py:test_alarms_stay_painted_and_quiet_words_do_not",
            "tui/test_guard.py:test_it_does_not_lock_by_itself_over_a_live_position_unless_it_is_told_to",
            "process/test_secrets_commands.py:test_a_second_factor_guards_the_desk_and_leaves_no_trace_of_itself",
        ),
    ),
    "S06": Shown(
        "live arming: by a person with the second factor, to the close; back after a clean drop",
        (
            "unit/runtime/test_factor_door.py:test_it_takes_the_second_factor_and_then_orders_leave",
            "unit/runtime/test_factor_door.py:test_it_shows_account_time_limits_and_what_a_broken_line_does",
            "unit/domain/test_arming.py:test_the_last_symbol_that_closes_ends_it",
            "unit/domain/test_arming.py:test_otherwise_a_person_arms",
            "unit/domain/test_reconcile.py:test_a_clean_one_lets_orders_leave_again",
            "unit/domain/test_reconcile.py:test_what_is_open_between_the_books_wants_a_person",
            "connectors/ib/test_live_gateway.py:test_nothing_leaves_before_a_person_has_armed_the_account",
            "connectors/ib/test_live_gateway.py:test_an_arming_returns_with_a_line_that_comes_back_clean",
            "connectors/ib/test_live_gateway.py:test_what_nobody_here_traded_leaves_the_account_disarmed",
            "process/test_ib_live.py:test_a_person_arms_a_live_account_and_it_returns_after_a_break",
        ),
        "tried against the tests' gateway with a live account, never against a broker's",
    ),
    "S07": Shown(
        "least privilege",
        (
            "unit/terminals/test_server.py:test_a_viewer_can_neither_send_nor_take_control",
            "unit/terminals/test_server.py:test_a_shell_can_stop_and_kill_and_nothing_else",
            "connectors/ib/test_line_failures.py:test_a_read_only_api_is_watched_and_sends_nothing",
        ),
        "separate FIX sessions for orders and drop copies come with such venues; scripts are lines"
        " of the order language and reach nothing else",
    ),
    "S08": Shown(
        "TLS to whom was meant, no plain text to another machine unless it was told",
        (
            "connectors/fix/test_plain_text.py:test_it_listens_on_this_machine_alone",
            "connectors/fix/link/test_tls.py:test_a_venue_of_another_authority_is_not",
            "connectors/fix/link/test_tls.py:test_a_certificate_that_has_expired_or_begins_tomorrow_is_not_taken",
            "connectors/fix/link/test_tls.py:test_a_certificate_for_another_name_is_not_taken",
            "connectors/fix/link/test_tls.py:test_a_pin_of_another_key_is_refused_though_the_authority_is_right",
            "connectors/fix/link/test_tls.py:test_a_venue_without_tls_is_said_to_have_none",
            "connectors/fix/link/test_tls.py:test_a_venue_that_hangs_in_the_handshake_is_given_up_in_time",
            "connectors/fix/link/test_tls.py:test_older_versions_are_not_spoken",
            "process/test_fix_line.py:test_a_desk_trades_over_tls_with_whom_it_was_told",
            "unit/test_ib_market.py:test_another_machine_is_not_called_unless_it_was_named",
            "process/test_fix_line.py:test_another_machine_gets_no_order_and_no_word_that_was_not_told",
            "connectors/fix/link/test_dialing.py:test_in_clear_nothing_goes_to_another_machine_unless_it_was_told",
            "connectors/fix/link/test_dialing.py:test_a_password_goes_in_clear_only_where_it_was_told_twice_and_by_name",
        ),
        "the practice venue speaks plain text unless it is told otherwise, on this machine alone",
    ),
    "S09": Shown(
        "text of strangers writes no control byte",
        (
            "tui/test_hostile_terminal.py:test_texts_of_strangers_write_nothing_but_text_and_do_nothing",
            "tui/test_hostile_terminal.py:test_two_thousand_texts_of_strangers_write_nothing_but_text",
            "tui/test_hostile_text.py:test_no_field_of_a_view_can_put_more_than_plain_cells_on_the_screen",
            "tui/test_paint.py:test_clean_leaves_no_control_format_or_combining_character",
            "unit/data/test_hostile_outputs.py:test_why_and_reconcile_tell_it_as_text",
            "unit/data/test_hostile_outputs.py:test_json_says_the_same_value_and_nothing_that_steers",
        ),
    ),
    "S10": Shown(
        "text of strangers is no markup",
        (
            "tui/test_meta.py:test_no_text_is_ever_read_as_markup",
            "tui/test_desk_screen.py:test_a_notice_interrupts_in_words_and_markup_stays_text",
            "tui/test_hostile_terminal.py:test_texts_of_strangers_write_nothing_but_text_and_do_nothing",
        ),
    ),
    "S11": Shown(
        "symbols: every real one is read, nothing else is, none of another exchange is taken",
        (
            "unit/language/test_symbols.py:test_every_symbol_of_the_real_lists_is_read_as_itself",
            "unit/language/test_symbols.py:test_no_text_is_a_symbol_that_is_not_written_like_one",
            "unit/language/test_symbols.py:test_a_symbol_of_another_exchange_is_asked_about_and_never_taken_for_this_one",
        ),
    ),
    "S12": Shown(
        "a question in SQL reaches no file, network or setting and changes nothing",
        (
            "unit/data/test_query.py:test_no_question_reaches_beyond_the_store_or_changes_it",
            "unit/data/test_query.py:test_a_question_that_thinks_too_long_is_stopped",
            "unit/data/test_query.py:test_a_question_that_wants_too_much_memory_is_one_sentence",
        ),
    ),
    "S13": Shown(
        "no cell of a CSV file is a formula, and each comes back as it was",
        (
            "unit/data/test_query.py:test_csv_gives_no_spreadsheet_a_formula_and_leaves_numbers_alone",
            "unit/data/test_query.py:test_every_text_comes_back_from_csv_as_it_was_and_none_is_a_formula",
        ),
    ),
    "S14": Shown(
        "no secret in a log, journal, store, terminal or traceback; a crash is no success",
        (
            "process/test_secrets_commands.py:test_a_second_factor_guards_the_desk_and_leaves_no_trace_of_itself",
            "process/test_secrets_commands.py:test_a_session_writes_no_core_file_and_lets_nobody_look_inside",
            "unit/test_leaks.py:test_a_fault_that_ends_a_command_tells_no_values_and_is_no_success",
            "unit/test_leaks.py:test_what_carries_a_code_prints_none_of_it",
            "tui/test_terminal.py:test_a_crash_says_where_it_was_and_shows_no_values",
            "connectors/fix/test_plain_text.py:test_a_refused_logon_tells_no_password_and_steers_no_terminal",
            "connectors/fix/link/test_canary.py:test_a_session_with_a_practice_venue_leaves_no_secret_anywhere",
            "connectors/fix/link/test_canary.py:test_a_venue_that_repeats_the_password_is_not_quoted",
            "connectors/fix/link/test_canary.py:test_a_signature_is_kept_out_like_the_secret_that_made_it",
            "connectors/fix/link/test_masking.py:test_no_bytes_of_a_secret_are_left_whatever_it_is_and_however_it_is_cut",
        ),
    ),
    "S15": Shown(
        "files are their owner's alone, and what is not is refused",
        (
            "process/test_file_modes.py:test_everything_in_a_home_is_for_its_owner_alone",
            "process/test_file_modes.py:test_what_others_could_read_or_change_is_refused_with_what_to_do",
            "unit/data/test_settings.py:test_a_file_of_another_user_is_refused_and_the_administrators_is_not",
        ),
    ),
    "S16": Shown(
        "the engine's socket is for this user alone",
        (
            "unit/terminals/test_server.py:test_the_socket_is_for_this_user_alone",
            "unit/terminals/test_server.py:test_another_user_at_either_end_is_sent_away",
        ),
    ),
    "S17": Shown("strategies in a sandbox", (), "strategies as processes of their own come later"),
    "S18": Shown(
        "limits that are changed in a file do not count without the second factor",
        (
            "unit/domain/test_second_factor.py:test_it_stays_as_it_was_and_says_so_where_one_is",
            "unit/domain/test_second_factor.py:test_the_journal_has_the_limits_that_count_from_the_start_through_every_change",
        ),
    ),
    "S19": Shown(
        "only what is locked by hash is installed, and a list of these parts can be had",
        (
            "unit/test_parts_list.py:test_it_lists_every_locked_package_with_all_its_hashes_and_no_other",
            "meta/test_delivery.py:test_a_lock_file_has_hashes_and_no_address",
            "meta/test_delivery.py:test_every_dependency_is_locked",
        ),
        "no audit for known holes runs in CI",
    ),
    "S20": Shown(
        "a changed byte of the journal is found and named",
        (
            "unit/data/test_journal.py:test_any_changed_row_is_found_and_its_sequence_named",
            "unit/data/test_journal_images.py:test_a_changed_byte_never_changes_what_the_journal_says",
            "unit/data/test_journal_images.py:test_every_changed_byte_never_changes_what_the_journal_says",
        ),
    ),
    "S21": Shown(
        "account numbers are masked, money can be hidden, the terminal is given back",
        (
            "tui/test_privacy.py:test_one_word_hides_money_and_account_and_the_same_word_shows_them",
            "tui/test_privacy.py:test_an_account_number_shows_its_end_alone",
            "tui/test_terminal.py:test_a_signal_ends_the_screen_cleanly_and_gives_the_terminal_back",
        ),
        "figures inside sentences of the desk (denials, why) are not hidden",
    ),
    "S22": Shown(
        "words of a venue cannot pass for the desk's",
        ("unit/runtime/test_venue_words.py:test_a_reject_says_whose_words_they_are",),
    ),
    "S23": Shown(
        "settings and imported files are bounded and read or refused",
        (
            "unit/data/test_settings.py:test_a_file_that_is_no_settings_text_is_refused",
            "unit/data/test_settings.py:test_no_bytes_appended_to_a_good_file_can_do_anything_but_parse_or_be_refused",
            "unit/feeds/test_hostile_files.py:test_a_spoilt_file_is_played_or_refused_in_words",
            "unit/feeds/test_hostile_files.py:test_a_small_file_that_unpacks_to_much_is_refused_at_its_first_line",
            "unit/terminals/test_wire.py:test_garbage_is_messages_or_an_error_and_never_more_memory_than_came",
        ),
        "there is no news feed yet",
    ),
    "S24": Shown(
        "paper and live are not confused",
        (
            "process/test_secrets_commands.py:test_a_machine_that_is_forced_to_paper_refuses_live_in_its_own_words",
            "process/test_secrets_commands.py:test_a_machine_that_is_forced_to_paper_trades_on_paper",
            "unit/domain/test_arming.py:test_nothing_live_leaves_before_a_person_has_armed_it",
            "tui/test_desk_screen.py:test_a_live_desk_says_so_on_the_banner_the_ticket_and_the_review",
            "connectors/ib/test_line_failures.py:test_a_live_account_behind_a_paper_port_is_refused_before_anything_is_asked",
            "connectors/ib/test_line_failures.py:test_a_paper_account_is_refused_by_a_live_desk",
            "connectors/ib/test_line_failures.py:test_a_client_id_in_use_is_not_fought_for",
            "process/test_ib_session.py:test_real_money_wants_the_account_typed_at_a_terminal",
        ),
    ),
    "S25": Shown(
        "a terminal that others reach is named",
        (
            "unit/test_onlookers.py:test_a_tmux_is_shared_when_others_can_reach_its_socket",
            "unit/test_onlookers.py:test_a_tty_that_others_read_is_named",
            "unit/test_onlookers.py:test_the_screen_says_it_first",
        ),
        "the multiuser mode of GNU screen is not recognised",
    ),
    "S26": Shown(
        "rubbish at the keyboard neither crashes nor acts, and a paste transmits nothing",
        (
            "tui/test_terminal_storms.py:test_ten_thousand_sequences_of_rubbish_neither_crash_nor_act",
            "tui/test_terminal_storms.py:test_a_hundred_thousand_sequences_of_rubbish_neither_crash_nor_act",
            "tui/test_terminal_storms.py:test_a_paste_of_several_lines_is_staged_and_never_sent",
            "tui/test_terminal.py:test_a_paste_with_or_without_brackets_transmits_nothing",
        ),
    ),
}  # fmt: skip


@cache
def _tests_in(path: Path) -> frozenset[str]:
    """Names of the tests of a file that can run: a decorator that always skips takes one out."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if is_function and node.name.startswith("test"):
            marks = {ast.unparse(mark).partition("(")[0] for mark in node.decorator_list}
            if "pytest.mark.skip" not in marks:
                found.add(node.name)
    return frozenset(found)


def test_every_requirement_has_its_row() -> None:
    assert list(REQUIREMENTS) == IDS


@pytest.mark.parametrize("id", IDS)
def test_the_tests_of_a_requirement_are_there(id: str) -> None:
    shown = REQUIREMENTS[id]
    assert shown.tests or shown.missing, "neither a test nor a word on why there is none"
    for place in shown.tests:
        file, _, name = place.partition(":")
        path = ROOT / "tests" / file
        assert path.is_file(), f"{id}: there is no {file}"
        assert name in _tests_in(path), f"{id}: {file} has no {name}"


def test_what_is_missing_is_said_where_people_read_it() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    gaps = text.partition("## Known gaps")[2]
    unsaid = [id for id, shown in REQUIREMENTS.items() if shown.missing and id not in gaps]
    assert unsaid == []
