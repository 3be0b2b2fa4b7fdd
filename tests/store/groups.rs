//! Standing groups, and what callers asked for, whoever keeps them.

use crate::{batch, conference, opens};
use std::sync::Arc;
use switchboard::{
    domain::{group::Group, ids::GroupId, request::NewParticipant, time::Timestamp},
    store::{Batch, Caller, ErrorKind, GroupChange, Store},
};
use uuid::Uuid;

fn group(number: u128, name: &str, numbers: &[&str]) -> Group {
    let person = |number: &&str| NewParticipant {
        name: "李 \"四\" 🙂".into(),
        numbers: vec![(*number).to_owned(), "1".into()],
        label: "ward 2".into(),
        moderator: true,
        ..NewParticipant::default()
    };
    Group {
        id: GroupId::new(Uuid::from_u128(number)),
        name: name.into(),
        participants: numbers.iter().map(person).collect(),
        changed_at: Timestamp(1_795_394_350_187),
    }
}

pub async fn groups_come_back_by_name_as_they_were(store: Arc<dyn Store>) {
    let (nurses, team) = (group(1, "nurses", &["1004", "1003"]), group(2, "Crisis team", &["1005"]));
    store.add_group(&nurses).await.unwrap();
    store.add_group(&team).await.unwrap();
    assert_eq!(store.groups().await.unwrap(), [team.clone(), nurses.clone()]);
    let changed = Group { changed_at: Timestamp(5), ..group(1, "A new name", &["1006"]) };
    assert_eq!(store.change_group(&changed, None).await.unwrap(), GroupChange::Done);
    assert_eq!(store.groups().await.unwrap(), [changed, team.clone()]);
    assert_eq!(store.remove_group(team.id, None).await.unwrap(), GroupChange::Done);
    assert_eq!(store.remove_group(team.id, None).await.unwrap(), GroupChange::Gone);
    let anew = store.change_group(&team, None).await.unwrap();
    assert_eq!(anew, GroupChange::Gone, "what is deleted is not made anew");
    assert_eq!(store.groups().await.unwrap().len(), 1);
}

pub async fn what_somebody_else_changed_meanwhile_is_left_as_it_is(store: Arc<dyn Store>) {
    let team = group(1, "Crisis team", &["1004"]);
    store.add_group(&team).await.unwrap();
    let later = |number, at| Group { changed_at: Timestamp(at), ..group(1, "Crisis team", &[number]) };
    let (theirs, mine) = (later("1005", team.changed_at.0 + 1), later("1006", team.changed_at.0 + 2));
    assert_eq!(store.change_group(&theirs, Some(team.changed_at)).await.unwrap(), GroupChange::Done);
    assert_eq!(store.change_group(&mine, Some(team.changed_at)).await.unwrap(), GroupChange::Changed);
    assert_eq!(store.remove_group(team.id, Some(team.changed_at)).await.unwrap(), GroupChange::Changed);
    assert_eq!(store.groups().await.unwrap(), std::slice::from_ref(&theirs));
    assert_eq!(store.change_group(&mine, Some(theirs.changed_at)).await.unwrap(), GroupChange::Done);
    assert_eq!(store.remove_group(team.id, Some(mine.changed_at)).await.unwrap(), GroupChange::Done);
    assert_eq!(store.remove_group(team.id, Some(mine.changed_at)).await.unwrap(), GroupChange::Gone);
}

pub async fn no_two_groups_have_one_name(store: Arc<dyn Store>) {
    store.add_group(&group(1, "Crisis team", &["1"])).await.unwrap();
    store.add_group(&group(2, "nurses", &["1"])).await.unwrap();
    assert_eq!(store.add_group(&group(3, "CRISIS team", &["1"])).await.unwrap_err().kind, ErrorKind::Conflict);
    assert_eq!(store.change_group(&group(2, "crisis TEAM", &["1"]), None).await.unwrap_err().kind, ErrorKind::Conflict);
    let own = store.change_group(&group(1, "crisis TEAM", &["2"]), None).await.unwrap();
    assert_eq!(own, GroupChange::Done, "its own it may have");
    let names: Vec<String> = store.groups().await.unwrap().into_iter().map(|group| group.name).collect();
    assert_eq!(names, ["crisis TEAM", "nurses"]);
}

pub async fn a_callers_last_conference_is_found_by_number(store: Arc<dyn Store>) {
    let made = |id: &str, number: &str, at| Batch {
        callers: vec![Caller { conference: id.into(), number: number.into(), at: Timestamp(at) }],
        ..batch(vec![opens(&conference(id), at)])
    };
    store.append(&[made("first", "4930111", 1), made("other", "4930112", 3)]).await.unwrap();
    store.append(&[made("second", "4930111", 2)]).await.unwrap();
    // Written again after a failure nobody heard the end of.
    store.append(&[Batch { entries: Vec::new(), ..made("second", "4930111", 2) }]).await.unwrap();
    assert_eq!(store.last_conference_of("4930111").await.unwrap().as_deref(), Some("second"));
    assert_eq!(store.last_conference_of("4930112").await.unwrap().as_deref(), Some("other"));
    assert_eq!(store.last_conference_of("4930113").await.unwrap(), None);
}
