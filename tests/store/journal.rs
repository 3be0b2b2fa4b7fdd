//! The journal, whoever keeps it.

use crate::{asked, batch, closes, conference, continues, dial, entry, node, opens, user};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use switchboard::{
    domain::{
        ids::{ConferenceId, NodeId, ParticipantId},
        time::Timestamp,
        vote::{Ballot, UrnChange},
    },
    store::{Batch, Caller, Entity, EntityKind, ErrorKind, Lifecycle, Store, journal::IDEMPOTENCY_LIFETIME},
};

pub async fn entries_come_back_as_they_were(store: Arc<dyn Store>) {
    let room = conference("conf_1");
    let mut first = entry(&room, 1_795_394_350_187, Lifecycle::Opens { summary: json!({ "name": "李 \"四\" 🙂" }) });
    first.actor = Some((user(5), "anna".to_owned()));
    first.body = json!({ "deep": [1, null, { "text": "line\nbreak, 'quotes' and \u{1F600}" }], "big": u64::MAX });
    first.version = u16::MAX;
    let second = entry(&room, 1_795_394_350_188, Lifecycle::Continues);
    let other = opens(&Entity::new(EntityKind::Call, "conf_1"), 3);
    store.append(&[batch(vec![first.clone()]), batch(vec![second.clone(), other.clone()])]).await.unwrap();
    let third = closes(&room, 1_795_394_350_189);
    store.append(&[batch(vec![third.clone()])]).await.unwrap();

    let story = store.entries(&room).await.unwrap();
    assert_eq!(story.iter().map(|found| found.entry.clone()).collect::<Vec<_>>(), [first, second, third]);
    assert_eq!(
        story.iter().map(|found| (found.sequence, found.entity_sequence)).collect::<Vec<_>>(),
        [(1, 1), (2, 2), (4, 3)]
    );
    // An id of another kind is another story.
    let call = store.entries(&other.entity).await.unwrap();
    assert_eq!((call.len(), call[0].sequence, call[0].entity_sequence), (1, 3, 1));
    assert_eq!(store.entries(&conference("conf_2")).await.unwrap(), []);
}

pub async fn only_what_is_open_on_the_node_is_loaded(store: Arc<dyn Store>) {
    let (open, over, elsewhere) = (conference("open"), conference("over"), conference("elsewhere"));
    let mut away = opens(&elsewhere, 3);
    away.node = NodeId("fs2".to_owned());
    store
        .append(&[batch(vec![
            opens(&open, 1),
            opens(&over, 2),
            away,
            continues(&open, 4),
            closes(&over, 5),
            continues(&open, 6),
        ])])
        .await
        .unwrap();
    let found = store.load_open(&node()).await.unwrap();
    assert!(found.iter().all(|found| found.entry.entity == open), "{found:?}");
    assert_eq!(found.iter().map(|found| found.sequence).collect::<Vec<_>>(), [1, 4, 6]);
}

pub async fn a_story_that_is_over_stays_over(store: Arc<dyn Store>) {
    let room = conference("room");
    store.append(&[batch(vec![opens(&room, 1), closes(&room, 2)])]).await.unwrap();
    store.append(&[batch(vec![continues(&room, 3)])]).await.unwrap();
    assert_eq!(store.load_open(&node()).await.unwrap(), []);
    let past = store.history(None, 10, None).await.unwrap();
    assert_eq!((past[0].opened_at, past[0].closed_at), (Timestamp(1), Timestamp(2)));
    assert_eq!(past[0].summary, json!({ "state": "ended" }));
    assert_eq!(store.entries(&room).await.unwrap().len(), 3);
    // What never opened is not open either.
    store.append(&[batch(vec![continues(&Entity::new(EntityKind::Node, "fs1"), 4)])]).await.unwrap();
    assert_eq!(store.load_open(&node()).await.unwrap(), []);
}

pub async fn a_refusal_is_a_story_of_one_entry(store: Arc<dyn Store>) {
    let mut refusal = closes(&conference("refused"), 9);
    refusal.actor = Some((user(1), "anna".to_owned()));
    store.append(&[batch(vec![refusal])]).await.unwrap();
    let past = store.history(None, 10, Some(user(1))).await.unwrap();
    assert_eq!(past.len(), 1);
    assert_eq!((past[0].opened_at, past[0].closed_at), (Timestamp(9), Timestamp(9)));
}

