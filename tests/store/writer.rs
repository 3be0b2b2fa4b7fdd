//! The journal's writer, over any store.

use crate::{asked, batch, conference, continues, node, opens, user};
use std::{sync::Arc, time::Duration};
use switchboard::store::{
    Batch, ErrorKind, Store,
    faulty::{Fault, FaultyStore},
    writer::{Ack, CAPACITY, JournalWriter},
};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let waited = timeout(PATIENCE, async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("it did not come to this: {what}"));
}

async fn answer(ack: Ack) -> Result<(), ErrorKind> {
    timeout(PATIENCE, ack).await.expect("no answer came").expect("the writer is gone").map_err(|error| error.kind)
}

/// A writer whose first append is held, so that what is handed over next has to wait.
async fn held(store: &Arc<dyn Store>) -> (Arc<FaultyStore>, JournalWriter, Ack) {
    let faulty = Arc::new(FaultyStore::new(store.clone()));
    faulty.set(Fault::Hold);
    let (writer, _) = JournalWriter::start(faulty.clone());
    let first = writer.submit(batch(vec![opens(&conference("room"), 0)])).await.unwrap();
    eventually("the first append is under way", || faulty.appends() == 1).await;
    (faulty, writer, first)
}

pub async fn what_waits_is_committed_together(store: Arc<dyn Store>) {
    let (faulty, writer, first) = held(&store).await;
    let mut acks = vec![first];
    for at in 1..=100 {
        acks.push(writer.submit(batch(vec![continues(&conference("room"), at)])).await.unwrap());
    }
    faulty.set(Fault::None);
    for ack in acks {
        answer(ack).await.unwrap();
    }
    assert_eq!(faulty.appends(), 2);
    assert_eq!(store.entries(&conference("room")).await.unwrap().len(), 101);
}

pub async fn batches_are_committed_in_order(store: Arc<dyn Store>) {
    let (writer, _) = JournalWriter::start(store.clone());
    let room = conference("room");
    let mut last = writer.submit(batch(vec![opens(&room, 0)])).await.unwrap();
    for at in 1..=2 * CAPACITY as i64 {
        last = writer.submit(batch(vec![continues(&room, at)])).await.unwrap();
    }
    answer(last).await.unwrap();
    let found = store.load_open(&node()).await.unwrap();
    assert_eq!(found.len(), 2 * CAPACITY + 1);
    assert!(found.is_sorted_by_key(|found| found.entry.at));
}

pub async fn a_failure_reaches_everybody_who_waits_and_is_over_when_it_is_over(store: Arc<dyn Store>) {
    let (faulty, writer, first) = held(&store).await;
    let second = writer.submit(batch(vec![continues(&conference("room"), 1)])).await.unwrap();
    let third = writer.submit(batch(vec![continues(&conference("room"), 2)])).await.unwrap();
    let neighbour = writer.lane();
    // What followed the one that failed is not written over its head, although the store would take it.
    faulty.set(Fault::FailTimes(ErrorKind::Full, 1));
    for ack in [first, second, third] {
        assert_eq!(answer(ack).await, Err(ErrorKind::Full));
    }
    assert_eq!(faulty.failures(), 1);
    assert_eq!(store.load_open(&node()).await.unwrap(), []);
    let fourth = writer.submit(batch(vec![continues(&conference("room"), 3)])).await.unwrap();
    assert_eq!(answer(fourth).await, Err(ErrorKind::Full));
    // Another lane does not wait for this one.
    neighbour.write(batch(vec![opens(&conference("other"), 4)])).await.unwrap();
    writer.write(batch(vec![opens(&conference("room"), 0)])).await.unwrap();
    let fifth = writer.submit(batch(vec![continues(&conference("room"), 5)])).await.unwrap();
    answer(fifth).await.unwrap();
    assert_eq!(store.load_open(&node()).await.unwrap().len(), 3);
}

pub async fn a_batch_that_contradicts_does_not_harm_its_neighbours(store: Arc<dyn Store>) {
    let (faulty, writer, first) = held(&store).await;
    let keyed = |at| Batch {
        entries: vec![continues(&conference("room"), at)],
        idempotency: vec![asked(user(1), "key", at)],
        ..Batch::default()
    };
    let mut acks = vec![first];
    for batch in [keyed(1), keyed(2), batch(vec![continues(&conference("room"), 3)])] {
        acks.push(writer.submit(batch).await.unwrap());
    }
    faulty.set(Fault::None);
    let mut outcomes = Vec::new();
    for ack in acks {
        outcomes.push(answer(ack).await);
    }
    assert_eq!(outcomes, [Ok(()), Ok(()), Err(ErrorKind::Conflict), Ok(())]);
    let story = store.entries(&conference("room")).await.unwrap();
    assert_eq!(story.iter().map(|found| found.entry.at.0).collect::<Vec<_>>(), [0, 1, 3]);
}

pub async fn a_failure_after_a_contradiction_leaves_no_hole(store: Arc<dyn Store>) {
    let (faulty, writer, first) = held(&store).await;
    let room = conference("room");
    let keyed = |at| Batch {
        entries: vec![continues(&room, at)],
        idempotency: vec![asked(user(1), "key", at)],
        ..Batch::default()
    };
    let neighbour = writer.lane();
    let mut acks = vec![first];
    for batch in [keyed(1), batch(vec![continues(&room, 2)]), keyed(3), batch(vec![continues(&room, 4)])] {
        acks.push(writer.submit(batch).await.unwrap());
    }
    acks.push(neighbour.submit(batch(vec![opens(&conference("other"), 5)])).await.unwrap());
    // The first, the group, which contradicts itself, and the group's first alone; then the disk is full, once.
    faulty.set(Fault::InTurn(&[None, None, None, Some(ErrorKind::Full)]));
    let mut outcomes = Vec::new();
    for ack in acks {
        outcomes.push(answer(ack).await);
    }
    let full = Err(ErrorKind::Full);
    assert_eq!(outcomes, [Ok(()), Ok(()), full, full, full, Ok(())]);
    let after = writer.submit(batch(vec![continues(&room, 6)])).await.unwrap();
    assert_eq!(answer(after).await, full, "the lane stays closed");
    writer.write(batch(vec![continues(&room, 2)])).await.unwrap();
    answer(writer.submit(batch(vec![continues(&room, 4)])).await.unwrap()).await.unwrap();
    let story = store.entries(&room).await.unwrap();
    assert_eq!(story.iter().map(|found| found.entry.at.0).collect::<Vec<_>>(), [0, 1, 2, 4]);
}

pub async fn a_full_queue_gives_the_batch_back(store: Arc<dyn Store>) {
    let (faulty, writer, first) = held(&store).await;
    let mut taken = vec![first];
    let returned = loop {
        match writer.try_submit(batch(vec![continues(&conference("room"), 7)])) {
            Ok(ack) => taken.push(ack),
            Err(returned) => break returned,
        }
    };
    assert_eq!(taken.len(), CAPACITY + 1);
    assert_eq!(returned.entries[0].at.0, 7);
    faulty.set(Fault::None);
    for ack in taken {
        answer(ack).await.unwrap();
    }
}

pub async fn dropping_the_last_handle_finishes_the_work(store: Arc<dyn Store>) {
    let (writer, task) = JournalWriter::start(store.clone());
    for at in 0..50 {
        // Nobody waits for these answers.
        drop(writer.submit(batch(vec![opens(&conference(&at.to_string()), at)])).await.unwrap());
    }
    drop(writer);
    timeout(PATIENCE, task).await.expect("the writer did not end").unwrap();
    assert_eq!(store.load_open(&node()).await.unwrap().len(), 50);
}
