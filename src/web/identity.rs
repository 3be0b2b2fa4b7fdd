//! Who is asking: a session's cookie or a bearer token, and the proof that a cookie was sent by our own page.

use super::{
    Web,
    accounts::{Identity, Session},
    now,
    problem::{Problem, ProblemCode},
    request::Request,
};
use crate::domain::time::Timestamp;
use http::{HeaderMap, Method, Uri, header};
use subtle::ConstantTimeEq;

/// What somebody proved their identity with.
#[derive(Clone)]
pub enum Credential {
    Session { token: String, csrf_token: String, expires_at: Timestamp },
    Bearer { token: String },
}

/// Somebody who is signed in, or a program with a token.
#[derive(Clone)]
pub struct Caller {
    pub identity: Identity,
    pub credential: Credential,
}

/// Who sent this, if anybody we know. A bearer token goes before a cookie; a wrong one is not forgiven.
pub async fn identify(web: &Web, request: &Request) -> Result<Option<Caller>, Problem> {
    if let Some(token) = bearer(&request.headers) {
        let found = caller(web, &Credential::Bearer { token: token.to_owned() }).await?;
        return found.map(Some).ok_or_else(|| Problem::new(ProblemCode::NotSignedIn, "The bearer token is not known."));
    }
    let Some(token) = session_cookie(&request.headers, web.settings.cookie_name()) else { return Ok(None) };
    let found = find_session(web, token).await?;
    Ok(found.map(|session| of_session(session, token)))
}

/// The same person again, if the credential still holds.
pub async fn caller(web: &Web, credential: &Credential) -> Result<Option<Caller>, Problem> {
    match credential {
        Credential::Bearer { token } => {
            let found = web.accounts.program(token, now()).await?;
            Ok(found.map(|identity| Caller { identity, credential: credential.clone() }))
        }
        Credential::Session { token, .. } => Ok(find_session(web, token).await?.map(|it| of_session(it, token))),
    }
}

/// Whoever holds this session.
pub fn of_session(session: Session, token: &str) -> Caller {
    let Session { identity, csrf_token, expires_at } = session;
    Caller { identity, credential: Credential::Session { token: token.to_owned(), csrf_token, expires_at } }
}

async fn find_session(web: &Web, token: &str) -> Result<Option<Session>, Problem> {
    let now = now();
    let session = web.accounts.session(token, now).await?;
    Ok(session.filter(|session| session.expires_at > now))
}

/// The token of `Authorization: Bearer …`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim()).filter(|token| !token.is_empty())
}

/// The session's token, if the cookie is there.
pub fn session_cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value)
}

/// Refuses what another site made a browser send. A bearer token is never sent by a browser on its own.
pub fn check_csrf(web: &Web, request: &Request, caller: &Caller) -> Result<(), Problem> {
    let Credential::Session { csrf_token, .. } = &caller.credential else { return Ok(()) };
    if matches!(request.method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    check_origin(web, request)?;
    let given = request.header("x-csrf-token")?.unwrap_or_default();
    if bool::from(csrf_token.as_bytes().ct_eq(given.as_bytes())) {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::Csrf, "X-CSRF-Token must be the csrf_token of this session; reload the page."))
}

/// What the browser itself says of where a request came from, where it says anything.
pub fn check_origin(web: &Web, request: &Request) -> Result<(), Problem> {
    let foreign = || Err(Problem::new(ProblemCode::Csrf, "The request came from another site."));
    if let Some(site) = request.header("sec-fetch-site")?
        && !matches!(site, "same-origin" | "none")
    {
        return foreign();
    }
    let Some(origin) = request.header("origin")? else { return Ok(()) };
    let own = match &web.settings.public_origin {
        Some(public) => origin.eq_ignore_ascii_case(public.trim_end_matches('/')),
        None => authority(origin).is_some_and(|it| request.header("host").is_ok_and(|host| host_is(host, &it))),
    };
    if own { Ok(()) } else { foreign() }
}

/// Host and port of an origin, lower case, without the scheme's own port.
fn authority(origin: &str) -> Option<String> {
    let uri = origin.parse::<Uri>().ok()?;
    let default = if uri.scheme_str()? == "https" { ":443" } else { ":80" };
    let authority = uri.authority()?.as_str().to_ascii_lowercase();
    Some(authority.strip_suffix(default).map_or(authority.clone(), str::to_owned))
}

fn host_is(host: Option<&str>, authority: &str) -> bool {
    host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn the_cookie_is_found_among_others_by_its_whole_name() {
        let cookies = headers(header::COOKIE, "a=1; xswitchboard_session=no; switchboard_session=yes; b=2");
        assert_eq!(session_cookie(&cookies, "switchboard_session"), Some("yes"));
        assert_eq!(session_cookie(&cookies, "__Host-switchboard_session"), None);
        assert_eq!(session_cookie(&headers(header::COOKIE, "switchboard_session="), "switchboard_session"), None);
    }

    #[test]
    fn only_bearer_tokens_are_tokens() {
        assert_eq!(bearer(&headers(header::AUTHORIZATION, "bearer abc")), Some("abc"));
        assert_eq!(bearer(&headers(header::AUTHORIZATION, "Basic abc")), None);
        assert_eq!(bearer(&headers(header::AUTHORIZATION, "Bearer ")), None);
    }

    #[test]
    fn an_origin_is_compared_without_its_schemes_own_port() {
        assert_eq!(authority("https://Desk.example:443").as_deref(), Some("desk.example"));
        assert_eq!(authority("http://desk.example:8080").as_deref(), Some("desk.example:8080"));
        assert_eq!(authority("null"), None);
    }
}