pub async fn history_is_newest_first_and_can_be_paged(store: Arc<dyn Store>) {
    for at in 1..=5 {
        let room = conference(&format!("room{at}"));
        // Ends in another order than it began.
        store.append(&[batch(vec![opens(&room, at), closes(&room, 100 - at)])]).await.unwrap();
    }
    store.append(&[batch(vec![opens(&conference("live"), 6)])]).await.unwrap();
    let call = Entity::new(EntityKind::Call, "call");
    store.append(&[batch(vec![opens(&call, 7), closes(&call, 8)])]).await.unwrap();

    let ids = |rows: Vec<switchboard::store::HistoryRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    let page = store.history(None, 2, None).await.unwrap();
    let next = page[1].opened_at;
    assert_eq!(ids(page), ["room5", "room4"]);
    assert_eq!(ids(store.history(Some(next), 10, None).await.unwrap()), ["room3", "room2", "room1"]);
}

pub async fn history_is_of_one_owner_on_request(store: Arc<dyn Store>) {
    for (id, owner) in [("hers", user(1)), ("his", user(2))] {
        let room = conference(id);
        let mut opening = opens(&room, 1);
        opening.actor = Some((owner, "whoever".to_owned()));
        // Somebody else ends it: that does not make it theirs.
        let mut ending = closes(&room, 2);
        ending.actor = Some((user(3), "supervisor".to_owned()));
        store.append(&[batch(vec![opening]), batch(vec![ending])]).await.unwrap();
    }
    let found = store.history(None, 10, Some(user(1))).await.unwrap();
    assert_eq!(found.iter().map(|row| (row.id.as_str(), row.owner)).collect::<Vec<_>>(), [("hers", Some(user(1)))]);
    assert_eq!(store.history(None, 10, Some(user(3))).await.unwrap(), []);
}

pub async fn what_is_handed_over_is_in_the_history_of_whoever_has_it(store: Arc<dyn Store>) {
    let (later, at_once) = (conference("later"), conference("at_once"));
    let by = |entity: &Entity, at| {
        let mut opening = opens(entity, at);
        opening.actor = Some((user(1), "anna".to_owned()));
        opening
    };
    let passes = |entity: &Entity, at, owner| {
        let mut passing = entry(entity, at, Lifecycle::Passes { owner: user(owner) });
        passing.actor = Some((user(9), "supervisor".to_owned()));
        passing
    };
    store.append(&[batch(vec![by(&later, 1)])]).await.unwrap();
    store.append(&[batch(vec![passes(&later, 2, 2)]), batch(vec![passes(&later, 3, 3)])]).await.unwrap();
    assert_eq!(store.load_open(&node()).await.unwrap().len(), 3, "it is as open as before");
    store.append(&[batch(vec![by(&at_once, 4), passes(&at_once, 5, 2), closes(&at_once, 6)])]).await.unwrap();
    store.append(&[batch(vec![closes(&later, 7)])]).await.unwrap();

    for (owner, theirs) in [(1, vec![]), (2, vec!["at_once"]), (3, vec!["later"]), (9, vec![])] {
        let found = store.history(None, 10, Some(user(owner))).await.unwrap();
        assert_eq!(found.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), theirs, "of {owner}");
    }
    let story = store.entries(&later).await.unwrap();
    assert_eq!(story[2].entry, passes(&later, 3, 3));
    assert_eq!(store.history(None, 10, None).await.unwrap()[1].summary, json!({ "state": "ended" }));
}

pub async fn one_bad_batch_undoes_the_whole_append(store: Arc<dyn Store>) {
    let keyed = |id: &str, leg: u128| Batch {
        entries: vec![opens(&conference(id), 1)],
        idempotency: vec![asked(user(1), "key", 1)],
        dials: vec![dial(user(1), leg, 1)],
        callers: vec![Caller { conference: id.to_owned(), number: "4930111".to_owned(), at: Timestamp(1) }],
        urn: vec![],
    };
    store.append(&[keyed("first", 1)]).await.unwrap();
    let error = store.append(&[batch(vec![opens(&conference("second"), 2)]), keyed("third", 3)]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict, "{error}");

    let open = store.load_open(&node()).await.unwrap();
    assert_eq!(open.iter().map(|found| found.entry.entity.id.as_str()).collect::<Vec<_>>(), ["first"]);
    assert_eq!(store.entries(&conference("second")).await.unwrap(), []);
    assert_eq!(store.recent_dials(Timestamp(0)).await.unwrap().total(), 1);
    // The numbers that were not used are given out next.
    store.append(&[batch(vec![opens(&conference("fourth"), 4)])]).await.unwrap();
    assert_eq!(store.entries(&conference("fourth")).await.unwrap()[0].sequence, 2);
}

