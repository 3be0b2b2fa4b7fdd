//! The story of a conference, taken away as JSON or CSV.

use crate::{
    accounts::PROGRAM_TOKEN,
    house::{House, Person, problem},
    things,
};
use reqwest::{Method, Response};

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_story_is_taken_away_in_the_form_that_is_asked_for() {
    let house = House::start().await;
    let anna = house.sign_in("anna").await;
    let path = format!("/api/v1/conferences/{}/story", things::conference_id(1));
    let plain = house.get(&anna, &path).await;
    assert_eq!((header(&plain, "content-type"), header(&plain, "content-disposition")), ("application/json", ""));
    for (query, accept, kind, file) in [
        ("?format=json", "text/csv", "application/json", "conference-1970-01-01-00000001.json"),
        ("?format=csv", "*/*", "text/csv; charset=utf-8; header=present", "conference-1970-01-01-00000001.csv"),
        ("", "text/csv", "text/csv; charset=utf-8; header=present", "conference-1970-01-01-00000001.csv"),
    ] {
        let request = house.ask(&anna, Method::GET, &format!("{path}{query}")).header("Accept", accept);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "content-type"), kind);
        assert_eq!(header(&response, "content-disposition"), format!("attachment; filename=\"{file}\""));
        assert_eq!(header(&response, "vary"), "accept");
        assert_eq!(header(&response, "cache-control"), "no-store");
        let text = response.text().await.unwrap();
        assert!(kind == "application/json" || text.starts_with("sequence,at,type,text,actor,"), "{text}");
    }
    for query in ["?format=xml", "?format=", "?format=csv&format=json", "?form=csv"] {
        assert_eq!(problem(house.get(&anna, &format!("{path}{query}")).await).await.1, "bad_request", "{query}");
    }
    let ben = house.sign_in("ben").await;
    assert_eq!(problem(house.get(&ben, &format!("{path}?format=csv")).await).await.1, "not_found");
    assert_eq!(problem(house.get(&Person::Nobody, &format!("{path}?format=csv")).await).await.1, "not_signed_in");
    assert_eq!(house.get(&Person::Bearer(PROGRAM_TOKEN), &format!("{path}?format=csv")).await.status(), 200);
}
