//! `switchboard openapi`: the document of the HTTP API, for programs and for the page's types.

/// The document, as JSON with a line feed at its end. `web/openapi.json` is this, kept by a test.
pub fn document() -> String {
    crate::web::openapi::document()
}
