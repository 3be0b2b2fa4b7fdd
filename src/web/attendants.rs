//! Who else works here: to whom a conference can be handed over.

use super::{
    Web,
    accounts::{Attendant, Identity},
    api,
    permissions::Route,
    problem::Problem,
    resource::{Asked, Endpoint, resource},
};
use crate::{
    domain::ids::UserId,
    engine::messages::{Actor, InputError},
};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

/// Everybody a conference can be handed over to, by name.
#[derive(Serialize, ToSchema)]
pub struct Attendants {
    pub attendants: Vec<AttendantView>,
}

/// Somebody who may have conferences of their own.
#[derive(Serialize, ToSchema)]
pub struct AttendantView {
    pub id: UserId,
    pub name: String,
    /// Follows what happens here: would see at once what they are given.
    pub page_open: bool,
}

pub(super) fn routes(web: &Arc<Web>) -> BoxedFilter<(Response,)> {
    resource(
        web,
        api("attendants").and(warp::path::end()).map(|| ()),
        vec![Endpoint::new(Route::Attendants, |asked: Asked<()>| async move {
            let all = asked.web.accounts.attendants().await?;
            let view = |Attendant { identity, .. }| AttendantView {
                id: identity.id,
                page_open: asked.web.seats.has(identity.id),
                name: identity.name,
            };
            let attendants = all.into_iter().filter(|it| !it.disabled).map(view).collect();
            Ok(warp::reply::json(&Attendants { attendants }).into_response())
        })],
    )
}

impl From<Identity> for Actor {
    fn from(identity: Identity) -> Self {
        Self { id: identity.id, name: identity.name, role: identity.role, stations: identity.stations }
    }
}

/// Whoever is meant by an id or a name, if a conference can be theirs.
pub(super) async fn who_can_take(web: &Web, meant: &str) -> Result<Actor, Problem> {
    let all = web.accounts.attendants().await?;
    let meant = meant.trim();
    let found = find(&all, meant).map_err(wrong_user)?;
    if found.disabled {
        return Err(wrong_user(format!("{} may not sign in any more; choose somebody else", found.identity.name)));
    }
    Ok(found.identity.clone().into())
}

/// By id, by what they sign in with, or by the name that is shown, if only one has it.
fn find<'a>(all: &'a [Attendant], meant: &str) -> Result<&'a Attendant, String> {
    let key = meant.to_lowercase();
    let exact = |it: &&Attendant| it.identity.id.to_string() == meant || it.user.to_lowercase() == key;
    if let Some(found) = all.iter().find(exact) {
        return Ok(found);
    }
    let mut shown = all.iter().filter(|it| !it.disabled && it.identity.name.to_lowercase() == key);
    match (shown.next(), shown.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(format!("more than one is called {meant}; give the id")),
        _ => Err("there is no such user; GET /api/v1/attendants lists all".into()),
    }
}

fn wrong_user(detail: String) -> Problem {
    Problem::input(vec![InputError { pointer: "/user".into(), detail }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::states::Role;
    use uuid::Uuid;

    fn attendant(number: u128, user: &str, name: &str) -> Attendant {
        let id = UserId::new(Uuid::from_u128(number));
        let identity = Identity { id, name: name.into(), role: Role::Attendant, stations: Vec::new() };
        Attendant { identity, user: user.into(), disabled: false }
    }

    #[test]
    fn somebody_is_found_by_id_by_user_and_by_a_name_nobody_else_has() {
        let mut all = [attendant(1, "anna", "Anna Berg"), attendant(2, "ben", "Ben"), attendant(3, "ben2", "Ben")];
        let who = |all: &[Attendant], meant: &str| find(all, meant).map(|it| it.user.clone());
        assert_eq!(who(&all, "ANNA").as_deref(), Ok("anna"));
        assert_eq!(who(&all, "anna berg").as_deref(), Ok("anna"));
        assert_eq!(who(&all, &all[2].identity.id.to_string()).as_deref(), Ok("ben2"));
        assert_eq!(who(&all, "Ben").as_deref(), Ok("ben"), "what is typed to sign in is one person's alone");
        assert!(who(&all, "zoe").unwrap_err().contains("no such user"));
        all[1].user = "benjamin".into();
        assert!(who(&all, "Ben").unwrap_err().contains("more than one"));
        all[1].disabled = true;
        assert_eq!(who(&all, "Ben").as_deref(), Ok("ben2"));
    }
}
