//! The WS's view of standing groups, over the store's.

use crate::{
    domain::{group::Group, ids::GroupId, time::Timestamp},
    store::{ErrorKind, GroupChange, Store, StoreError},
    web::groups::{GroupAnswer, Groups, GroupsError},
};
use std::sync::Arc;

/// Implements what the WS asks for.
pub struct WebGroups(pub Arc<dyn Store>);

fn failed(error: StoreError) -> GroupsError {
    match error.kind {
        ErrorKind::Conflict => GroupsError::Taken,
        _ => GroupsError::Unavailable(error.to_string()),
    }
}

fn outcome(change: GroupChange) -> Result<bool, GroupsError> {
    match change {
        GroupChange::Done => Ok(true),
        GroupChange::Gone => Ok(false),
        GroupChange::Changed => Err(GroupsError::Changed),
    }
}

impl Groups for WebGroups {
    fn all(&self) -> GroupAnswer<'_, Vec<Group>> {
        Box::pin(async move { self.0.groups().await.map_err(failed) })
    }

    fn add(&self, group: Group) -> GroupAnswer<'_, ()> {
        Box::pin(async move { self.0.add_group(&group).await.map_err(failed) })
    }

    fn change(&self, group: Group, seen: Option<Timestamp>) -> GroupAnswer<'_, bool> {
        Box::pin(async move { outcome(self.0.change_group(&group, seen).await.map_err(failed)?) })
    }

    fn remove(&self, id: GroupId, seen: Option<Timestamp>) -> GroupAnswer<'_, bool> {
        Box::pin(async move { outcome(self.0.remove_group(id, seen).await.map_err(failed)?) })
    }
}
