//! What any store must do, and what SQLite's file must stand.
#![allow(clippy::unwrap_used, reason = "a test that panics has found something")]
#![allow(clippy::disallowed_methods, reason = "the shell and its tests read the clock; only the core may not")]

mod accounts;
mod backup;
mod file;
mod groups;
mod journal;
mod killed;
mod people;
mod writer;

use serde_json::json;
use std::sync::Arc;
use switchboard::{
    domain::{
        ids::{ChannelId, NodeId, UserId},
        time::Timestamp,
    },
    store::{Batch, Dial, Entity, EntityKind, Entry, Idempotency, Lifecycle, SqliteStore, Store},
};
use tempfile::TempDir;
use uuid::Uuid;

/// Runs every test of the suite on a backend. A test that is not listed is reported by the compiler as unused.
macro_rules! every_store {
    ($($backend:ident from $fresh:path),+: $tests:tt) => { $(every_store!(@one $backend, $fresh, $tests);)+ };
    (@one $backend:ident, $fresh:path, { $($room:ident: $($test:ident),+ $(,)?;)+ }) => {
        mod $backend {
            $(mod $room { $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let (store, _kept) = $fresh().await;
                    crate::$room::$test(store).await;
                }
            )+ })+
        }
    };
}

every_store! { sqlite from crate::fresh_sqlite: {
    journal:
        entries_come_back_as_they_were,
        only_what_is_open_on_the_node_is_loaded,
        a_story_that_is_over_stays_over,
        a_refusal_is_a_story_of_one_entry,
        history_is_newest_first_and_can_be_paged,
        history_is_of_one_owner_on_request,
        what_is_handed_over_is_in_the_history_of_whoever_has_it,
        one_bad_batch_undoes_the_whole_append,
        a_request_is_remembered_for_a_day,
        dials_are_counted_since_a_moment_and_once_each,
        a_large_batch_is_numbered_without_gaps,
        a_secret_ballot_is_kept_until_it_is_counted,
        appends_at_once_get_numbers_of_their_own;
    groups:
        groups_come_back_by_name_as_they_were,
        no_two_groups_have_one_name,
        what_somebody_else_changed_meanwhile_is_left_as_it_is,
        a_callers_last_conference_is_found_by_number;
    people:
        names_are_unique_whatever_their_case,
        users_change_and_are_listed_by_name,
        a_session_ends_when_idle,
        a_session_ends_absolutely,
        a_disabled_user_has_no_session,
        a_session_can_be_ended,
        a_token_works_until_revoked,
        failures_of_a_name_block_it_for_a_while,
        failures_of_an_address_block_it,
        a_hundred_attempts_at_once_are_no_way_around_the_limit,
        success_forgets_failures_of_that_address_only,
        the_audit_log_is_newest_first;
    accounts:
        the_right_password_opens_a_session,
        every_wrong_way_in_looks_the_same,
        too_many_failures_refuse_even_the_right_password,
        a_locked_name_is_let_in_by_who_manages_users,
        blocked_tries_are_noted_and_do_not_fill_the_log,
        another_password_ends_the_sessions,
        disabling_ends_the_sessions,
        bad_accounts_are_not_made,
        a_program_is_known_by_its_token_until_revoked;
    writer:
        what_waits_is_committed_together,
        batches_are_committed_in_order,
        a_failure_reaches_everybody_who_waits_and_is_over_when_it_is_over,
        a_batch_that_contradicts_does_not_harm_its_neighbours,
        a_failure_after_a_contradiction_leaves_no_hole,
        a_full_queue_gives_the_batch_back,
        dropping_the_last_handle_finishes_the_work;
}}

pub async fn fresh_sqlite() -> (Arc<dyn Store>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("store.db")).await.unwrap();
    (Arc::new(store), folder)
}

pub fn node() -> NodeId {
    NodeId("fs1".to_owned())
}

pub fn user(number: u128) -> UserId {
    UserId::new(Uuid::from_u128(number))
}

pub fn conference(id: &str) -> Entity {
    Entity::new(EntityKind::Conference, id)
}

/// An entry at a moment, by nobody.
pub fn entry(entity: &Entity, at: i64, lifecycle: Lifecycle) -> Entry {
    Entry {
        entity: entity.clone(),
        node: node(),
        at: Timestamp(at),
        version: 1,
        kind: "conference.something".to_owned(),
        actor: None,
        body: json!({ "at": at }),
        lifecycle,
    }
}

pub fn opens(entity: &Entity, at: i64) -> Entry {
    entry(entity, at, Lifecycle::Opens { summary: json!({ "state": "open" }) })
}

pub fn closes(entity: &Entity, at: i64) -> Entry {
    entry(entity, at, Lifecycle::Closes { summary: json!({ "state": "ended" }) })
}

pub fn continues(entity: &Entity, at: i64) -> Entry {
    entry(entity, at, Lifecycle::Continues)
}

pub fn batch(entries: Vec<Entry>) -> Batch {
    Batch { entries, ..Batch::default() }
}

pub fn asked(actor: UserId, key: &str, at: i64) -> Idempotency {
    Idempotency {
        actor,
        key: key.to_owned(),
        fingerprint: [7; 32],
        response: json!({ "outcome": "conference" }),
        at: Timestamp(at),
    }
}

pub fn dial(user: UserId, leg: u128, at: i64) -> Dial {
    Dial { at: Timestamp(at), user, node: node(), leg: ChannelId(Uuid::from_u128(leg)) }
}
