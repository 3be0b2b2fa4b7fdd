//! The document says what is served, no more and no less, and `web/openapi.json` is the document.

use crate::house::{House, Person};
use serde_json::Value;
use std::collections::BTreeSet;
use switchboard::{cli, web::permissions::ROUTES};

fn document() -> Value {
    serde_json::from_str(&cli::openapi::document()).unwrap()
}

#[test]
fn every_route_is_in_the_document_and_nothing_else() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            described.insert((method.to_uppercase(), path.clone()));
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let named = parameters.iter().filter(|it| it["in"] == "path").map(|it| it["name"].as_str().unwrap());
            let holes = path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}'));
            assert_eq!(named.collect::<Vec<_>>(), holes.collect::<Vec<_>>(), "{path}");
        }
    }
    let served = ROUTES.iter().map(|spec| (spec.method.to_owned(), spec.path.to_owned())).collect::<BTreeSet<_>>();
    assert_eq!(described, served);
}

#[test]
fn every_reference_leads_somewhere() {
    fn check(document: &Value, part: &Value) {
        match part {
            Value::Object(parts) => {
                if let Some(reference) = parts.get("$ref").and_then(Value::as_str) {
                    let place = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(place).is_some(), "{reference}");
                }
                parts.values().for_each(|part| check(document, part));
            }
            Value::Array(parts) => parts.iter().for_each(|part| check(document, part)),
            _ => {}
        }
    }
    let document = document();
    check(&document, &document);
    for name in ["Board", "CallView", "ConferenceView", "NewConference", "Problem", "SessionView", "Status", "Story"] {
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}

#[test]
fn the_file_the_page_is_typed_from_is_the_document() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/web/openapi.json");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let made = cli::openapi::document();
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/web")).unwrap();
        std::fs::write(path, &made).unwrap();
        return;
    }
    assert!(kept == made, "web/openapi.json is out of date: run `BLESS=1 cargo test --test web document`");
}

#[tokio::test]
async fn it_is_served_as_it_is_printed() {
    let house = House::start().await;
    let response = house.get(&Person::Nobody, "/api/v1/openapi.json").await;
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.text().await.unwrap(), cli::openapi::document());
}