pub async fn a_request_is_remembered_for_a_day(store: Arc<dyn Store>) {
    let row = asked(user(1), "key", 1_000);
    store.append(&[Batch { idempotency: vec![row.clone()], ..Batch::default() }]).await.unwrap();
    assert_eq!(store.idempotency(user(1), "key").await.unwrap(), Some(row.clone()));
    assert_eq!(store.idempotency(user(2), "key").await.unwrap(), None);
    assert_eq!(store.idempotency(user(1), "Key").await.unwrap(), None);

    let day = Timestamp(1_000).plus(IDEMPOTENCY_LIFETIME);
    assert_eq!(store.prune(day).await.unwrap().idempotency, 0);
    assert_eq!(store.prune(day.plus(Duration::from_millis(1))).await.unwrap().idempotency, 1);
    assert_eq!(store.idempotency(user(1), "key").await.unwrap(), None);
    store.append(&[Batch { idempotency: vec![row], ..Batch::default() }]).await.unwrap();
}

pub async fn dials_are_counted_since_a_moment_and_once_each(store: Arc<dyn Store>) {
    let dials = vec![dial(user(1), 1, 10), dial(user(1), 2, 20), dial(user(2), 3, 30)];
    store.append(&[Batch { dials: dials.clone(), ..Batch::default() }]).await.unwrap();
    // The same leg, sent again after a restart.
    store.append(&[Batch { dials: vec![dial(user(1), 2, 25)], ..Batch::default() }]).await.unwrap();
    let recent = store.recent_dials(Timestamp(20)).await.unwrap();
    assert_eq!(recent.0, dials[1..]);
    assert_eq!((recent.total(), recent.of(user(1)), recent.of(user(2)), recent.of(user(3))), (2, 1, 1, 0));
}

pub async fn a_large_batch_is_numbered_without_gaps(store: Arc<dyn Store>) {
    let (one, other) = (conference("one"), conference("other"));
    let mut entries = vec![opens(&one, 0), opens(&other, 0)];
    entries.extend((1..=1000).map(|at| continues(if at % 3 == 0 { &one } else { &other }, at)));
    store.append(&[batch(entries)]).await.unwrap();
    let found = store.load_open(&node()).await.unwrap();
    assert_eq!(found.iter().map(|found| found.sequence).collect::<Vec<_>>(), (1..=1002).collect::<Vec<_>>());
    for entity in [one, other] {
        let story = store.entries(&entity).await.unwrap();
        let numbers: Vec<_> = story.iter().map(|found| found.entity_sequence).collect();
        assert_eq!(numbers, (1..=i64::try_from(story.len()).unwrap()).collect::<Vec<_>>());
        assert!(story.is_sorted_by_key(|found| (found.entry.at, found.sequence)));
    }
}

pub async fn appends_at_once_get_numbers_of_their_own(store: Arc<dyn Store>) {
    let room = conference("room");
    store.append(&[batch(vec![opens(&room, 0)])]).await.unwrap();
    let tasks: Vec<_> = (1..=20)
        .map(|at| {
            let (store, room) = (store.clone(), room.clone());
            tokio::spawn(async move { store.append(&[batch(vec![continues(&room, at), continues(&room, at)])]).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let story = store.entries(&room).await.unwrap();
    assert_eq!(story.iter().map(|found| found.entity_sequence).collect::<Vec<_>>(), (1..=41).collect::<Vec<_>>());
    assert_eq!(story.iter().map(|found| found.sequence).collect::<BTreeSet<_>>().len(), 41);
    // Each append stayed together.
    assert!(story[1..].chunks(2).all(|pair| pair[0].entry.at == pair[1].entry.at), "{story:?}");
}

pub async fn a_secret_ballot_is_kept_until_it_is_counted(store: Arc<dyn Store>) {
    let ballot = |room: u128, person: u128, yes| Ballot {
        conference: ConferenceId::new(uuid::Uuid::from_u128(room)),
        participant: ParticipantId::new(uuid::Uuid::from_u128(person)),
        yes,
    };
    let put = |ballot| UrnChange::Put(ballot);
    let urn =
        vec![put(ballot(1, 1, true)), put(ballot(1, 2, true)), put(ballot(2, 1, false)), put(ballot(1, 1, false))];
    store.append(&[Batch { urn, ..Batch::default() }]).await.unwrap();
    let mut found = store.ballots().await.unwrap();
    found.sort_by_key(|one| (one.conference, one.participant));
    assert_eq!(found, [ballot(1, 1, false), ballot(1, 2, true), ballot(2, 1, false)], "the last of each counts");
    let urn = vec![UrnChange::Empty(ballot(1, 1, true).conference)];
    store.append(&[Batch { urn, ..Batch::default() }]).await.unwrap();
    assert_eq!(store.ballots().await.unwrap(), [ballot(2, 1, false)]);
}
