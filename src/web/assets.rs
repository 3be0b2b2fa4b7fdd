//! The attendant's page, embedded: HTML, script, style and icon, made from `web/` by `build.rs`.
//!
//! Nothing but the page's own files is served here. None of them has script or style inline, as the policy every
//! answer carries demands.

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;
use std::borrow::Cow;
use warp::{Filter, Reply, filters::BoxedFilter, path::FullPath, reply::Response};

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/page"]
struct Page;

/// `GET /` and the files it names. Everything else is left to other routes.
pub fn page() -> BoxedFilter<(Response,)> {
    warp::path::full()
        .and(warp::header::optional::<String>("if-none-match"))
        .and_then(|path: FullPath, known: Option<String>| async move {
            let response = respond(path.as_str(), known.as_deref());
            response.map(Reply::into_response).ok_or_else(warp::reject::not_found)
        })
        .and(warp::get().or(warp::head()).unify())
        .boxed()
}

/// The answer to a request for a file of the page; none if the page has no such file.
pub fn respond(path: &str, if_none_match: Option<&str>) -> Option<http::Response<Bytes>> {
    let name = match path {
        "/" => "index.html",
        other => other.strip_prefix('/')?,
    };
    let file = Page::get(name)?;
    let etag = format!("\"{}\"", hex(&file.metadata.sha256_hash()));
    let unchanged = if_none_match.is_some_and(|known| known.split(',').any(|one| same_tag(one, &etag)));
    let body = match (unchanged, file.data) {
        (true, _) => Bytes::new(),
        (false, Cow::Borrowed(bytes)) => Bytes::from_static(bytes),
        (false, Cow::Owned(bytes)) => Bytes::from(bytes),
    };
    let mut response = http::Response::new(body);
    *response.status_mut() = if unchanged { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::try_from(etag).ok()?);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control(name)));
    Some(response)
}

/// A proxy that compresses makes a strong tag weak.
fn same_tag(given: &str, etag: &str) -> bool {
    let given = given.trim();
    given == "*" || given.trim_start_matches("W/") == etag
}

/// What carries a hash in its name never changes; the page that names it must be asked for again.
fn cache_control(name: &str) -> &'static str {
    if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named_by_the_page() -> Vec<String> {
        let index = String::from_utf8(respond("/", None).unwrap().body().to_vec()).unwrap();
        index.split('"').filter(|piece| piece.starts_with("/assets/")).map(str::to_owned).collect()
    }

    #[test]
    fn the_page_is_there_and_is_asked_for_each_time() {
        let response = respond("/", None).unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
    }

    #[test]
    fn every_file_the_page_names_is_embedded_and_kept_for_ever() {
        let names = named_by_the_page();
        assert_eq!(names.len(), 3, "script, style and icon: {names:?}");
        for name in names {
            let response = respond(&name, None).unwrap_or_else(|| panic!("{name} is not embedded"));
            assert!(!response.body().is_empty(), "{name}");
            assert_ne!(response.headers()[header::CONTENT_TYPE], "application/octet-stream", "{name}");
            assert!(response.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"), "{name}");
        }
    }

    #[test]
    fn the_page_has_nothing_inline_that_the_policy_would_refuse() {
        let index = String::from_utf8(respond("/", None).unwrap().body().to_vec()).unwrap();
        assert!(!index.contains("<style") && !index.contains(" style=") && !index.contains("<script>"), "{index}");
    }

    #[test]
    fn a_browser_that_has_it_is_not_sent_it_again() {
        let etag = respond("/", None).unwrap().headers()[header::ETAG].to_str().unwrap().to_owned();
        let again = respond("/", Some(&format!("\"other\", W/{etag}"))).unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert!(again.body().is_empty());
        assert_eq!(respond("/", Some("\"other\"")).unwrap().status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn the_route_serves_the_page_and_leaves_other_paths_to_others() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(warp::serve(page()).incoming(listener).run());
        let status =
            async |path: &str| reqwest::get(format!("http://{address}{path}")).await.unwrap().status().as_u16();
        assert_eq!(status("/").await, 200);
        for path in ["/api/v1/board", "/%2e%2e/Cargo.toml", "/assets/", "/healthz"] {
            assert_eq!(status(path).await, 404, "{path}");
        }
        server.abort();
    }
}
