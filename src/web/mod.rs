//! The WS: the page and the HTTP API, as warp filters over [`ApplicationServer`].
//!
//! A request comes in through [`server`], matches one [`resource`], is allowed by [`permissions`], and becomes a
//! `CallRequest` or a view. What changes afterwards goes out by [`stream`], out of the ring in [`hub`], through
//! [`visibility`].
// Only the core gets time and ids handed in; here is where both come from.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod accounts;
mod actions;
pub mod assets;
mod attendants;
mod board;
mod client_address;
mod csv;
mod events;
pub mod groups;
mod headers;
mod health;
mod history;
mod hub;
mod identity;
mod input;
mod input_announcing;
mod input_controls;
mod input_dial_in;
mod input_ending;
mod input_groups;
mod input_owning;
mod input_voting;
mod last_time;
pub mod openapi;
pub mod permissions;
pub mod problem;
mod range;
mod recordings;
mod request;
mod resource;
mod seats;
pub mod server;
mod sessions;
pub mod settings;
mod story;
mod stream;
pub mod visibility;

pub use request::{Connection, MAX_BODY};
pub use server::{Limits, ShutdownToken, serve};
pub use settings::{MetricsAccess, WebSettings};

use crate::{domain::time::Timestamp, engine::ApplicationServer};
use accounts::Accounts;
use groups::Groups;
use hub::Hub;
use seats::Seats;
use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::watch;
use warp::{Filter, Rejection, filters::BoxedFilter, reply::Response};

/// What the composition root hands in.
pub struct WebContext {
    pub server: Arc<dyn ApplicationServer>,
    pub accounts: Arc<dyn Accounts>,
    pub groups: Arc<dyn Groups>,
    pub settings: WebSettings,
    /// Names this run of the program; event ids begin with it.
    pub boot: String,
    /// The page's own files, tried after everything else.
    pub assets: Option<BoxedFilter<(Response,)>>,
}

/// What every handler shares.
pub(crate) struct Web {
    server: Arc<dyn ApplicationServer>,
    accounts: Arc<dyn Accounts>,
    groups: Arc<dyn Groups>,
    settings: WebSettings,
    hub: Arc<Hub>,
    /// Told when somebody signs out, so that open streams look whether it was theirs.
    credentials: watch::Sender<()>,
    /// Who has how many live streams open.
    seats: Arc<Seats>,
}

/// Everything the WS serves. Must be called inside a Tokio runtime: it starts following the AS.
pub fn routes(context: WebContext) -> BoxedFilter<(Response,)> {
    let WebContext { server, accounts, groups, settings, boot, assets } = context;
    let hub = Hub::start(server.clone(), boot, &settings.stream);
    let web = Arc::new(Web {
        server,
        accounts,
        groups,
        settings,
        hub,
        credentials: watch::Sender::new(()),
        seats: Arc::default(),
    });
    let api = [
        board::routes(&web),
        events::routes(&web),
        sessions::routes(&web),
        actions::routes(&web),
        attendants::routes(&web),
        groups::routes(&web),
        last_time::routes(&web),
        history::routes(&web),
        story::routes(&web),
        recordings::routes(&web),
        health::routes(&web),
    ];
    let served = api.into_iter().chain(assets.map(outside_api)).reduce(|all, next| all.or(next).unify().boxed());
    served.expect("the list above is not empty").recover(problem::recover).unify().map(headers::secure).boxed()
}

/// The page answers unknown paths with itself; below `/api` it must not.
fn outside_api(assets: BoxedFilter<(Response,)>) -> BoxedFilter<(Response,)> {
    warp::path::full()
        .and_then(|path: warp::path::FullPath| async move {
            let path = path.as_str();
            if path == "/api" || path.starts_with("/api/") { Err(warp::reject::not_found()) } else { Ok(()) }
        })
        .untuple_one()
        .and(assets)
        .boxed()
}

/// `/api/v1` and one more word.
fn api(word: &'static str) -> impl Filter<Extract = (), Error = Rejection> + Copy {
    warp::path("api").and(warp::path("v1")).and(warp::path(word))
}

/// Wall time, for sessions and the audit trail.
fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}
