"""Every threat that we know of → the tests that show it is met, or the reason why none does.

A test is named by its file below `tests` and its function.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Threat:
    """What may come, and what shows that it does no harm."""

    what: str
    tests: Sequence[str] = ()
    because: str = ""
    """What else there is to say: why a part needs no test, or has another answer than usual."""


HTTP: Final = (
    Threat(
        "requests whose end two readers see in two places (smuggling)",
        (
            "intake/test_wire.py::test_a_raw_request_is_answered_once",
            "intake/test_wire.py::test_an_answer_is_always_http_1",
            "intake/test_wire.py::test_junk_behind_a_callback_never_makes_a_second",
            "intake/test_wire.py::test_a_trailer_is_no_header_of_the_next_request",
            "intake/test_connection.py::test_only_the_c_parser_reads_requests",
            "intake/test_connection.py::test_an_upgrade_is_not_taken_and_loses_nothing",
            "threats/test_proxy.py::test_a_proxy_and_the_gateway_agree_on_what_a_request_is",
        ),
    ),
    Threat(
        "targets in absolute form, and hosts that are not ours",
        (
            "intake/test_address.py::test_the_host_of_a_target_decides_nothing",
            "intake/test_address.py::test_a_host_that_is_no_host_is_answered_too",
            "intake/test_address.py::test_a_path_is_taken_as_it_is_written",
        ),
    ),
    Threat(
        "heads that never end (Slowloris)",
        (
            "intake/test_connection.py::test_a_head_that_does_not_come_is_given_up",
            "overload/test_slow.py::test_slow_clients_are_ended_and_disturb_nobody",
        ),
        "2,000 of them at a time: `make overload`",
    ),
    Threat(
        "bodies that trickle",
        (
            "intake/test_answers.py::test_a_body_that_trickles_is_given_up_at_the_same_deadline",
            "intake/test_line.py::test_bodies_under_way_share_a_budget_that_comes_back",
            "overload/test_slow.py::test_slow_clients_are_ended_and_disturb_nobody",
        ),
        "500 of them at a time: `make overload`",
    ),
    Threat(
        "a length of 10 GB",
        (
            (
                "intake/test_answers.py"
                "::test_a_body_one_byte_too_long_is_refused_by_its_declared_length"
            ),
            "intake/test_answers.py::test_chunks_that_add_up_to_too_much_are_refused",
            "intake/test_connection.py::test_a_sender_that_never_stops_still_gets_its_answer",
        ),
    ),
    Threat(
        "decompression bombs and encodings that nobody knows",
        (
            "intake/test_answers.py::test_any_other_encoding_is_refused_unread",
            "threats/test_floods.py::test_nothing_is_inflated",
        ),
    ),
    Threat(
        "floods of headers and of trailers",
        (
            "intake/test_wire.py::test_a_raw_request_is_answered_once",
            "providers/cloudevents/test_wire.py::test_a_flood_of_headers_is_answered",
        ),
        "129 headers, 9 KB in one, 5,000 trailers are rows of the first",
    ),
    Threat(
        "bodies in chunks of one byte",
        (
            "intake/test_wire.py::test_a_body_of_tiny_chunks_blocks_nobody",
            "threats/test_floods.py::test_a_body_of_tiny_chunks_costs_little_and_blocks_nobody",
        ),
    ),
    Threat(
        "thousands of pipelined requests",
        (
            "intake/test_connection.py::test_pipelined_callbacks_are_answered_in_order",
            "intake/test_line.py::test_pipelined_callbacks_without_room_are_each_told_so",
            "threats/test_floods.py::test_pipelined_requests_are_answered_and_held_by_nobody",
        ),
    ),
    Threat(
        "multipart bodies",
        ("intake/test_body.py::test_the_body_decides_its_form",),
        "no body is read as a form, whatever its media type says: what is neither XML nor JSON "
        "is quarantined, with 200, since its sender is authentic",
    ),
    Threat(
        "odd `Expect`, `Upgrade` and methods",
        (
            "intake/test_answers.py::test_an_expectation_nobody_can_meet_is_refused",
            "intake/test_answers.py::test_only_post_is_allowed",
            "intake/test_answers.py::test_a_method_that_http_does_not_know_is_not_allowed_either",
            "intake/test_connection.py::test_an_upgrade_is_not_taken_and_loses_nothing",
            "intake/test_options.py::test_any_other_options_is_refused",
        ),
    ),
    Threat(
        "answers that tell versions, paths, input or a traceback",
        (
            "intake/test_wire.py::test_a_request_that_is_no_http_is_counted_for_no_source",
            "intake/test_answers.py::test_a_bug_is_a_counted_500_that_says_nothing",
            "fuzz/test_fuzz.py::test_hostile_input_is_answered_and_nothing_of_it_stays",
        ),
        "every answer that a test of intake reads is searched for such words",
    ),
    Threat(
        "clients that fill the log",
        (
            "intake/test_connection.py::test_resets_are_not_worth_an_error",
            "threats/test_floods.py::test_clients_that_vanish_leave_nothing_in_the_log",
            "observe/test_lines.py::test_more_than_can_wait_drops_the_oldest_and_says_how_many",
        ),
        "a request whose head was read has one line of some 200 bytes, and no more",
    ),
    Threat(
        "more callbacks than can be looked at",
        (
            "intake/test_line.py::test_a_line_lets_in_a_few_for_each_turn_of_the_loop_in_order",
            "intake/test_line.py::test_without_room_any_callback_is_told_to_come_back",
            "e2e/test_full_journal.py::test_a_full_journal_refuses_within_50_ms",
        ),
        "twice and five times the capacity: `make overload`",
    ),
)

XML: Final = (
    Threat(
        "chains of entities, billion laughs, quadratic blow-up, declared attributes",
        (
            "core/test_decode.py::test_a_hostile_body_is_refused_with_its_reason",
            "core/test_decode.py::test_a_document_type_is_refused_before_it_costs_anything",
            "core/test_decode.py::test_no_prolog_hides_a_document_type",
        ),
    ),
    Threat(
        "external entities",
        (
            "core/test_decode.py::test_no_hostile_body_opens_a_file_or_a_socket",
            "core/test_decode.py::test_no_xml_makes_the_parser_open_a_file",
            "core/test_decode.py::test_no_xml_makes_the_parser_connect",
        ),
    ),
    Threat(
        "depth",
        (
            "core/test_decode.py::test_64_levels_are_accepted",
            "core/test_decode.py::test_a_hostile_body_is_refused_with_its_reason",
        ),
    ),
    Threat(
        "tens of thousands of attributes and namespaces",
        (
            "core/test_decode.py::test_many_attributes_are_bounded_by_the_size_of_the_body",
            "core/test_hostile.py::test_a_harmless_body_is_read",
        ),
    ),
    Threat(
        "tokens of a megabyte",
        (
            "core/test_decode.py::test_the_cost_of_a_body_grows_with_its_size_and_no_faster",
            "core/test_hostile.py::test_a_harmless_body_is_read",
        ),
        "a body is parsed once, as a whole",
    ),
    Threat(
        "encodings that hide a document type",
        (
            "core/test_decode.py::test_a_hostile_body_is_refused_with_its_reason",
            "core/test_decode.py::test_a_mark_outweighs_a_declaration",
        ),
    ),
    Threat(
        "wrong shapes, repeated values, CDATA and comments in a text",
        (
            "core/test_coerce.py::test_a_repeated_value_that_differs_is_absent_and_kept_aside",
            "core/test_pipeline.py::test_a_job_whose_id_state_or_tag_is_given_twice_is_quarantined",
            "core/test_decode.py::test_a_damaged_callback_is_refused_or_read_as_xmltodict_reads_it",
            "laws/test_examples.py::test_layout_and_markup_change_nothing",
        ),
    ),
)

JSON: Final = (
    Threat("depth", ("core/test_decode.py::test_a_hostile_body_is_refused_with_its_reason",)),
    Threat(
        "huge numbers, NaN and infinities",
        (
            "core/test_decode.py::test_a_hostile_body_is_refused_with_its_reason",
            "core/test_json_body.py::test_a_whole_number_is_exact_or_refused",
            "core/test_coerce.py::test_what_is_no_finite_number_is_kept_aside",
            "core/test_coerce.py::test_any_document_by_any_schema_is_json_and_loses_nothing",
        ),
    ),
    Threat(
        "repeated keys, lone surrogates, UTF-16 and UTF-32",
        (
            "core/test_decode.py::test_a_hostile_body_is_refused_with_its_reason",
            (
                "core/test_json_body.py"
                "::test_a_mutated_callback_is_read_or_refused_as_by_the_standard_library"
            ),
        ),
    ),
    Threat(
        "schemas that cost much to check",
        (
            "threats/test_schemas.py::test_no_schema_asks_for_what_costs_more_than_reading",
            "core/test_pipeline.py::test_many_small_jobs_cost_in_proportion",
            "bench/test_linear.py",
        ),
    ),
    Threat("schemas elsewhere", ("core/test_contract.py::test_no_schema_is_ever_fetched",)),
)

AUTHENTICITY: Final = (
    Threat(
        "forged bodies",
        (
            "laws/test_checks.py::test_any_flipped_byte_is_refused",
            "core/checks/test_signature.py::test_a_reserialized_body_is_refused",
            "core/checks/test_vectors.py::test_a_published_example_is_verified",
        ),
    ),
    Threat(
        "what the time of a comparison tells",
        (
            "threats/test_comparisons.py::test_what_is_secret_is_compared_in_constant_time",
            (
                "core/checks/test_signature.py"
                "::test_every_key_is_tried_on_every_signature_of_its_version"
            ),
            "laws/test_checks.py::test_a_header_that_is_missing_repeated_or_strange_is_refused",
        ),
        "times are not measured: on a shared machine they would say nothing of `hmac`",
    ),
    Threat(
        "rotation",
        (
            "supervisor/test_reload.py::test_a_secret_is_rotated_without_a_refused_callback",
            "laws/test_checks.py::test_a_removed_secret_is_refused_after_a_reload",
        ),
    ),
    Threat(
        "downgrade",
        (
            (
                "core/checks/test_standard_webhooks.py"
                "::test_no_key_verifies_the_other_kind_nor_a_second_spelling"
            ),
            "core/checks/test_standard_webhooks.py::test_a_public_key_is_no_secret_of_the_hmac",
        ),
    ),
    Threat(
        "replay",
        (
            (
                "laws/test_checks.py"
                "::test_a_time_within_the_tolerance_is_accepted_and_beyond_it_is_refused"
            ),
            "core/checks/test_signature.py::test_a_time_has_one_spelling",
            "intake/test_answers.py::test_the_same_callback_again_is_a_duplicate_with_the_same_ids",
        ),
    ),
    Threat(
        "ids that can be read in two ways",
        (
            "core/checks/test_signature.py::test_an_id_that_could_be_read_in_two_ways_is_refused",
            (
                "core/checks/test_signed_text.py"
                "::test_different_callbacks_are_never_joined_to_the_same"
            ),
        ),
    ),
    Threat(
        "sources that sign nothing",
        (
            "intake/test_address.py::test_any_other_secret_or_place_is_refused",
            "core/checks/test_token.py::test_any_other_token_is_refused",
            "intake/test_limits.py::test_a_peer_that_fails_too_often_is_not_checked_any_more",
        ),
        "a wrong secret is 401 and no 404: the names of sources are no secret",
    ),
    Threat(
        "forged `X-Forwarded-For` and `Forwarded`",
        (
            "intake/test_proxies.py::test_who_is_not_trusted_is_the_client_whatever_it_tells",
            "intake/test_proxies.py::test_nothing_on_the_left_of_what_a_proxy_appends_changes_it",
            "intake/test_proxies.py::test_a_chain_has_so_many_hops_and_no_more",
        ),
    ),
    Threat(
        "secrets in logs, metrics, errors, events",
        (
            "observe/test_secrets.py::test_no_secret_of_a_request_is_kept_or_told",
            "observe/test_secrets.py::test_no_password_of_kafka_is_told",
            "core/test_pipeline.py::test_the_url_s_secret_is_nowhere_in_an_entry",
            "settings/test_secret.py::test_no_form_of_the_settings_shows_a_secret",
        ),
        "and no gateway of any test may have logged its secret",
    ),
    Threat(
        "questions to an address of the sender's choice",
        (
            "confirm/test_query.py::test_nothing_of_a_callback_gets_into_the_host",
            "confirm/test_client.py::test_a_redirect_is_not_followed",
            "confirm/test_client.py::test_the_environment_names_no_proxy",
        ),
        "hosts are made of the configuration alone, so that none needs to be looked up and judged",
    ),
)

DOWNSTREAM: Final = (
    Threat(
        "texts that make lines of the log",
        (
            "observe/test_lines.py::test_a_record_is_one_line_whatever_it_says",
            "threats/test_floods.py::test_no_text_of_a_callback_makes_a_line_of_the_log",
        ),
    ),
    Threat(
        "texts that make labels",
        (
            "threats/test_floods.py::test_paths_that_nobody_knows_are_no_labels",
            "observe/test_metrics.py::test_strangers_make_no_labels",
            "observe/test_outcomes.py::test_tags_beyond_the_largest_number_of_combinations_are_one",
        ),
    ),
    Threat(
        "texts that make topics",
        ("publish/test_route.py::test_invalid_routes_are_refused",),
        "topics are read from the configuration and from nowhere else",
    ),
    Threat(
        "texts that make headers or break keys",
        (
            "publish/test_record.py::test_binary_attributes_are_headers_and_data_is_the_value",
            "publish/test_route.py::test_key",
            "core/test_pipeline.py::test_a_subject_has_at_most_256_characters",
        ),
    ),
    Threat(
        "events too large for a topic",
        (
            (
                "publish/test_dead_letters.py"
                "::test_a_refused_event_is_a_dead_letter_and_its_route_goes_on"
            ),
            "publish/test_dead_letters.py::test_what_is_larger_than_any_request_is_a_stub",
            "publish/test_publisher.py::test_an_event_beyond_the_clients_own_limit_is_refused",
        ),
        "a topic's own limit is not read at the start, since it may change at any time",
    ),
    Threat(
        "names that collide in a hash table",
        ("core/test_decode.py::test_many_attributes_are_bounded_by_the_size_of_the_body",),
        "Python's hashes of text are salted, and a body has an end",
    ),
    Threat(
        "the time of one callback",
        (
            "core/test_decode.py::test_the_cost_of_a_body_grows_with_its_size_and_no_faster",
            "core/test_pipeline.py::test_no_callback_makes_much_more_than_it_brings",
            "bench/test_linear.py",
            "fuzz/test_fuzz.py::test_hostile_input_is_answered_and_nothing_of_it_stays",
        ),
    ),
)

THREATS: Final = (*HTTP, *XML, *JSON, *AUTHENTICITY, *DOWNSTREAM)
