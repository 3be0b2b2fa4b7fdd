//! The standing groups of the demonstration.

use crate::{
    domain::{group::Group, ids::GroupId, reach::Strategy, request::NewParticipant, time::Timestamp},
    store::{SqliteStore, Store, StoreError},
};
use uuid::Uuid;

/// Whoever is on call, tried on several phones; and who repairs the house.
pub(super) async fn make(store: &SqliteStore, now: Timestamp) -> Result<(), StoreError> {
    let person = |name: &str, numbers: &[&str], label: &str| NewParticipant {
        name: name.into(),
        numbers: numbers.iter().map(|number| (*number).into()).collect(),
        label: label.into(),
        ..NewParticipant::default()
    };
    let on_call = vec![
        NewParticipant { moderator: true, ..person("Dr. Ines Vogel", &["1008", "030 5550108"], "surgeon") },
        NewParticipant {
            strategy: Some(Strategy::AllAtOnce),
            ..person("Dr. Paul Okafor", &["1009", "030 5550109"], "anaesthetist")
        },
        person("Night lab", &["1010"], ""),
    ];
    let technicians = vec![person("Heating", &["030 5550118"], ""), person("Electrician", &["030 5550105"], "")];
    for (name, participants) in [("On call", on_call), ("Technicians", technicians)] {
        let id = GroupId::new(Uuid::now_v7());
        store.add_group(&Group { id, name: name.into(), participants, changed_at: now }).await?;
    }
    Ok(())
}
