//! Signing in and out.

use super::{
    Web,
    accounts::{self, Identity, LoginAttempt, NewSession},
    api,
    identity::{self, Caller, Credential},
    input::Credentials,
    login, now,
    permissions::Route,
    problem::{Problem, ProblemCode},
    resource::{Asked, Endpoint, audit, resource},
};
use crate::domain::{ids::UserId, states::Role, time::Timestamp};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub struct UserView {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    /// The stations FreeSWITCH may ring for this user; the first one is rung unless another is named.
    pub stations: Vec<String>,
}

/// The session of whoever is signed in. Its own token is in the cookie only.
#[derive(Serialize, ToSchema)]
pub struct SessionView {
    pub user: UserView,
    /// Goes into `X-CSRF-Token` of everything but GET.
    pub csrf_token: String,
    /// When it ends, if nothing more is asked.
    pub expires_at: Timestamp,
}

pub(super) fn routes(web: &Arc<Web>) -> BoxedFilter<(Response,)> {
    let all = resource(
        web,
        api("sessions").and(warp::path::end()).map(|| ()),
        vec![Endpoint::new(Route::SessionCreate, create)],
    );
    let current = resource(
        web,
        api("sessions").and(warp::path("current")).and(warp::path::end()).map(|| ()),
        vec![Endpoint::new(Route::SessionRead, read), Endpoint::new(Route::SessionDelete, delete)],
    );
    all.or(current).unify().boxed()
}

async fn create(asked: Asked<()>) -> Result<Response, Problem> {
    let Asked { web, route, request, .. } = asked;
    identity::check_origin(&web, &request)?;
    let address = request.address;
    let former = identity::session_cookie(&request.headers, web.settings.cookie_name()).map(str::to_owned);
    let Credentials { name, password } = request.json().await?;

    let at = now();
    let limits = &web.settings.login;
    let key = login::normalised(&name);
    let window_start = Timestamp(at.0.saturating_sub(i64::try_from(limits.window.as_millis()).unwrap_or(i64::MAX)));
    let failed = web.accounts.login_failures(&key, address, window_start).await?;
    let attempt = match web.limiter.admit(limits, &key, address, failed, at) {
        Ok(attempt) => attempt,
        Err(problem) => {
            audit(&web, None, address, route, None, problem.code.as_str()).await;
            return Err(problem);
        }
    };
    let found = web.accounts.verify_password(&name, &password).await?;
    web.accounts.note_login(LoginAttempt { name: key, address, at, succeeded: found.is_some() }).await?;
    drop(attempt);
    let Some(user) = found else {
        audit(&web, None, address, route, None, ProblemCode::WrongCredentials.as_str()).await;
        return Err(Problem::new(ProblemCode::WrongCredentials, "Name or password is wrong."));
    };

    // A session from before must not live on beside the new one.
    if let Some(former) = former {
        web.accounts.delete_session(&former).await?;
        web.credentials.send_replace(());
    }
    let token = accounts::new_token();
    let expires_at = at.plus(web.settings.session_idle.min(web.settings.session_longest));
    let session = NewSession { user: user.id, created_at: at, expires_at, address };
    web.accounts.create_session(&token, session).await?;
    let longest = web.settings.session_longest.as_secs();
    let cookie = set_cookie(&web, &token, longest)?;
    let caller =
        Caller { identity: user, credential: Credential::Session { token: token.clone(), created_at: at, expires_at } };
    audit(&web, Some(&caller), address, route, None, "accepted").await;
    let view = view(&caller.identity, &token, expires_at);
    let mut response = warp::reply::with_status(warp::reply::json(&view), StatusCode::CREATED).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

async fn read(asked: Asked<()>) -> Result<Response, Problem> {
    let caller = asked.caller()?;
    let Credential::Session { token, expires_at, .. } = &caller.credential else { return Err(no_session()) };
    Ok(warp::reply::json(&view(&caller.identity, token, *expires_at)).into_response())
}

async fn delete(asked: Asked<()>) -> Result<Response, Problem> {
    let caller = asked.caller()?;
    let Credential::Session { token, .. } = &caller.credential else { return Err(no_session()) };
    asked.web.accounts.delete_session(token).await?;
    asked.web.credentials.send_replace(());
    audit(&asked.web, Some(caller), asked.request.address, asked.route, None, "accepted").await;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::SET_COOKIE, set_cookie(&asked.web, "", 0)?);
    Ok(response)
}

fn no_session() -> Problem {
    Problem::new(ProblemCode::NotFound, "A bearer token has no session.")
}

fn view(user: &Identity, token: &str, expires_at: Timestamp) -> SessionView {
    let Identity { id, name, role, stations } = user.clone();
    SessionView { user: UserView { id, name, role, stations }, csrf_token: accounts::csrf_token(token), expires_at }
}

fn set_cookie(web: &Web, token: &str, seconds: u64) -> Result<HeaderValue, Problem> {
    let name = web.settings.cookie_name();
    let secure = if web.settings.secure_cookie { "; Secure" } else { "" };
    HeaderValue::try_from(format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"))
        .map_err(|_| Problem::new(ProblemCode::Internal, "The cookie could not be written."))
}
